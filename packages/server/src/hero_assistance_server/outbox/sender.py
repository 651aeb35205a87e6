"""Sends what is due in the outbox, over all channels, until it is stopped.

An attempt is written down before it begins and its outcome as soon as it is known. A process that is killed between the
two does not know whether the other side has it: it is sent again. That is the only moment in which something can arrive
twice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.jobs.alarm import Alarm, open_alarm
from hero_assistance_server.jobs.running import running
from hero_assistance_server.outbox.channel import Channel
from hero_assistance_server.outbox.model import Outcome, Refused, RetryLater, Sent, StoredDelivery
from hero_assistance_server.outbox.rules import clean_note, next_attempt
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork

# Longer than any channel takes for one attempt: a mail server may take ten minutes to accept a letter.
LEASE = timedelta(minutes=20)
# What is being sent when the server stops has so long to come to an end; at a restart callers wait for it.
GRACE_S = 2.0
# After an error of the disk.
RETRY_STORE_S = 5.0
# How often a channel that is not ready is asked again.
READY_AFTER = timedelta(seconds=2)
PRUNE_EVERY_S = 3600.0
KEPT_FOR = timedelta(days=30)
PRUNE_BATCH = 500

T = TypeVar("T")

_log = get_log("outbox")


class Sender:
    """Runs the channels; a commit that adds to the outbox wakes it."""

    def __init__(self, storage: Storage, channels: Sequence[Channel], clock: Callable[[], datetime]) -> None:
        self._storage = storage
        self._clock = clock
        self._wakeups = {channel.name: asyncio.Event() for channel in channels}
        self._channels = channels
        self._stopping = False

    def wake(self) -> None:
        """Look at what is due, on every channel."""
        for wakeup in self._wakeups.values():
            wakeup.set()

    def stop(self) -> None:
        """Begin nothing more; `run` returns when what has begun is over."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Send what is due until `stop`."""
        released = await self._write_at_last(lambda work: work.outbox.release_leases())
        if released:
            # Its process was killed in the middle of an attempt.
            _log.warning("outbox.interrupted", deliveries=released)
        async with asyncio.TaskGroup() as group:
            helpers = [group.create_task(self._follow_commits()), group.create_task(self._prune())]
            async with asyncio.TaskGroup() as running:
                for channel in self._channels:
                    running.create_task(self._run_channel(channel))
            for helper in helpers:
                helper.cancel()

    async def _follow_commits(self) -> None:
        while True:
            await self._storage.outbox_added.wait()
            self._storage.outbox_added.clear()
            self.wake()

    async def _prune(self) -> None:
        while True:
            before = self._clock() - KEPT_FOR
            with contextlib.suppress(HeroError):
                while await self._storage.write(lambda work: work.outbox.prune(before, PRUNE_BATCH)) == PRUNE_BATCH:  # noqa: B023
                    pass
            await asyncio.sleep(PRUNE_EVERY_S)

    async def _run_channel(self, channel: Channel) -> None:
        wakeup = self._wakeups[channel.name]
        under_way: set[asyncio.Task[None]] = set()
        with closing(open_alarm(wakeup.set)) as alarm:
            async with asyncio.TaskGroup() as group:
                while not self._stopping:
                    wakeup.clear()
                    for delivery in await self._lease(channel, channel.at_once - len(under_way), alarm):
                        task = group.create_task(self._send(channel, delivery))
                        under_way.add(task)
                        task.add_done_callback(under_way.discard)
                        task.add_done_callback(lambda _done: wakeup.set())
                    await wakeup.wait()

    async def _lease(self, channel: Channel, room: int, alarm: Alarm) -> list[StoredDelivery]:
        """Begin attempts of what is due, as many as there is room for; else set the alarm for the next one."""
        now = self._clock()
        if room <= 0:
            return []
        if not channel.is_ready():
            alarm.set(now + READY_AFTER)
            return []
        try:
            due = await self._storage.read(lambda snapshot: snapshot.outbox.next_due(channel.name))
            if due is None:
                return []
            if due > now:
                alarm.set(due)
                return []
            leased = await self._storage.write(
                lambda work: work.outbox.lease(channel.name, now, now + LEASE, room),
            )
        except HeroError as error:
            _log.warning("outbox.put-off", channel=channel.name, error=error)
            alarm.set(now + timedelta(seconds=RETRY_STORE_S))
            return []
        if len(leased) < room:
            self._wakeups[channel.name].set()
        return leased

    async def _send(self, channel: Channel, first: StoredDelivery) -> None:
        """Send a delivery, and one after the other while more are due: an outcome and the next begin in one write."""
        delivery: StoredDelivery | None = first
        while delivery is not None:
            outcome = await _attempt(channel, delivery)
            if not isinstance(outcome, Sent):
                _log_failure(delivery, outcome)
            next_of = channel.name if channel.is_ready() and not self._stopping else None
            delivery = await self._write_at_last(partial(conclude, delivery, outcome, next_of))

    async def _write_at_last(self, command: Callable[[UnitOfWork], T]) -> T:
        """Write, again and again where the disk fails: what was sent must not be sent once more."""
        while True:
            try:
                return await self._storage.write(command)
            except HeroError as error:
                _log.warning("outbox.not-written", error=error)
                await asyncio.sleep(RETRY_STORE_S)


def conclude(
    delivery: StoredDelivery, outcome: Outcome, next_of: str | None, work: UnitOfWork
) -> StoredDelivery | None:
    """Write what came of an attempt, and begin the next of a channel where one is due."""
    record_outcome(work, delivery, outcome)
    if next_of is None:
        return None
    return next(iter(work.outbox.lease(next_of, work.now, work.now + LEASE, 1)), None)


def record_outcome(work: UnitOfWork, delivery: StoredDelivery, outcome: Outcome) -> None:
    """Write what came of an attempt: it is sent, waits for its next attempt, or is dead."""
    if isinstance(outcome, Sent):
        work.outbox.finish(delivery.delivery_id, clean_note(outcome.note), work.now)
        return
    retry_at = next_attempt(delivery.attempts, work.now) if isinstance(outcome, RetryLater) else None
    work.outbox.fail(delivery.delivery_id, clean_note(outcome.error), work.now, retry_at)


def _log_failure(delivery: StoredDelivery, outcome: RetryLater | Refused) -> None:
    _log.warning(
        "outbox.not-sent",
        channel=delivery.channel,
        delivery=delivery.delivery_id,
        attempt=delivery.attempts,
        error=clean_note(outcome.error),
    )


async def _attempt(channel: Channel, delivery: StoredDelivery) -> Outcome:
    try:
        async with asyncio.timeout(LEASE.total_seconds() / 2):
            return await channel.deliver(delivery)
    except TimeoutError:
        return RetryLater("it took too long")
    except HeroError as error:
        return RetryLater(f"{error.message}; {error.hint}" if error.hint else error.message)
    except Exception as error:  # noqa: BLE001
        # The outermost loop of a delivery: after any defect the others must go out.
        _log.error("outbox.failed", channel=channel.name, delivery=delivery.delivery_id, exc_info=error)
        return RetryLater("the server failed; its log says why")


@asynccontextmanager
async def sending(sender: Sender) -> AsyncIterator[None]:
    """Send while the context is open; what is being sent at its end has a moment to finish."""
    async with running(sender.run) as (task,):
        try:
            yield
        finally:
            sender.stop()
            await asyncio.wait([task], timeout=GRACE_S)
