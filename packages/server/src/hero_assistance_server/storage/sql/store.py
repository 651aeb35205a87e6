"""What every open engine does alike: queue commands, and deliver their outcomes and events after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.sql.write_path.writer import Job, Writer

P = ParamSpec("P")
Q = TypeVar("Q")
T = TypeVar("T")

# A flush on a dying disk can take seconds; after that the caller had better try again.
STORE_TIMEOUT_S = 10.0
# Files are written and read next to the database; each piece takes well under a millisecond.
FILE_THREADS = 4


class SqlStore:
    """The part of a store that is the same in every engine; `publish` gets each event after its commit.

    A subclass makes the writer, which calls `_deliver`, and starts it.
    """

    _writer: Writer

    def __init__(self, publish: Callable[[StoredEvent], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._publish = publish
        # What was read before the number changed may be out of date.
        self.commits = 0
        # Set once a command that added to the outbox is committed.
        self.outbox_added = asyncio.Event()
        # Set when tickets may be missing in the search index.
        self.index_incomplete = asyncio.Event()
        self._threads = ThreadPoolExecutor(FILE_THREADS, "store-files")

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what waits for the disk outside the loop; raises what it raises.

        A thread cannot be cancelled: a cancelled caller waits until the work is finished.
        """
        future = self._loop.run_in_executor(self._threads, partial(work, *args, **kwargs))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            # Its caller is told that it was cancelled, and not what failed meanwhile.
            future.exception()
            raise

    async def _submit(self, command: Callable[[Any], T]) -> T:
        future: asyncio.Future[T] = self._loop.create_future()
        self._writer.submit(Job(command, future))
        # asyncio.timeout would take a tenth of what a whole call costs the loop.
        deadline = self._loop.call_later(STORE_TIMEOUT_S, _give_up, future)
        try:
            return await future
        finally:
            deadline.cancel()

    async def _answer(self, executor: Executor, run: Callable[[Q], T], query: Q) -> T:
        """Have a reader run a query; raises `StoreUnavailable`."""
        try:
            async with asyncio.timeout(STORE_TIMEOUT_S):
                return await self._loop.run_in_executor(executor, run, query)
        except TimeoutError:
            raise StoreUnavailable("the database is too slow") from None

    async def _stop_writer(self) -> None:
        """Write what is queued, and end the writer and the threads for files."""
        self._writer.hand_over()
        await asyncio.to_thread(self._writer.stop)
        self._threads.shutdown()

    def _deliver(self, jobs: Sequence[Job]) -> None:
        """Called by the writer's thread: one wake-up of the loop for the whole group."""
        self._loop.call_soon_threadsafe(self._finish, jobs)

    def _finish(self, jobs: Sequence[Job]) -> None:
        self.commits += 1
        for job in jobs:
            for notify in job.notify_after_commit:
                notify()
            for event in job.events:
                self._publish(event)
            job.finish()


def _give_up(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_exception(
            StoreUnavailable(
                "the database is too slow; the change may still be made",
                hint="try again with the same client_token: it will not be made twice",
            )
        )
