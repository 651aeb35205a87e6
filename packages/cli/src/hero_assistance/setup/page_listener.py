"""Where the page is served over TCP: taken from its address, stored, and used at each later start."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from hero_assistance_sdk.access_list import address_of
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.files.durable_files import write_atomic
from hero_assistance_sdk.net.sockets import parse_address
from hero_assistance_sdk.paths import Paths

_FILE = "page.json"
_LISTENS = "listens"
_LOCALHOST = "localhost"
_HTTP_PORT = 80


def check_page(page: str) -> str:
    """Return the address of the page without its last slash; raises `UsageError`."""
    hint = "such as http://localhost:9771, or https://support.example.org behind a proxy"
    try:
        parts = urlsplit(page)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{page!r} is no address of a page: {error}", hint=hint) from None
    spare = parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or spare or not page.isprintable():
        raise UsageError(f"{page!r} is no address of a page", hint=hint)
    return page.rstrip("/")


def listener_of(page: str) -> str | None:
    """Return the TCP address on which our program serves the page of an address; `None` where a proxy does.

    The page listens by itself at `localhost` and at IP addresses, without TLS.
    """
    parts = urlsplit(page)
    host = parts.hostname or ""
    if parts.scheme != "http" or parts.path.strip("/"):
        return None
    port = parts.port or _HTTP_PORT
    if host == _LOCALHOST:
        return f"127.0.0.1:{port}"
    address = address_of(host)
    if address is None:
        return None
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def read_listeners(paths: Paths) -> tuple[str, ...]:
    """Return where the page listens at each start that does not say so itself; raises `UsageError`."""
    path = _path(paths)
    try:
        stored = json.loads(path.read_bytes())[_LISTENS]
        for address in stored:
            parse_address(address)
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError, UsageError) as error:
        raise UsageError(f"{path} is damaged: {error}", hint="hero_assistance setup --page ADDRESS writes it") from None
    return tuple(stored)


def store_listeners(paths: Paths, addresses: tuple[str, ...]) -> None:
    """Have the page listen on these addresses at each later start."""
    write_atomic(_path(paths), json.dumps({_LISTENS: list(addresses)}).encode())


def _path(paths: Paths) -> Path:
    return paths.state / _FILE
