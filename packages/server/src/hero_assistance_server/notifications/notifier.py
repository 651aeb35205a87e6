"""Follows what happens on tickets, and queues letters when they are due.

Nothing is added to the commands that are followed: the audit trail has everything, and a position in it that is stored
together with what follows from it. A crash loses nothing and tells nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Container, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.wire import TicketId, UserId
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.jobs.alarm import open_alarm
from hero_assistance_server.jobs.running import running
from hero_assistance_server.mail.sending.mail_settings import MailSettings
from hero_assistance_server.notifications.decisions import Decision, OnScreen, decide
from hero_assistance_server.notifications.letters import send_due_letter
from hero_assistance_server.notifications.rules import NOTEWORTHY
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork

# What is committed within this time is looked at together.
PAUSE_S = 0.2
# Letters that one transaction queues, so that callers do not wait for it.
LETTERS_AT_ONCE = 20
# How far it has come without anything to tell is written so often: a start looks at no more than that again.
POSITION_EVERY = timedelta(minutes=1)
RETRY_AFTER = timedelta(seconds=30)
# The settings are read within a second or two after the start.
SETTINGS_AFTER = timedelta(seconds=1)

# Who is told something, and about which ticket.
Pair: TypeAlias = tuple[UserId, TicketId]

_log = get_log("notifications")


@dataclass
class Notifier:
    """The background job of notifications; `hear` wakes it."""

    storage: Storage
    is_on_screen: OnScreen
    mail_settings: Callable[[], MailSettings | None]
    clock: Callable[[], datetime]
    pause_s: float = PAUSE_S
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _position: int | None = None
    _stored: int = 0
    _stored_at: datetime | None = None

    def hear(self, event: StoredEvent) -> None:
        """Follow the committed events: some are to be told."""
        if event.kind in NOTEWORTHY:
            self._woken.set()

    async def run(self) -> None:
        """Notify while this node has the job, until cancelled."""
        await self.storage.nodes.jobs.run("notifications", self._run)

    async def _run(self) -> None:
        # Another node may have had the job meanwhile.
        self._position = None
        with closing(open_alarm(self._woken.set)) as alarm:
            while True:
                self._woken.clear()
                due = await self._run_once()
                if due is not None:
                    alarm.set(due)
                await self._woken.wait()
                await asyncio.sleep(self.pause_s)

    async def _run_once(self) -> datetime | None:
        """Follow and send; returns when to look again. After any defect the server goes on."""
        try:
            await self.follow()
            return await self.send_due()
        except HeroError as error:
            _log.warning("notifications.put-off", error=error)
        except Exception as error:  # noqa: BLE001
            _log.error("notifications.failed", exc_info=error)
        return self.clock() + RETRY_AFTER

    async def follow(self) -> None:
        """Look at all that has happened since the last time."""
        if self._position is None:
            self._position = self._stored = await self.storage.read(lambda snapshot: snapshot.notifications.position())
            self._stored_at = self.clock()
        more = True
        while more:
            position, now = self._position, self.clock()
            decision = await self.storage.read(
                lambda snapshot: decide(snapshot, position, now, self.is_on_screen)  # noqa: B023
            )
            if self._has_to_be_stored(decision, now):
                await self.storage.write(lambda work: _store(work, decision))  # noqa: B023
                self._stored, self._stored_at = decision.reached, now
            self._position, more = decision.reached, decision.more

    async def send_due(self) -> datetime | None:
        """Queue the letters that are due; returns when the next one is, or when to look again."""
        while True:
            now = self.clock()
            due = await self.storage.read(lambda snapshot: snapshot.notifications.next_due())
            if due is None or due > now:
                return due
            mail = self.mail_settings()
            if mail is None or mail.fault is not None:
                # They are written with the sender's address, which is not known.
                return now + (SETTINGS_AFTER if mail is None else RETRY_AFTER)
            pairs = await self.storage.read(lambda snapshot: snapshot.notifications.list_due(now, LETTERS_AT_ONCE))  # noqa: B023
            # Who has come to the ticket meanwhile sees it there.
            seen = {pair for pair in pairs if self.is_on_screen(*pair)}
            await self._send(pairs, seen, mail)

    async def _send(self, pairs: Sequence[Pair], seen: Container[Pair], mail: MailSettings) -> None:
        """Queue some letters; one that meets a defect is left out, and the others are queued."""
        try:
            await self.storage.write(lambda work: _send_portion(work, pairs, seen, mail))
        except HeroError:
            raise
        except Exception as error:  # noqa: BLE001
            if len(pairs) > 1:
                for pair in pairs:
                    await self._send([pair], seen, mail)
                return
            user_id, ticket_id = pairs[0]
            _log.error("notifications.left-out", user=user_id, ticket=ticket_id, exc_info=error)
            await self.storage.write(lambda work: work.notifications.take(user_id, ticket_id))

    def _has_to_be_stored(self, decision: Decision, now: datetime) -> bool:
        """Whether the position goes to the disk: with what follows from it, and now and then without."""
        if decision.pending or decision.suppressed:
            return True
        is_old = self._stored_at is None or now - self._stored_at >= POSITION_EVERY
        return is_old and decision.reached > self._stored


def _store(work: UnitOfWork, decision: Decision) -> None:
    work.notifications.add(decision.pending)
    work.notifications.set_position(decision.reached)


def _send_portion(
    work: UnitOfWork,
    pairs: Sequence[Pair],
    seen: Container[Pair],
    mail: MailSettings,
) -> None:
    for pair in pairs:
        if pair in seen:
            work.notifications.take(*pair)
        else:
            send_due_letter(work, *pair, mail)


@asynccontextmanager
async def notifying(notifier: Notifier) -> AsyncIterator[None]:
    """Notify while the context is open."""
    async with running(notifier.run):
        yield
