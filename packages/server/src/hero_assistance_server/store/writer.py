"""The one thread that writes: it takes commands from a queue and commits them in groups.

While one group is committed (a disk flush), the next one gathers: more callers, fewer flushes for each.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any

import apsw

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.rpc.errors import InternalError
from hero_assistance_server.store.errors import STORAGE_ERRORS, StoreUnavailable
from hero_assistance_server.store.events import StoredEvent
from hero_assistance_server.store.transaction import Transaction

Command = Callable[[Transaction], Any]

# Bounds how long the first of a group waits for the last: 256 commands take about 20 ms.
GROUP_LIMIT = 256
# Four groups: with a disk that takes a second for each flush, the last is still written before its caller gives up.
# A command holds what was sent, at most some 64 KiB: all of them some 64 MiB.
QUEUE_LIMIT = 4 * GROUP_LIMIT

_log = get_log("store")


@dataclass(slots=True)
class Job:
    """A command, who waits for it, and what became of it."""

    command: Command
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None
    events: list[StoredEvent] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    def settle(self) -> None:
        """Tell the one who waits, unless they have left; only the loop's thread may."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Writer:
    """Runs commands on the writing connection; `deliver` gets each group after its commit, or its failure."""

    def __init__(
        self,
        connection: apsw.Connection,
        clock: Callable[[], datetime],
        deliver: Callable[[Sequence[Job]], None],
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._deliver = deliver
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer")

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a command; raises `StoreUnavailable` when too many wait. Only the loop's thread may."""
        if self._queue.qsize() >= QUEUE_LIMIT:
            raise StoreUnavailable(
                f"{QUEUE_LIMIT} changes wait to be written already", hint="nothing was changed; try again in a moment"
            )
        self._queue.put(job)

    def stop(self) -> None:
        """Finish what is queued, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            jobs, stopping = self._next_group()
            try:
                self._commit(jobs)
            except Exception as error:  # noqa: BLE001
                # The outermost loop of the thread: whatever the defect, the next group must be written.
                _log.exception("store.writer-failed", commands=len(jobs))
                self._fail(jobs, InternalError("the server failed to write", hint="its log says why"), error)

    def _next_group(self) -> tuple[list[Job], bool]:
        """Wait for a command and take what else is queued; and whether the end was among it.

        A command whose caller has given up was never begun: it is dropped.
        """
        jobs: list[Job] = []
        job = self._queue.get()
        while job is not None:
            if not job.future.cancelled():
                jobs.append(job)
            if len(jobs) == GROUP_LIMIT:
                return jobs, False
            try:
                job = self._queue.get_nowait()
            except Empty:
                return jobs, False
        return jobs, True

    def _commit(self, jobs: Sequence[Job]) -> None:
        if not jobs:
            return
        try:
            self._execute(jobs)
        except STORAGE_ERRORS as error:
            self._roll_back()
            if len(jobs) > 1:
                # It may be one of them that does not fit on the disk; alone, its neighbours pass.
                for job in jobs:
                    self._commit([job])
                return
            _log.error("store.write-failed", error=error)
            self._fail(jobs, StoreUnavailable("the database cannot be written", hint=str(error)), error)
            return
        self._deliver(jobs)

    def _execute(self, jobs: Sequence[Job]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for job in jobs:
            self._execute_one(job)
        self._connection.execute("COMMIT")

    def _execute_one(self, job: Job) -> None:
        transaction = Transaction(self._connection, self._clock())
        job.result, job.error = None, None
        self._connection.execute("SAVEPOINT command")
        try:
            job.result = job.command(transaction)
        except STORAGE_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001
            # A command's error belongs to its caller alone; its neighbours in the group are kept.
            self._connection.execute("ROLLBACK TO command")
            job.error = error
            transaction.events.clear()
            transaction.afterwards.clear()
        self._connection.execute("RELEASE command")
        job.events, job.afterwards = transaction.events, transaction.afterwards

    def _fail(self, jobs: Sequence[Job], error: Exception, cause: Exception) -> None:
        error.__cause__ = cause
        for job in jobs:
            job.error, job.events, job.afterwards = error, [], []
        self._deliver(jobs)

    def _roll_back(self) -> None:
        # SQLite has rolled back by itself after some errors; a second ROLLBACK would be one more.
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
