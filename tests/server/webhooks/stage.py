"""A store with everything that sends webhooks, whose clock the test sets, and which may call loopback addresses."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.wire import EventKind, MessageKind, Priority, TicketId
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages.service import write_message
from hero_assistance_server.outbox.model import DeliveryState
from hero_assistance_server.outbox.sender import Sender, sending
from hero_assistance_server.outgoing_http.client import OutgoingHttp
from hero_assistance_server.outgoing_http.network_policy import NetworkPolicy, parse_policy
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.tickets.service import create_ticket
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.webhooks.channel import WebhookChannel
from hero_assistance_server.webhooks.follower import WebhookFollower, following
from hero_assistance_server.webhooks.model import Webhook, WebhookAnswer
from hero_assistance_server.webhooks.repository import ANSWERS_KEPT
from hero_assistance_server.webhooks.service import create_webhook
from tests.server.databases import open_store
from tests.server.desk import until
from tests.server.outgoing_http.receiver import Received

ALICE, BOB, CAROL = (Caller(user, origin="unix") for user in DEMO_USERS[:3])
TIMEOUT_S = 0.5


def _is_sending(snapshot: Snapshot) -> bool:
    return any(delivery.in_flight for delivery in snapshot.outbox.iterate_newest(None, DeliveryState.WAITING, 2**62))


def loopback() -> NetworkPolicy:
    return parse_policy("loopback")


@dataclass
class Stage:
    """An open store; `run` sends."""

    store: FileStorage
    health: Health = field(default_factory=Health)
    offset: timedelta = timedelta()
    heard: list[WebhookFollower] = field(default_factory=list)
    senders: list[Sender] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def publish(self, event: StoredEvent) -> None:
        for follower in self.heard:
            follower.hear(event)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Follow and send, as the server does."""
        follower = WebhookFollower(self.health)
        http = OutgoingHttp(loopback, timeout_s=TIMEOUT_S)
        sender = Sender(self.store, [WebhookChannel(self.store, http, self.now, follower.ring)], self.now)
        self.heard, self.senders = [follower], [sender]
        async with sending(sender), following(follower, self.store):
            yield
        self.heard, self.senders = [], []

    def move(self, by: timedelta) -> None:
        """Let time pass, and what is due then be sent."""
        self.offset += by
        for sender in self.senders:
            sender.wake()

    def ring(self) -> None:
        for follower in self.heard:
            follower.ring()

    async def add(self, url: str, *kinds: str, with_notes: bool = False) -> Webhook:
        asked = tuple(map(EventKind, kinds))

        def command(work: Any) -> Webhook:
            work.after_commit(self.ring)
            return create_webhook(work, ALICE, url=url, description="", kinds=asked, with_notes=with_notes)

        return await self.store.write(command)

    async def find(self, webhook: Webhook) -> Webhook:
        found = await self.store.read(lambda snapshot: snapshot.webhooks.find(webhook.webhook_id))
        assert found is not None
        return found

    async def answers(self, webhook: Webhook) -> list[WebhookAnswer]:
        """The kept answers, oldest first."""
        found = await self.store.read(
            lambda snapshot: list(snapshot.webhooks.iterate_answers(webhook.webhook_id, 2**62))
        )
        assert len(found) <= ANSWERS_KEPT
        return found[::-1]

    async def answered(self, webhook: Webhook, count: int) -> list[WebhookAnswer]:
        """Wait for so many answers."""
        async with asyncio.timeout(30):
            while len(found := await self.answers(webhook)) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            # The outbox notes the outcome after the answer: a clock that is moved before moves the next attempt.
            while await self.store.read(_is_sending):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return found

    async def file_ticket(self, title: str = "t") -> TicketId:
        ticket = await self.store.write(
            lambda work: create_ticket(
                work,
                CAROL,
                title=title,
                body="b",
                priority=Priority.NORMAL,
                tags=(),
                client_token=None,
                attachment_ids=(),
            )
        )
        return ticket.ticket_id

    async def write(self, caller: Caller, kind: MessageKind, ticket_id: TicketId, body: str) -> None:
        await self.store.write(
            lambda work: write_message(work, caller, kind, ticket_id, body=body, client_token=None, attachment_ids=())
        )


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    """A stage with the demo users."""
    stages: list[Stage] = []

    def now() -> datetime:
        return stages[0].now() if stages else datetime.now(UTC)

    async with open_store(folder, clock=now, publish=lambda event: stages[0].publish(event)) as store:
        stages.append(Stage(store))

        def add_users(work: Any) -> None:
            for user in DEMO_USERS:
                work.users.save(user, work.now)

        await store.write(add_users)
        yield stages[0]


def kinds(requests: list[Received]) -> list[str]:
    """The kinds of events that arrived."""
    return [json.loads(request.body)["type"] for request in requests]


def is_signed(request: Received, secret: str, signature: str | None = None) -> bool:
    """Whether a receiver with this secret believes a request, checked as the specification says."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return expected in (signature or request.headers["webhook-signature"]).split(" ")


async def received(requests: list[Received], count: int) -> list[Received]:
    """Wait until so many requests have arrived."""
    await until(lambda: len(requests) >= count)
    return requests
