"""Follows the committed events and queues what webhooks are sent, from the position that each has in the event log.

A command writes nothing for webhooks. After a crash what was queued already is found again and is not queued twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.wire import Seq
from hero_assistance_server.events.stored_event import StoredEvent, TeamEvent
from hero_assistance_server.jobs.running import running
from hero_assistance_server.jobs.signals import NoSignals, Signals
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.webhooks import rules
from hero_assistance_server.webhooks.model import Webhook, WebhookMessage
from hero_assistance_server.webhooks.service import queue_message

# What one transaction looks at.
BATCH = 200
# Events of one burst are looked at together.
PAUSE_S = 0.05
# After an error of the disk.
RETRY_S = 30.0
CONDITION = "webhook-disabled"
JOB = "webhooks"

_log = get_log("webhooks")


@dataclass(frozen=True, slots=True)
class Portion:
    """The enabled webhooks, and events that were not considered for each of them; `end` is the last number seen."""

    webhooks: Sequence[Webhook]
    events: Sequence[TeamEvent]
    end: Seq
    more: bool


class WebhookFollower:
    """Queues messages after commits; `ring` it when a webhook was changed, and give it the published events."""

    def __init__(self, health: Health | None = None) -> None:
        self._health = health or Health()
        self._woken = asyncio.Event()
        self._has_webhooks = True
        # Further than what is stored: numbers are stored together with messages.
        self._seen: dict[int, Seq] = {}
        self._signals: Signals = NoSignals()

    def join(self, signals: Signals) -> None:
        """Have the webhooks looked at again where another node has the job, and here when another changed them."""
        self._signals = signals
        signals.follow(JOB, self._look_again)

    def ring(self) -> None:
        """Look at the webhooks again."""
        self._look_again()
        self._signals.send(JOB)

    def _look_again(self) -> None:
        self._has_webhooks = True
        self._woken.set()

    def hear(self, _event: StoredEvent) -> None:
        """Follow the published events; it costs nothing while there is no webhook."""
        if self._has_webhooks:
            self._woken.set()

    async def run(self, storage: Storage) -> None:
        """Queue what webhooks are sent while this node has the job, until cancelled."""
        await storage.nodes.jobs.run(JOB, partial(self._run, storage))

    async def _run(self, storage: Storage) -> None:
        self._look_again()
        while True:
            await self._woken.wait()
            await asyncio.sleep(PAUSE_S)
            self._woken.clear()
            try:
                while await self._follow(storage):
                    pass
            except HeroError as error:
                _log.warning("webhooks.put-off", error=error)
                await self._pause()
            except Exception as error:  # noqa: BLE001
                # The outermost loop: after any defect the server goes on.
                _log.error("webhooks.failed", exc_info=error)
                await self._pause()

    async def _pause(self) -> None:
        await asyncio.sleep(RETRY_S)
        self._woken.set()

    async def _follow(self, storage: Storage) -> bool:
        """Consider one portion of the events; returns whether there are more."""
        seen = dict(self._seen)
        webhooks = await storage.read(lambda snapshot: snapshot.webhooks.list_all())
        self._report(webhooks)
        self._has_webhooks = any(webhook.enabled for webhook in webhooks)
        if not self._has_webhooks:
            return False
        portion = await storage.read(lambda snapshot: read_portion(snapshot, seen))
        if _has_messages(portion, seen):
            await storage.write(lambda work: queue_portion(work, portion, seen))
        self._seen = {webhook.webhook_id: portion.end for webhook in portion.webhooks}
        return portion.more

    def _report(self, webhooks: Sequence[Webhook]) -> None:
        """Let an operator see which webhooks the server has disabled by itself."""
        found = [str(one.webhook_id) for one in webhooks if not one.enabled and one.disabled_because]
        if found:
            message = f"the server has disabled webhook {', '.join(found)}"
            self._health.report(CONDITION, message, hint="hero_assistance webhook list says why")
        else:
            self._health.clear(CONDITION)


def read_portion(snapshot: Snapshot, seen: Mapping[int, Seq]) -> Portion:
    """Return the next events behind the webhook that is furthest behind."""
    webhooks = [webhook for webhook in snapshot.webhooks.list_all() if webhook.enabled]
    last = snapshot.events.last_seq()
    start = min((_position(webhook, seen) for webhook in webhooks), default=last)
    events = snapshot.events.list_for_team(start, BATCH)
    more = len(events) == BATCH
    return Portion(webhooks, events, events[-1].seq if more else last, more)


def queue_portion(work: UnitOfWork, portion: Portion, seen: Mapping[int, Seq]) -> None:
    """Queue the messages of a portion for the webhooks that are still enabled, and store how far they are."""
    for known in portion.webhooks:
        webhook = work.webhooks.find(known.webhook_id)
        if webhook is None or not webhook.enabled:
            continue
        for event in _events_for(webhook, portion, seen):
            message = _try_to_make(webhook, event)
            if message is not None:
                queue_message(work, webhook, message, message.message_id)
    work.webhooks.advance([webhook.webhook_id for webhook in portion.webhooks], portion.end)


def _try_to_make(webhook: Webhook, event: TeamEvent) -> WebhookMessage | None:
    """Leave out an event of which no message can be made: those behind it are sent."""
    try:
        return rules.event_message(webhook, event)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        _log.error("webhooks.left-out", webhook=webhook.webhook_id, seq=event.seq, exc_info=error)
        return None


def _has_messages(portion: Portion, seen: Mapping[int, Seq]) -> bool:
    """Whether anything is to be queued, or so much was passed by that it is worth storing how far it is."""
    return portion.more or any(_events_for(webhook, portion, seen) for webhook in portion.webhooks)


def _events_for(webhook: Webhook, portion: Portion, seen: Mapping[int, Seq]) -> list[TeamEvent]:
    after = _position(webhook, seen)
    return [event for event in portion.events if event.seq > after and rules.wants(webhook, event)]


def _position(webhook: Webhook, seen: Mapping[int, Seq]) -> Seq:
    return max(webhook.after_seq, seen.get(webhook.webhook_id, Seq(0)))


@asynccontextmanager
async def following(follower: WebhookFollower, storage: Storage) -> AsyncIterator[None]:
    """Follow the events while the context is open."""
    async with running(lambda: follower.run(storage)):
        yield
