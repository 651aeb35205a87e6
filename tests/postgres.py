"""A PostgreSQL for tests: one cluster for a run of pytest, and a database for each test, made from a template."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.capabilities import find_postgres

OWNER = "desk"
# `nobody` of Debian.
_UNPRIVILEGED = 65534
TIMEOUT_S = 60.0
_PAUSE_S = 0.05
# The shell becomes the server. Once standard input ends, also because pytest was killed, another process
# has the server cut off its connections and end, waits a minute for that at most, and removes the folder, which is $0.
_UNTIL_INPUT_ENDS = """exec 3<&0
stop() {
  read -r _ <&3
  [ "$(head -n 1 "$0/data/postmaster.pid")" = $$ ] || return
  kill -INT $$
  left=600
  while [ -e "$0/data/postmaster.pid" ] && [ $left -gt 0 ]; do sleep 0.1; left=$((left - 1)); done
}
( (stop; rm -rf "$0") 2>/dev/null & )
exec "$@" </dev/null 3<&-"""
# What is tested is not whether the disk is flushed.
_UNFLUSHED = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "log_min_messages": "fatal",
}


@dataclass(slots=True)
class Cluster:
    """A running PostgreSQL with one socket in a short folder."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def pid(self) -> int:
        """The first process of the server."""
        return read_pid(self.folder)

    def url_of(self, database: str) -> str:
        """Return the address of a database, as `DATABASE` has it."""
        return f"postgresql://{OWNER}@/{database}?host={self.folder}"

    def create_database(self, template: str = "template0") -> str:
        """Make a database and return its address."""
        name = f"desk_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    def drop_database(self, url: str) -> None:
        """Delete a database, also one that somebody is still connected to."""
        self.execute(f'DROP DATABASE IF EXISTS "{name_of(url)}" WITH (FORCE)')

    def execute(self, statement: str, database: str = "postgres") -> str:
        """Run statements outside a transaction, and return the first value of the first of them, as text."""
        # psycopg is imported only where it is used.
        import psycopg

        with psycopg.connect(self.url_of(database), autocommit=True) as connection:
            result = connection.execute(statement.encode()).pgresult
            value = result.get_value(0, 0) if result is not None and result.ntuples else None
        return "" if value is None else value.decode()

    def wait_until(self, question: str) -> None:
        """Wait until the answer is yes."""
        deadline = time.monotonic() + TIMEOUT_S
        while self.execute(question) != "t":
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL never said yes to: {question}")
            time.sleep(_PAUSE_S)

    def promote(self) -> None:
        """Make a standby the primary, and return once it takes writes."""
        if self.execute(f"SELECT pg_promote(true, {round(TIMEOUT_S)})") != "t":
            raise RuntimeError("the standby was not promoted")


def read_pid(folder: Path) -> int:
    """Return the first process of the server of a folder; all others are its children."""
    return int((folder / "data" / "postmaster.pid").read_text().split()[0])


def name_of(url: str) -> str:
    """Return the name of the database that an address leads to."""
    return url.split("/")[3].split("?")[0]


@contextmanager
def running_cluster(settings: Mapping[str, str] = _UNFLUSHED) -> Iterator[Cluster]:
    """Run a new cluster, as a user without privileges, and end it."""
    with own_folder() as folder:
        init_data(folder)
        with serving(folder, settings):
            yield Cluster(folder)


@contextmanager
def own_folder() -> Iterator[Path]:
    """Make a short folder of the user who runs PostgreSQL, and remove it."""
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    if (user := find_user()) is not None:
        os.chown(folder, user, user)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_user() -> int | None:
    """Return who runs PostgreSQL, which refuses to be run by root; `None` is who runs the tests."""
    return _UNPRIVILEGED if os.geteuid() == 0 else None


def init_data(folder: Path) -> None:
    """Make the data of a new cluster."""
    run_program(folder, "initdb", "-D", "data", "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")


def run_program(folder: Path, name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL to its end, in a folder, as the user who runs PostgreSQL."""
    user = find_user()
    command = [program(name), *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_S, cwd=folder, user=user, group=user)


@contextmanager
def serving(folder: Path, settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the server of the data in a folder, and end it; at the end of this process it ends, too."""
    options = [option for name, value in {**_SETTINGS, **settings}.items() for option in ("-c", f"{name}={value}")]
    server = [program("postgres"), "-D", str(folder / "data"), "-k", str(folder), *options]
    command = ["/bin/sh", "-c", _UNTIL_INPUT_ENDS, str(folder), *server]
    quiet, user = subprocess.DEVNULL, find_user()
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=quiet,
        stderr=quiet,
        cwd="/",
        user=user,
        group=user,
        # A signal to the group of the tests would end the other process, and have the server wait for its clients.
        start_new_session=True,
    )
    try:
        _wait_until_ready(process, folder)
        yield process
    finally:
        _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    ask = [program("pg_isready"), "-q", "-h", str(folder), "-d", "postgres", "-U", OWNER]
    while subprocess.run(ask, check=False, timeout=TIMEOUT_S).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start, its status is {process.returncode}")
        time.sleep(_PAUSE_S)


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def program(name: str) -> str:
    """Return the path of a program of PostgreSQL."""
    found = find_postgres(name)
    if found is None:
        raise RuntimeError(f"{name} of PostgreSQL is not installed")
    return found
