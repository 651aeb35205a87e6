"""Fan-out of committed events to every subscriber who may see them, without waiting for any of them."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from hero_assistance_sdk.size_limits import QUEUE_BYTES
from hero_assistance_sdk.sse import encode
from hero_assistance_sdk.wire import PRESENCE, PresenceChange, Seq, UserId
from hero_assistance_server.events.model import Reach
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.presence.rules import Move
from hero_assistance_server.realtime.presence import Presence
from hero_assistance_server.users.model import User

# A reader this many events behind, or `QUEUE_BYTES` of them, has stopped reading; it reconnects with Last-Event-ID and
# misses nothing.
QUEUE_LIMIT = 256


class Subscription:
    """The queue of what one reader is still sent; `ended` is done when nothing more follows.

    It collects events after `start`, so that a reader that first reads old events from the table is not behind.
    `start` sets `wakeup`, which wakes the senders of transient events.
    """

    __slots__ = (
        "_arrived",
        "_last_sent",
        "_queue",
        "_queued_bytes",
        "_transient",
        "_wake",
        "connection",
        "credential",
        "ended",
        "reader",
        "started",
    )

    def __init__(self, reader: User, wakeup: asyncio.Event, credential: str | None = None) -> None:
        self.reader = reader
        # The session or the device by which the reader is known; the stream ends with it.
        self.credential = credential
        # Random, so that no user can guess the connection of another and change their presence.
        self.connection = secrets.token_urlsafe(12)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.started = False
        self._wake = wakeup
        self._queue: deque[tuple[Seq, bytes]] = deque()
        self._queued_bytes = 0
        self._transient: dict[Hashable, bytes] = {}
        self._last_sent: dict[str, bytes] = {}
        self._arrived = asyncio.Event()

    def start(self) -> None:
        """Collect what is published from now on."""
        self.started = True
        self._wake.set()

    def put(self, seq: Seq, chunk: bytes) -> bool:
        """Queue one event; false when the reader is too far behind."""
        if not self.started:
            return True
        if len(self._queue) >= QUEUE_LIMIT or self._queued_bytes + len(chunk) > QUEUE_BYTES:
            return False
        self._queue.append((seq, chunk))
        self._queued_bytes += len(chunk)
        self._arrived.set()
        return True

    def send_transient(self, about: Hashable, chunk: bytes) -> None:
        """Queue a transient event, replacing a queued one about the same thing; it never ends a slow reader."""
        self._transient[about] = chunk
        self._arrived.set()

    def send_transient_if_new(self, about: str, chunk: bytes) -> None:
        """Queue a transient event, unless it equals the last one about the same thing."""
        if self.started and self._last_sent.get(about) != chunk:
            self._last_sent[about] = chunk
            self.send_transient(about, chunk)

    async def take(self) -> list[tuple[Seq | None, bytes]]:
        """Wait for and return all that has arrived; transient events have no number."""
        await self._arrived.wait()
        self._arrived.clear()
        taken: list[tuple[Seq | None, bytes]] = [*self._queue, *((None, chunk) for chunk in self._transient.values())]
        self._queue.clear()
        self._queued_bytes = 0
        self._transient.clear()
        return taken

    def end(self) -> None:
        """End the subscription and drop what is still queued."""
        self._queue.clear()
        self._transient.clear()
        if not self.ended.done():
            self.ended.set_result(None)


class Hub:
    """The open subscriptions of one server, by user."""

    def __init__(self) -> None:
        self._readers: dict[UserId, set[Subscription]] = {}
        # Most events are for the team, which is small compared with its customers.
        self._staff: set[Subscription] = set()
        self.last_seq = Seq(0)
        self.closed = False
        # Set when an event was published or a subscription has started.
        self.wakeup = asyncio.Event()
        self.presence = Presence(self._tell_presence)

    def __len__(self) -> int:
        return sum(map(len, self._readers.values()))

    @contextmanager
    def subscription(self, reader: User, credential: str | None = None) -> Iterator[Subscription]:
        """Subscribe a reader while the context is open."""
        subscription = Subscription(reader, self.wakeup, credential)
        if self.closed:
            subscription.end()
        else:
            self._readers.setdefault(reader.user_id, set()).add(subscription)
            if reader.is_staff:
                self._staff.add(subscription)
        try:
            yield subscription
        finally:
            self._remove(subscription)

    def publish(self, event: StoredEvent) -> None:
        """Queue a committed event for every reader who may see it; end the subscription of a slow reader."""
        self.last_seq = event.seq
        self.wakeup.set()
        chunks: dict[bool, bytes] = {}
        slow = []
        for subscription in self._recipients(event):
            staff = subscription.reader.is_staff
            if staff not in chunks:
                chunks[staff] = chunk_of(event, event.text_for(staff=staff))
            if not subscription.put(event.seq, chunks[staff]):
                slow.append(subscription)
        for subscription in slow:
            self._remove(subscription)
        self.presence.hear(event)

    def has_stream(self, user_id: UserId, connection: str) -> bool:
        """Whether this user has an open stream of this name."""
        return any(subscription.connection == connection for subscription in self._readers.get(user_id, ()))

    def staff(self) -> frozenset[UserId]:
        """Return the agents with an open stream."""
        return frozenset(subscription.reader.user_id for subscription in self._staff)

    def send_transient(self, user_id: UserId, about: str, chunk: bytes) -> None:
        """Send a transient event to each stream of a user, unless it equals the last one about the same thing."""
        for subscription in self._readers.get(user_id, ()):
            subscription.send_transient_if_new(about, chunk)

    def end_reader(self, user_id: UserId) -> None:
        """End the streams of a user whose access may have changed; the clients reconnect with the new access."""
        for subscription in list(self._readers.get(user_id, ())):
            self._remove(subscription)

    def end_all(self) -> None:
        """End every stream; the clients reconnect, and get what they are told then."""
        for user_id in list(self._readers):
            self.end_reader(user_id)

    def end_credential(self, user_id: UserId, credential: str) -> None:
        """End the streams of a user that were opened by one session or device."""
        for subscription in list(self._readers.get(user_id, ())):
            if subscription.credential == credential:
                self._remove(subscription)

    def hide(self, user_id: UserId) -> None:
        """End the presence of a user on all of their streams."""
        for subscription in self._readers.get(user_id, ()):
            self.presence.close(subscription.connection)

    def close(self) -> None:
        """End every subscription, and each later one as soon as it opens."""
        self.closed = True
        for user_id in list(self._readers):
            self.end_reader(user_id)

    def _recipients(self, event: StoredEvent) -> Iterator[Subscription]:
        """Yield each subscription that receives the event, once."""
        for user_id in event.people:
            yield from self._readers.get(user_id, ())
        if event.reach is Reach.NAMED:
            return
        within = self._staff if event.reach is Reach.STAFF else itertools.chain.from_iterable(self._readers.values())
        yield from (subscription for subscription in within if subscription.reader.user_id not in event.people)

    def _tell_presence(self, move: Move, people: frozenset[UserId]) -> None:
        """Send a presence change to the team and to the customers of the ticket, where they see a difference."""
        outside = itertools.chain.from_iterable(self._readers.get(user_id, ()) for user_id in people)
        customers = [subscription for subscription in outside if not subscription.reader.is_staff]
        for staff, subscriptions in ((True, self._staff), (False, customers)):
            if move.was.for_(staff=staff) is move.now.for_(staff=staff):
                continue
            chunk = _presence_chunk(move, staff=staff)
            for subscription in subscriptions:
                subscription.send_transient((move.ticket_id, move.user.user_id), chunk)

    def _remove(self, subscription: Subscription) -> None:
        subscription.end()
        self._staff.discard(subscription)
        user_id = subscription.reader.user_id
        if readers := self._readers.get(user_id):
            readers.discard(subscription)
            if not readers:
                del self._readers[user_id]
        self.presence.close(subscription.connection)


def chunk_of(event: StoredEvent, text: str) -> bytes:
    """Return the bytes of an event on the stream, with the text that its reader gets."""
    return encode(event=event.kind, data=text, seq=event.seq)


def _presence_chunk(move: Move, *, staff: bool) -> bytes:
    change = PresenceChange(
        ticket_id=move.ticket_id,
        user_id=move.user.user_id,
        name=move.user.name,
        role=move.user.role,
        level=move.now.for_(staff=staff),
    )
    return encode(event=PRESENCE, data=change.model_dump_json())
