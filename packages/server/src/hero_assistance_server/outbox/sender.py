"""Sends what is due in the outbox, over all channels, until it is stopped.

An attempt is written down before it begins and its outcome as soon as it is known; in between it is begun no second
time, however slow the other side is. A process that is killed between the two does not know whether the other side has
it: it is sent again. That is the only moment in which something can arrive twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import TypeVar

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.jobs.alarm import Alarm, open_alarm
from hero_assistance_server.jobs.running import running
from hero_assistance_server.outbox.channel import Channel
from hero_assistance_server.outbox.in_flight import InFlight
from hero_assistance_server.outbox.model import ChannelDown, Held, Outcome, Refused, RetryLater, Sent, StoredDelivery
from hero_assistance_server.outbox.pauses import Pauses
from hero_assistance_server.outbox.pruning import prune
from hero_assistance_server.outbox.rules import ahead_of_all, clean_note, next_attempt
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork

# Longer than any channel takes for one attempt: a mail server may take ten minutes to accept a letter, and a minute for
# each command before.
ATTEMPT_TIMEOUT_S = 1800.0
# What is being sent when the server stops has so long to come to an end; at a restart callers wait for it.
GRACE_S = 2.0
# After an error of the disk.
RETRY_STORE_S = 5.0
# How often a channel that is not ready is asked again.
READY_AFTER = timedelta(seconds=2)
PRUNE_EVERY_S = 3600.0

T = TypeVar("T")

_log = get_log("outbox")


class Sender:
    """Runs the channels; a commit that adds to the outbox wakes it."""

    def __init__(
        self,
        storage: Storage,
        channels: Sequence[Channel],
        clock: Callable[[], datetime],
        pauses: Pauses | None = None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._pauses = pauses or Pauses()
        self._in_flight = InFlight(storage)
        self._wakeups = {channel.name: asyncio.Event() for channel in channels}
        self._channels = channels
        self._stopping = False
        self._is_begun = False

    def wake(self) -> None:
        """Look at what is due, on every channel."""
        for wakeup in self._wakeups.values():
            wakeup.set()

    @property
    def is_begun(self) -> bool:
        """Whether this node has sent."""
        return self._is_begun

    def stop(self) -> None:
        """Begin nothing more; `run` returns when what has begun is over."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Send what is due until `stop`, while this node has the job."""
        await self._storage.nodes.jobs.run("outbox", self._run)

    async def _run(self) -> None:
        # What this node had in flight when it was cut off is not its own any more.
        self._in_flight = InFlight(self._storage)
        self._is_begun = True
        released = await _write_at_last(lambda: self._storage.write(lambda work: work.outbox.release_in_flight()))
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
            try:
                await prune(self._storage, self._wakeups)
            except HeroError as error:
                _log.warning("outbox.not-pruned", error=error)
            except Exception as error:  # noqa: BLE001
                _log.error("outbox.not-pruned", exc_info=error)
            await asyncio.sleep(PRUNE_EVERY_S)

    async def _run_channel(self, channel: Channel) -> None:
        wakeup = self._wakeups[channel.name]
        under_way: set[asyncio.Task[None]] = set()
        with closing(open_alarm(wakeup.set)) as alarm:
            async with asyncio.TaskGroup() as group:
                while not self._stopping:
                    wakeup.clear()
                    for delivery in await self._begin(channel, len(under_way), alarm):
                        task = group.create_task(self._send(channel, delivery))
                        under_way.add(task)
                        task.add_done_callback(under_way.discard)
                        task.add_done_callback(lambda _done: wakeup.set())
                    await wakeup.wait()

    async def _begin(self, channel: Channel, under_way: int, alarm: Alarm) -> Sequence[StoredDelivery]:
        """Begin attempts of what is due, as many as there is room for; else set the alarm for the next one."""
        now, pause = self._clock(), self._pauses.of(channel.name)
        room = pause.room(channel.at_once, now) - under_way
        if room <= 0:
            if pause.until is not None and now < pause.until:
                alarm.set(pause.until)
            return []
        if not channel.is_ready():
            alarm.set(now + READY_AFTER)
            return []
        try:
            if not self._in_flight.has_to_release and not await self._is_due(channel, now, alarm):
                return []
            begun = await self._in_flight.begin(lambda work: work.outbox.begin(channel.name, now, room))
        except Exception as error:  # noqa: BLE001
            # The outermost loop of a channel: after any defect the server goes on.
            defect = None if isinstance(error, HeroError) else error
            _log.warning("outbox.put-off", channel=channel.name, error=error, exc_info=defect)
            alarm.set(now + timedelta(seconds=RETRY_STORE_S))
            return []
        if len(begun) < room:
            self._wakeups[channel.name].set()
        return begun

    async def _is_due(self, channel: Channel, now: datetime, alarm: Alarm) -> bool:
        """Whether something is due; else set the alarm for the next one."""
        due = await self._storage.read(lambda snapshot: snapshot.outbox.next_due(channel.name))
        if due is not None and due > now:
            alarm.set(due)
        return due is not None and due <= now

    async def _send(self, channel: Channel, first: StoredDelivery) -> None:
        """Send a delivery, and one after the other while more are due: an outcome and the next begin in one write."""
        delivery: StoredDelivery | None = first
        while delivery is not None:
            number = self._pauses.of(channel.name).number
            outcome = self._judge(channel, delivery, number, await _attempt(channel, delivery))
            if not isinstance(outcome, Sent):
                _log_failure(delivery, outcome)
            goes_on = not self._stopping and not self._pauses.of(channel.name).is_down and channel.is_ready()
            delivery = await self._conclude(delivery, outcome, channel.name if goes_on else None)

    def _judge(self, channel: Channel, delivery: StoredDelivery, number: int, outcome: Outcome) -> Outcome:
        """Tell the channel's pause what came of an attempt; returns what it means for the delivery."""
        pause = self._pauses.of(channel.name)
        if isinstance(outcome, ChannelDown):
            if outcome.knew_delivery and pause.is_to_blame(delivery.delivery_id):
                return RetryLater(outcome.error)
            pause.note_fault(outcome, self._clock(), channel.at_once)
            # At the end of what is due: the next attempt is with another one. What is urgent stays urgent, unless the
            # letter itself may be what the other side fails at.
            return Held(outcome.error, timedelta(), keeps_place=not outcome.knew_delivery)
        was_answered = not isinstance(outcome, Held) and not (isinstance(outcome, Refused) and not outcome.was_sent)
        if was_answered and pause.note_answer(delivery.delivery_id, number):
            self._wakeups[channel.name].set()
        return outcome

    async def _conclude(self, delivery: StoredDelivery, outcome: Outcome, next_of: str | None) -> StoredDelivery | None:
        """Write what came of an attempt, and begin the next of a channel where one is due; returns that."""
        tries = count()

        def command(is_first: bool, work: UnitOfWork) -> Sequence[StoredDelivery]:
            if is_first or not self._in_flight.has_ended(work, delivery.delivery_id):
                record_outcome(work, delivery, outcome)
            return [] if next_of is None else work.outbox.begin(next_of, work.now, 1)

        begun = await _write_at_last(lambda: self._in_flight.begin(partial(command, next(tries) == 0)))
        self._in_flight.end(delivery.delivery_id)
        return next(iter(begun), None)


