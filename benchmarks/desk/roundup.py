"""Roundup, a tracker with a REST API, as its installation guide sets it up: Gunicorn, SQLite, the classic template."""

from __future__ import annotations

import base64
import configparser
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.daemon_process import free_address
from benchmarks.desk.load import post
from benchmarks.gunicorn import serve

PASSWORD = "bench"  # noqa: S105
# The fewest that it takes: its default makes a caller with a password wait for a tenth of a second.
HASH_ROUNDS = 1000


@dataclass(frozen=True)
class Roundup:
    """A running tracker; `create` is the request that files an issue."""

    address: str
    create: bytes


@contextmanager
def roundup(base: Path) -> Iterator[Roundup]:
    """Install a tracker below `base` and serve it while the context is open."""
    address = free_address()
    home = base / "tracker"
    # What its programs keep in the home folder goes with the tracker.
    env = {**os.environ, "HOME": str(base)}
    _administer(env, home, "install", "classic", "sqlite")
    _configure(home / "config.ini", f"http://{address}/")
    _administer(env, home, "initialise", PASSWORD)
    (base / "wsgi.py").write_text(
        f"from roundup.cgi.wsgi_handler import RequestDispatcher\napp = RequestDispatcher({str(home)!r})\n"
    )
    with serve("wsgi:app", address, base, env):
        yield Roundup(address, _create(address))


def _create(address: str) -> bytes:
    """It files the title and the priority alone; its message would be a second request."""
    login = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    headers = {
        "host": address,
        "authorization": f"Basic {login}",
        "x-requested-with": "rest",
        "origin": f"http://{address}",
        "referer": f"http://{address}/",
    }
    return post("/rest/data/issue", b'{"title": "The VPN is down", "priority": "1"}', headers)


def _configure(path: Path, address: str) -> None:
    config = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",))
    config.read(path)
    config["tracker"]["web"] = address
    config["mail"]["domain"] = "localhost"
    config["main"]["admin_email"] = "admin@example.com"
    config["main"]["password_pbkdf2_default_rounds"] = str(HASH_ROUNDS)
    with path.open("w") as file:
        config.write(file)


def _administer(env: dict[str, str], home: Path, *words: str) -> None:
    command = [str(Path(sys.executable).with_name("roundup-admin")), "-i", str(home), *words]
    subprocess.run(command, env=env, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
