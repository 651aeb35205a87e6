"""Wakes snoozed tickets at their time, and deletes old events, client tokens and invitations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.collaborators.rules import GUEST_INVITATION_LIFE
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.jobs.alarm import open_alarm
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.tickets import rules as ticket_rules
from hero_assistance_server.tickets.change_service import release_assignee
from hero_assistance_server.tickets.event_types import TICKET_UPDATED

# What the audit trail says instead of where a request came from.
TIMER = Caller(None, origin="timer")
PRUNE_EVERY = timedelta(days=1)
# Kept at any age, so that a team that writes little comes back from its holidays without a reset.
EVENTS_KEPT = 100_000
# Longer than a client tries again.
TOKENS_KEPT_FOR = timedelta(days=7)
# What one transaction does, so that callers wait for some milliseconds and not for all of it.
BATCH = 500
# After an error of the disk, or of ours.
RETRY_AFTER = timedelta(minutes=1)
OVERDUE_AFTER = timedelta(seconds=1)

_log = get_log("timers")


class Timers:
    """Sleeps until the next thing is due; a commit that may bring one nearer, and a clock that is set, wake it."""

    def __init__(self, clock: Callable[[], datetime], *, events_kept: int = EVENTS_KEPT) -> None:
        self._clock = clock
        self._events_kept = events_kept
        self._woken = asyncio.Event()
        self._prune_at: datetime | None = None

    def ring(self) -> None:
        """Look at what is due."""
        self._woken.set()

    def hear(self, event: StoredEvent) -> None:
        """Follow the committed events: an update of a ticket may have been a snooze."""
        if event.kind == TICKET_UPDATED.name:
            self.ring()

    async def run(self, storage: Storage) -> None:
        """Do what is due while this node has the job, until cancelled."""
        await storage.nodes.jobs.run("timers", partial(self._run, storage))

    async def _run(self, storage: Storage) -> None:
        with closing(open_alarm(self.ring)) as alarm:
            while True:
                self._woken.clear()
                alarm.set(await self._work(storage))
                await self._woken.wait()

    async def _work(self, storage: Storage) -> datetime:
        """Do what is due now; returns when the next is."""
        try:
            # Most updates are no snooze: a command is written where a ticket is due alone.
            if _is_due(await _find_next_wake(storage), self._clock()):
                await _repeat(storage, _wake)
            prune_at = await self._prune(storage)
            wake_at = await _find_next_wake(storage)
        except StoreUnavailable as error:
            _log.warning("timers.put-off", error=error)
            return self._clock() + RETRY_AFTER
        now = self._clock()
        if _is_due(wake_at, now):
            # It came due this instant, or it cannot be woken, which must not keep us busy.
            wake_at = now + OVERDUE_AFTER
        return min(prune_at, wake_at or prune_at)

    async def _prune(self, storage: Storage) -> datetime:
        """Delete what is too old, once a day; returns when again. A clock that was set back does not delay it."""
        now = self._clock()
        if self._prune_at is not None and now < self._prune_at <= now + PRUNE_EVERY:
            return self._prune_at
        settings = await storage.read(lambda snapshot: snapshot.project.read())
        before = now - timedelta(days=settings.event_retention_days)
        await _repeat(storage, lambda work: work.events.prune(before, self._events_kept, BATCH))
        await _repeat(storage, lambda work: work.client_tokens.prune(now - TOKENS_KEPT_FOR, BATCH))
        await _repeat(storage, lambda work: work.guest_invitations.prune(now - GUEST_INVITATION_LIFE, BATCH))
        self._prune_at = now + PRUNE_EVERY
        return self._prune_at


async def _find_next_wake(storage: Storage) -> datetime | None:
    return await storage.read(lambda snapshot: snapshot.tickets.next_wake())


def _is_due(wake_at: datetime | None, now: datetime) -> bool:
    return wake_at is not None and wake_at <= now


async def _repeat(storage: Storage, step: Callable[[UnitOfWork], int]) -> None:
    """Repeat a step, each in a transaction of its own, until it has not found a whole batch."""
    while await storage.write(step) == BATCH:
        pass


def _wake(work: UnitOfWork) -> int:
    """Wake tickets whose time has come, also long ago; returns how many."""
    woken = 0
    for ticket_id in work.tickets.list_due_to_wake(work.now, BATCH):
        ticket = work.tickets.find(ticket_id)
        change = ticket and ticket_rules.wake(ticket=ticket, now=work.now)
        if ticket and change:
            work.apply(change, TIMER)
            release_assignee(work, TIMER, change.ticket, before=ticket.status)
            woken += 1
    return woken
