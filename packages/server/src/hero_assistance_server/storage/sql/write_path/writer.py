"""The one thread that writes: it takes commands from a queue and commits them in groups.

While one group is committed (a disk flush), the next one forms: more callers, fewer flushes for each.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.rpc.errors import InternalError
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.write_path.unit_of_work import SqlUnitOfWork
from hero_assistance_server.storage.sql.write_path.write_batch import WriteBatch

Command = Callable[[Any], Any]

# Bounds how long the first of a group waits for the last: 256 commands take about 20 ms.
GROUP_LIMIT = 256
# Four groups: with a disk that takes a second for each flush, the last is still written before its caller gives up.
# A command holds what was sent, at most some 64 KiB: all of them some 64 MiB.
QUEUE_LIMIT = 4 * GROUP_LIMIT

_log = get_log("store")


class Groups(Protocol):
    """The transactions of an engine, one for each group of commands."""

    storage_errors: tuple[type[Exception], ...]
    """The errors that the disk, the network or another process cause; every other is a defect of ours."""

    connection: Connection

    @property
    def is_lost(self) -> bool:
        """Whether the database is away: the commands of the group would fail one by one as well."""
        ...

    def begin(self) -> WriteBatch:
        """Begin the transaction of a group."""
        ...

    def commit(self, batch: WriteBatch) -> None:
        """Write what waits and commit; when it returns, the group is on disk.

        Raises `OutcomeUnknown` when it may be.
        """
        ...

    def roll_back(self) -> None:
        """Undo the transaction, if there is one."""
        ...

    def open_unit(self, batch: WriteBatch, now: datetime) -> SqlUnitOfWork:
        """Return the unit of work of one command of the group."""
        ...

    def explain_error(self, error: Any) -> tuple[str, str | None]:
        """Return what one of the storage errors means, and what to do about it where that is known."""
        ...


class OutcomeUnknown(Exception):
    """Nothing tells whether a group was committed; its cause is an error of storage."""


class _Failed(Exception):
    """A command failed; its job has the error."""


class _HalfWritten(Exception):
    """A command failed after it had written: its group is to be executed again, with savepoints.

    A savepoint copies every page that is written to within it, which costs a fifth of an ordinary command.
    """


@dataclass(slots=True)
class Job:
    """A command, the future of its caller, and its outcome."""

    command: Command
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None
    events: list[StoredEvent] = field(default_factory=list)
    notify_after_commit: list[Callable[[], None]] = field(default_factory=list)

    def finish(self) -> None:
        """Give the outcome to the caller, unless it was cancelled; only the loop's thread may."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Writer:
    """Runs commands in groups; `deliver` gets each group after its commit, or its failure.

    `note_error` gets each error of the disk, the memory or damage, in the writer's thread.
    """

    def __init__(
        self,
        groups: Groups,
        clock: Callable[[], datetime],
        deliver: Callable[[Sequence[Job]], None],
        note_error: Callable[[Exception], None],
    ) -> None:
        self._groups = groups
        self._clock = clock
        self._deliver = deliver
        self._note_error = note_error
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._coming: list[Job] = []
        self._thread = threading.Thread(target=self._run, name="store-writer")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a command; raises `StoreUnavailable` when too many wait. Only the loop's thread may."""
        if self._queue.qsize() + len(self._coming) >= QUEUE_LIMIT:
            raise StoreUnavailable(
                f"{QUEUE_LIMIT} changes wait to be written already", hint="nothing was changed; try again in a moment"
            )
        if not self._coming:
            # All commands of one turn of the loop are written in the same group.
            asyncio.get_running_loop().call_soon(self.hand_over)
        self._coming.append(job)

    def hand_over(self) -> None:
        """Give the thread what was submitted in this turn of the loop; only the loop's thread may."""
        for job in self._coming:
            self._queue.put(job)
        self._coming.clear()

    def stop(self) -> None:
        """Finish what was handed over, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            jobs, stopping = self._next_group()
            try:
                self._commit(jobs)
            except Exception as error:  # noqa: BLE001
                # The outermost loop of the thread: after any defect the next group must be written.
                self._fail(jobs, error)

    def _next_group(self) -> tuple[list[Job], bool]:
        """Wait for a command and take what else is queued; returns too whether the writer is to stop.

        A command whose caller has given up was never begun: it is dropped.
        """
        jobs: list[Job] = []
        job = self._queue.get()
        while job is not None:
            if not job.future.done():
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
            try:
                self._execute(jobs, savepoints=False)
            except _HalfWritten:
                self._groups.roll_back()
                self._execute(jobs, savepoints=True)
        except OutcomeUnknown as unknown:
            # Executed again, its commands could be done twice.
            self._fail(jobs, unknown)
            return
        except Exception as error:  # noqa: BLE001
            self._groups.roll_back()
            if len(jobs) > 1 and not self._groups.is_lost:
                # It may be one of them that does not fit on the disk, or is a defect; alone, its neighbours pass.
                for job in jobs:
                    self._commit([job])
            else:
                self._fail(jobs, error)
            return
        self._deliver(jobs)

    def _execute(self, jobs: Sequence[Job], *, savepoints: bool) -> None:
        batch = self._groups.begin()
        for job in jobs:
            undo = self._savepoint if savepoints else self._without_savepoint
            with undo(batch):
                self._execute_one(job, batch)
        self._groups.commit(batch)

    def _execute_one(self, job: Job, batch: WriteBatch) -> None:
        work = self._groups.open_unit(batch, self._clock())
        job.result, job.error, job.events, job.notify_after_commit = None, None, [], []
        try:
            job.result = job.command(work)
        except self._groups.storage_errors:
            raise
        except Exception as error:
            job.error = error
            raise _Failed from error
        job.events, job.notify_after_commit = work.recorded, work.notify_after_commit

    @contextmanager
    def _savepoint(self, batch: WriteBatch) -> Iterator[None]:
        """Roll back what a failing command wrote: only its own caller gets the error, its neighbours are committed."""
        mark = batch.mark()
        self._groups.connection.execute("SAVEPOINT command")
        try:
            yield
        except _Failed:
            self._groups.connection.execute("ROLLBACK TO command")
            batch.rollback_to(mark)
        self._groups.connection.execute("RELEASE command")

    @contextmanager
    def _without_savepoint(self, batch: WriteBatch) -> Iterator[None]:
        """Let a command fail that has not written, as nearly all do; raises `_HalfWritten` for another."""
        before = batch.change_marker
        try:
            yield
        except _Failed:
            if batch.change_marker != before:
                raise _HalfWritten from None

    def _fail(self, jobs: Sequence[Job], cause: Exception) -> None:
        error = self._to_hero_error(cause)
        error.__cause__ = cause
        for job in jobs:
            job.error, job.events, job.notify_after_commit = error, [], []
        self._deliver(jobs)

    def _to_hero_error(self, error: Exception) -> HeroError:
        """Return what the caller gets for an error that no command raised."""
        if isinstance(error, OutcomeUnknown):
            _log.error("store.outcome-unknown", error=error.__cause__)
            return StoreUnavailable(
                "the database was lost while it committed; the change may have been made",
                hint="try again with the same client_token: it will not be made twice",
            )
        if isinstance(error, self._groups.storage_errors):
            self._note_error(error)
            _log.error("store.write-failed", error=error)
            reason, hint = self._groups.explain_error(error)
            return StoreUnavailable(f"the database cannot be written: {reason}", hint=hint)
        _log.error("store.write-failed", exc_info=error)
        return InternalError("the server failed to write", hint="its log says why")
