"""Two PostgreSQL for tests that Patroni keeps: by etcd it knows which is the primary, and promotes the other one."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import psycopg
import yaml

from tests.capabilities import find_program
from tests.free_ports import find_free_port
from tests.postgres import OWNER, TIMEOUT_S, find_user, own_folder, program, read_pid

# No other process listens at this address: a port that was free there is still free when it is taken.
_HOST = str(IPv4Address("127.1.0.0") + os.getpid())
_PAUSE_S = 0.1
_STOP_S = 20.0
# The shortest that Patroni takes: so long after its last word a member counts as dead.
TTL_S = 20
_DCS = {
    "ttl": TTL_S,
    "loop_wait": 1,
    "retry_timeout": 3,
    # What a primary acknowledges is on the standby that would be promoted, too.
    "synchronous_mode": True,
    # A primary that has crashed is not started again before another one is promoted.
    "primary_start_timeout": 0,
    "postgresql": {
        "use_pg_rewind": True,
        "parameters": {"max_connections": 60, "shared_buffers": "32MB", "synchronous_commit": "on"},
    },
}


@dataclass(slots=True)
class Member:
    """One of the two: a Patroni and the PostgreSQL that it runs."""

    name: str
    folder: Path
    port: int
    api_port: int
    process: subprocess.Popen[bytes]

    def kill_postgres(self) -> None:
        """Send SIGKILL to the postmaster."""
        os.kill(read_pid(self.folder), signal.SIGKILL)

    def kill(self) -> None:
        """Send SIGKILL to both, as if the machine were lost."""
        self.process.kill()
        self.process.wait(TIMEOUT_S)
        self.kill_postgres()


@dataclass(slots=True)
class Patroni:
    """The two, by their names."""

    members: dict[str, Member]

    def create_database(self) -> str:
        """Make an empty database, and return its address with both hosts, as `DATABASE` has it."""
        hosts = ",".join(f"{_HOST}:{member.port}" for member in self.members.values())
        with psycopg.connect(self._url(hosts, "postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE desk TEMPLATE template0")
        return self._url(hosts, "desk").partition("?")[0]

    def find_primary(self) -> Member:
        """Wait until Patroni names a primary, and return it."""
        names = {role: name for name, role in self._wait_for_roles({"leader"}).items()}
        return self.members[names["leader"]]

    def wait_for_standby(self) -> None:
        """Wait until the primary waits for a standby at each commit."""
        self._wait_for_roles({"leader", "sync_standby"})

    def _wait_for_roles(self, wanted: set[str]) -> dict[str, str]:
        deadline = time.monotonic() + TIMEOUT_S
        while not wanted <= set((roles := self._read_roles()).values()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"Patroni does not have {', '.join(sorted(wanted))}: {roles}")
            time.sleep(_PAUSE_S)
        return roles

    def _url(self, hosts: str, database: str) -> str:
        return f"postgresql://{OWNER}@{hosts}/{database}?target_session_attrs=read-write"

    def _read_roles(self) -> dict[str, str]:
        """Ask the members for it, of whom one may be lost; there are none while both start."""
        return next(filter(None, map(_ask_for_roles, self.members.values())), {})


def _ask_for_roles(member: Member) -> dict[str, str]:
    connection = http.client.HTTPConnection(_HOST, member.api_port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/cluster")
        found = json.loads(connection.getresponse().read())
    except OSError:
        return {}
    finally:
        connection.close()
    return {one["name"]: one["role"] for one in found["members"] if one["state"] in ("running", "streaming")}


@contextmanager
def running_patroni() -> Iterator[Patroni]:
    """Run etcd and both members, wait until the standby follows, and end all."""
    with ExitStack() as stack:
        etcd_port = stack.enter_context(_running_etcd())
        members = [stack.enter_context(_running_member(name, etcd_port)) for name in ("one", "two")]
        patroni = Patroni({member.name: member for member in members})
        patroni.wait_for_standby()
        yield patroni


@contextmanager
def _running_etcd() -> Iterator[int]:
    port, peers = find_free_port(_HOST), find_free_port(_HOST)
    client_url, peer_url = f"http://{_HOST}:{port}", f"http://{_HOST}:{peers}"
    with own_folder() as folder:
        arguments = [
            *("--name", "one", "--data-dir", str(folder / "etcd"), "--initial-cluster", f"one={peer_url}"),
            *("--listen-client-urls", client_url, "--advertise-client-urls", client_url),
            *("--listen-peer-urls", peer_url, "--initial-advertise-peer-urls", peer_url),
        ]
        found = find_program("etcd")
        if found is None:
            raise RuntimeError("etcd is not installed")
        with _running([found, *arguments], folder):
            yield port


@contextmanager
def _running_member(name: str, etcd_port: int) -> Iterator[Member]:
    port, api_port = find_free_port(_HOST), find_free_port(_HOST)
    with own_folder() as folder:
        settings = folder / "patroni.yml"
        settings.write_text(yaml.safe_dump(_configure(name, folder, port, api_port, etcd_port)))
        with _running([sys.executable, "-m", "patroni", str(settings)], folder) as process:
            yield Member(name, folder, port, api_port, process)


def _configure(name: str, folder: Path, port: int, api_port: int, etcd_port: int) -> dict[str, Any]:
    api = f"{_HOST}:{api_port}"
    return {
        "scope": "desk",
        "name": name,
        "restapi": {"listen": api, "connect_address": api},
        "etcd3": {"host": f"{_HOST}:{etcd_port}"},
        "bootstrap": {"dcs": _DCS, "initdb": [{"encoding": "UTF8"}, "no-locale", "no-sync"]},
        "postgresql": {
            "listen": f"{_HOST}:{port}",
            "connect_address": f"{_HOST}:{port}",
            "data_dir": str(folder / "data"),
            "bin_dir": str(Path(program("postgres")).resolve().parent),
            "pgpass": str(folder / "pgpass"),
            "authentication": {"superuser": {"username": OWNER}, "replication": {"username": "replicator"}},
            "pg_hba": [f"host {database} all 127.0.0.0/8 trust" for database in ("all", "replication")],
            "parameters": {"unix_socket_directories": str(folder), "log_min_messages": "fatal"},
        },
    }


@contextmanager
def _running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program as the user who runs PostgreSQL; it is told to end when the tests end, however they do."""
    words: list[str] = []
    if (user := find_user()) is not None:
        # Python may be where only root comes in.
        capabilities = ["--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"]
        words = ["--reuid", str(user), "--regid", str(user), "--clear-groups", *capabilities]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *words, "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder)},
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            # What it has not ended would go on without it.
            with suppress(FileNotFoundError, ProcessLookupError):
                os.kill(read_pid(folder), signal.SIGKILL)
