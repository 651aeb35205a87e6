"""Gives each job to the node whose connection has its advisory lock, which goes with the connection."""

from __future__ import annotations

import asyncio
import threading
import time
import zlib
from dataclasses import dataclass, field

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.jobs.running import Work, running
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection

# How often a node asks for a job that another one has; so long may a job rest after that one died.
ASK_EVERY_S = 5.0
# Of all advisory locks in the database; other programs may share it.
_CLASS = 0x48416A6F
_TAKE = "SELECT pg_try_advisory_lock(?::int, ?::int)"
_GIVE_BACK = "SELECT pg_advisory_unlock(?::int, ?::int)"

_log = get_log("jobs")


@dataclass(slots=True)
class _Turn:
    """One job that this node would do; its events are of the loop."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    asked_at: float = -ASK_EVERY_S

    def begin(self) -> None:
        """Have the work begin."""
        self.over.clear()
        self.begun.set()

    async def wait_for_end(self) -> None:
        """Wait until the work is to end."""
        await self.over.wait()

    def end(self) -> None:
        """Have the work end."""
        self.begun.clear()
        self.over.set()


class PostgresJobLocks:
    """Implements `JobLocks`; `work` and `lose` are called by the thread that has the connection."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._turns: dict[str, _Turn] = {}
        self._held: dict[str, _Turn] = {}

    async def run(self, job: str, work: Work) -> None:
        """Wait for the lock, and work until the connection is lost; again and again until the work ends by itself."""
        turn = _Turn()
        with self._lock:
            self._turns[job] = turn
        try:
            while not await self._run_once(job, turn, work):
                _log.warning("job.lost", job=job)
        finally:
            with self._lock:
                del self._turns[job]

    async def _run_once(self, job: str, turn: _Turn, work: Work) -> bool:
        """Work while this node has the job; returns whether the work has ended by itself."""
        await turn.begun.wait()
        _log.info("job.begun", job=job)
        async with running(work, turn.wait_for_end) as (working, waiting):
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            return working.done()

    def work(self, connection: PostgresConnection) -> None:
        """Ask for the jobs that are due, and give those back that are no longer done."""
        now = time.monotonic()
        with self._lock:
            left = [job for job, turn in self._held.items() if self._turns.get(job) is not turn]
            due = [(job, turn) for job, turn in self._turns.items() if now - turn.asked_at >= ASK_EVERY_S]
        for job in left:
            connection.execute(_GIVE_BACK, (_CLASS, _number_of(job)))
            del self._held[job]
        for job, turn in due:
            turn.asked_at = now
            if job not in self._held and connection.execute(_TAKE, (_CLASS, _number_of(job))).get:
                self._held[job] = turn
                self._loop.call_soon_threadsafe(turn.begin)

    def lose(self) -> None:
        """Have all work end: the connection was lost, and with it the locks. The next one asks at once."""
        for turn in self._held.values():
            self._loop.call_soon_threadsafe(turn.end)
        self._held.clear()
        with self._lock:
            for turn in self._turns.values():
                turn.asked_at = -ASK_EVERY_S


def _number_of(job: str) -> int:
    """Return a number of 32 bits with a sign."""
    return zlib.crc32(job.encode()) - (1 << 31)
