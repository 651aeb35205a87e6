"""A PostgreSQL on a box, and a standby on another one: they are reached over the overlay, and end with their boxes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.fleet.boxes import UNPRIVILEGED, TestedBox
from tests.postgres import OWNER, Cluster, init_data, own_folder, program, read_pid

DATABASE = "desk"
_STANDBY = "standby"
# A standby has them too: it may become the primary. What is killed here leaves its writes to the operating system.
_SETTINGS = {"fsync": "off", "max_connections": "60", "shared_buffers": "32MB", "listen_addresses": "*"}


@dataclass(frozen=True)
class BoxDatabase:
    """A PostgreSQL in a folder, run by a box at an address."""

    box: TestedBox
    address: str
    folder: Path

    @property
    def data(self) -> Path:
        """What it keeps."""
        return self.folder / "data"

    @property
    def cluster(self) -> Cluster:
        """What asks it, from anywhere: its socket is a file, and in no network."""
        return Cluster(self.folder)

    def start(self) -> None:
        """Start it as a process of its box, and return when it answers."""
        settings = {**_SETTINGS, "unix_socket_directories": self.folder}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        command = [program("pg_ctl"), "start", "-w", "-s", "-D", self.data, "-l", self.folder / "log", "-o", options]
        self.box.run_in_processes(*UNPRIVILEGED, *map(str, command))

    def kill(self) -> None:
        """Send SIGKILL to all of its processes."""
        pid = read_pid(self.folder)
        # Some of them may end by themselves as soon as the first one has.
        self.box.run_in_processes("sh", "-c", f"kill -9 {pid} $(ps -o pid= --ppid {pid}) || true")
        (self.data / "postmaster.pid").unlink()

    def end(self) -> None:
        """Leave nothing running."""
        if (self.data / "postmaster.pid").exists():
            self.kill()


@dataclass(frozen=True)
class BoxDatabases:
    """A primary, and the standby that has what the primary acknowledges."""

    primary: BoxDatabase
    standby: BoxDatabase
    password: str

    @property
    def url(self) -> str:
        """Both, as `DATABASE` has them."""
        hosts = ",".join(f"[{one.address}]" for one in (self.primary, self.standby))
        return f"postgresql://{OWNER}:{quote(self.password)}@{hosts}/{DATABASE}"


@contextmanager
def started_databases(primary: tuple[TestedBox, str], standby: tuple[TestedBox, str]) -> Iterator[BoxDatabases]:
    """Start both, each on a box at its address; a commit is acknowledged when both have it."""
    password = secrets.token_urlsafe(18)
    with own_folder() as here, own_folder() as there, ExitStack() as ends:
        first, second = BoxDatabase(*primary, here), BoxDatabase(*standby, there)
        for one in (first, second):
            ends.callback(one.end)
        _make_data(first)
        first.start()
        first.cluster.execute(f"ALTER ROLE {OWNER} PASSWORD '{password}'")
        first.cluster.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0")
        source = f"host={first.address} user={OWNER} password={password} application_name={_STANDBY}"
        copy = [program("pg_basebackup"), "-D", second.data, "-d", source, "-R", "-c", "fast", "--no-sync"]
        second.box.run_in_processes(*UNPRIVILEGED, *map(str, copy))
        second.start()
        # Here and not in the files that the standby was copied from: once promoted, it waits for none.
        first.cluster.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{_STANDBY}'")
        first.cluster.execute("SELECT pg_reload_conf()")
        first.cluster.wait_until("SELECT bool_or(sync_state = 'sync') FROM pg_stat_replication")
        yield BoxDatabases(first, second, password)


def _make_data(database: BoxDatabase) -> None:
    """Make the data of one that asks for a password, wherever a connection comes from but its own folder."""
    init_data(database.folder)
    with (database.data / "pg_hba.conf").open("a") as rules:
        rules.write("host all all all scram-sha-256\nhost replication all all scram-sha-256\n")