async def _write_at_last(write: Callable[[], Awaitable[T]]) -> T:
    """Write, again and again where the disk fails: what was sent must not be sent once more."""
    while True:
        try:
            return await write()
        except HeroError as error:
            _log.warning("outbox.not-written", error=error)
            await asyncio.sleep(RETRY_STORE_S)


def record_outcome(work: UnitOfWork, delivery: StoredDelivery, outcome: Outcome) -> None:
    """Write what came of an attempt: it is sent, waits for its next attempt, or is dead or dropped."""
    if isinstance(outcome, Sent):
        work.outbox.finish(delivery.delivery_id, clean_note(outcome.note), work.now)
        return
    retry_at, counts = _plan(delivery, outcome, work.now)
    work.outbox.fail(delivery.delivery_id, clean_note(outcome.error), work.now, retry_at, counts=counts)
    if isinstance(outcome, Refused) and not outcome.is_wanted:
        work.outbox.drop(delivery.delivery_id, work.now)


def _plan(
    delivery: StoredDelivery, outcome: RetryLater | Held | ChannelDown | Refused, now: datetime
) -> tuple[datetime | None, bool]:
    """Return when a delivery is tried again, `None` for never, and whether the attempt counts."""
    if isinstance(outcome, RetryLater):
        return next_attempt(delivery.attempts, now, outcome.at_least), True
    if isinstance(outcome, Refused):
        return None, outcome.was_sent
    wait = outcome.wait if isinstance(outcome, Held) else timedelta()
    if delivery.is_urgent and isinstance(outcome, Held) and outcome.keeps_place:
        return ahead_of_all(now), False
    return now + wait, False


def _log_failure(delivery: StoredDelivery, outcome: RetryLater | Held | ChannelDown | Refused) -> None:
    _log.warning(
        "outbox.not-sent",
        channel=delivery.channel,
        delivery=delivery.delivery_id,
        attempt=delivery.attempts,
        error=clean_note(outcome.error),
    )


async def _attempt(channel: Channel, delivery: StoredDelivery) -> Outcome:
    try:
        async with asyncio.timeout(ATTEMPT_TIMEOUT_S):
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
            if sender.is_begun:
                await asyncio.wait([task], timeout=GRACE_S)
