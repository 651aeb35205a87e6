"""The names under which this machine is called over TCP."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

# Names in addition to localhost and the machine's own, split by commas.
HOSTS_SETTING = "HERO_ASSISTANCE_HOSTS"


def own_names(environ: Mapping[str, str] | None = None) -> frozenset[str]:
    """Localhost, the machine's host name, short and long, and the names of `HERO_ASSISTANCE_HOSTS`."""
    given = (os.environ if environ is None else environ).get(HOSTS_SETTING, "").lower().split(",")
    own = socket.gethostname().lower()
    names = {"localhost", own, own.partition(".")[0], *(name.strip().rstrip(".") for name in given)}
    return frozenset(names - {""})


def parse_host(header: str) -> str:
    """The name or address of a Host header, in small letters and without the port; empty when it has none."""
    try:
        return (urlsplit(f"//{header}").hostname or "").removesuffix(".")
    except ValueError:
        return ""


def is_own_loopback(host: str) -> bool:
    """Whether a host of a URL is this machine by its loopback: what is sent there does not leave it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_address(name: str) -> bool:
    """Whether a name is an IP address, with or without a zone."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
