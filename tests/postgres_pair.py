"""A primary and a streaming standby for tests: each is a PostgreSQL in a temporary folder, and can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.postgres import OWNER, TIMEOUT_S, Cluster, init_data, name_of, own_folder, run_program, serving

_SLOT = "standby"
# Both have them: either may become the primary. Of what is killed here the operating system keeps what was written.
_SETTINGS = {"wal_level": "replica", "max_wal_senders": "4", "max_replication_slots": "4", "hot_standby": "on"}


@dataclass(slots=True)
class Server(Cluster):
    """One of the two; `pid` is that of its postmaster."""

    process: subprocess.Popen[bytes] | None = None

    def kill(self) -> None:
        """Send SIGKILL to the postmaster; its other processes end by themselves, as they do at a crash."""
        assert self.process is not None
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait(TIMEOUT_S)
        # Else this would be the process that is told to end later, and its number may be another one's by then.
        (self.folder / "data" / "postmaster.pid").unlink()


@dataclass(slots=True)
class Pair:
    """A primary, and the standby that follows it by a replication slot."""

    primary: Server
    standby: Server

    def url_of(self, database: str) -> str:
        """Return the address of a database with both hosts, as `DATABASE` has it."""
        return f"postgresql://{OWNER}@/{database}?host={self.primary.folder},{self.standby.folder}"

    def create_database(self) -> str:
        """Make an empty database on the primary, and return its address with both hosts."""
        return self.url_of(name_of(self.primary.create_database()))

    def wait_for_standby(self) -> None:
        """Wait until the standby has everything, and the primary waits for it where commits are synchronous."""
        is_synchronous = self.primary.execute("SHOW synchronous_standby_names") != ""
        expected = "sync" if is_synchronous else "async"
        follows = f"state = 'streaming' AND sync_state = '{expected}'"
        self.primary.wait_until(f"SELECT bool_or({follows}) FROM pg_stat_replication")  # noqa: S608
        here = self.primary.execute("SELECT pg_current_wal_lsn()")
        self.standby.wait_until(f"SELECT pg_last_wal_replay_lsn() >= '{here}'::pg_lsn")

    def disconnect(self) -> None:
        """Have the standby get nothing more of the primary."""
        self.standby.execute("ALTER SYSTEM SET primary_conninfo = ''")
        self.standby.execute("SELECT pg_reload_conf()")
        self.primary.wait_until("SELECT count(*) = 0 FROM pg_stat_replication")

    def lose_standby(self) -> None:
        """Kill the standby, and return once nothing of it answers the primary any more."""
        self.standby.kill()
        self.primary.wait_until("SELECT count(*) = 0 FROM pg_stat_replication")

    def release_commits(self) -> None:
        """Have the primary wait for no standby any more, also for commits that wait already."""
        self.primary.execute("ALTER SYSTEM RESET synchronous_standby_names")
        self.primary.execute("SELECT pg_reload_conf()")

    def promote(self) -> None:
        """Make the standby the primary, which waits for no other one, and return once it takes writes."""
        self.standby.execute("ALTER SYSTEM RESET synchronous_standby_names")
        self.standby.promote()
        self.standby.execute("SELECT pg_reload_conf()")

    @contextmanager
    def old_primary(self) -> Iterator[None]:
        """Start the one that was killed once more: it knows of no promotion, and takes writes."""
        settings = {**_SETTINGS, "synchronous_standby_names": ""}
        with serving(self.primary.folder, settings):
            yield


@contextmanager
def running_pair(synchronous_commit: str | None = "on") -> Iterator[Pair]:
    """Run both, and end them; `None` has the primary wait for no standby: what it acknowledges may be lost with it."""
    with _running_primary(synchronous_commit) as primary, _following(primary) as standby:
        if synchronous_commit is not None:
            primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.execute("SELECT pg_reload_conf()")
        pair = Pair(primary, standby)
        pair.wait_for_standby()
        yield pair


@contextmanager
def _running_primary(synchronous_commit: str | None) -> Iterator[Server]:
    settings = _SETTINGS if synchronous_commit is None else {**_SETTINGS, "synchronous_commit": synchronous_commit}
    with own_folder() as folder:
        init_data(folder)
        with _serving(folder, settings) as primary:
            yield primary


@contextmanager
def _following(primary: Server) -> Iterator[Server]:
    with own_folder() as folder:
        source = f"host={primary.folder} user={OWNER} application_name=standby"
        run_program(
            folder, "pg_basebackup", "-D", "data", "-d", source, "-R", "-C", "-S", _SLOT, "-c", "fast", "--no-sync"
        )
        with _serving(folder, _SETTINGS) as standby:
            yield standby


@contextmanager
def _serving(folder: Path, settings: Mapping[str, str]) -> Iterator[Server]:
    with serving(folder, settings) as process:
        yield Server(folder, process=process)
