"""Fan-out: every committed event to every subscriber who may know of it, and never a wait for one of them."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from hero_assistance_sdk.sse import encode
from hero_assistance_sdk.wire import PRESENCE, PresenceChange, Seq, UserId
from hero_assistance_server.events.model import Reach
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.presence.rules import Move
from hero_assistance_server.realtime.presence import Presence
from hero_assistance_server.users.model import User

# A reader that is this many events behind is not reading; it comes back by Last-Event-ID and misses nothing.
QUEUE_LIMIT = 256


class Subscription:
    """What one reader has yet to be sent; `ended` is done when it gets no more.

    It collects from `start` on: a reader that first reads a long past from the table is not behind. `stirred` is set
    then, for those who have something to say that is not an event.
    """

    __slots__ = ("_arrived", "_queue", "_said", "_stirred", "_whispers", "connection", "ended", "reader", "started")

    def __init__(self, reader: User, stirred: asyncio.Event) -> None:
        self.reader = reader
        # It cannot be guessed, so that no user can take another's presence for their own.
        self.connection = secrets.token_urlsafe(12)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.started = False
        self._stirred = stirred
        self._queue: deque[tuple[Seq, bytes]] = deque()
        self._whispers: dict[Hashable, bytes] = {}
        self._said: dict[str, bytes] = {}
        self._arrived = asyncio.Event()

    def start(self) -> None:
        """Collect what is published from now on."""
        self.started = True
        self._stirred.set()

    def put(self, seq: Seq, chunk: bytes) -> bool:
        """Queue one event; false when the reader is too far behind."""
        if not self.started:
            return True
        if len(self._queue) >= QUEUE_LIMIT:
            return False
        self._queue.append((seq, chunk))
        self._arrived.set()
        return True

    def whisper(self, about: Hashable, chunk: bytes) -> None:
        """Queue what is no event, instead of what waits of the same thing; a slow reader is never behind with it."""
        self._whispers[about] = chunk
        self._arrived.set()

    def whisper_news(self, about: str, chunk: bytes) -> None:
        """Queue what is no event, when it is not what this reader was told of it last."""
        if self.started and self._said.get(about) != chunk:
            self._said[about] = chunk
            self.whisper(about, chunk)

    async def take(self) -> list[tuple[Seq | None, bytes]]:
        """Everything that has arrived, what is no event without a number; waits until there is something."""
        await self._arrived.wait()
        self._arrived.clear()
        taken: list[tuple[Seq | None, bytes]] = [*self._queue, *((None, chunk) for chunk in self._whispers.values())]
        self._queue.clear()
        self._whispers.clear()
        return taken

    def end(self) -> None:
        """No more for this reader, and what it has not taken is dropped."""
        self._queue.clear()
        self._whispers.clear()
        if not self.ended.done():
            self.ended.set_result(None)


class Hub:
    """The open subscriptions of one server, by who reads."""

    def __init__(self) -> None:
        self._readers: dict[UserId, set[Subscription]] = {}
        # Most events are for the team, which is small compared with its customers.
        self._staff: set[Subscription] = set()
        self.last_seq = Seq(0)
        self.closed = False
        # Set when something was published or somebody has begun to listen.
        self.stirred = asyncio.Event()
        self.presence = Presence(self._tell_presence)

    def __len__(self) -> int:
        return sum(map(len, self._readers.values()))

    @contextmanager
    def subscription(self, reader: User) -> Iterator[Subscription]:
        """A place in the fan-out while the context is open."""
        subscription = Subscription(reader, self.stirred)
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
        """Queue a committed event for each who may know; a reader that is too slow is ended instead."""
        self.last_seq = event.seq
        self.stirred.set()
        chunks: dict[bool, bytes] = {}
        slow = []
        for subscription in self._told(event):
            staff = subscription.reader.is_staff
            if staff not in chunks:
                chunks[staff] = chunk_of(event, staff=staff)
            if not subscription.put(event.seq, chunks[staff]):
                slow.append(subscription)
        for subscription in slow:
            self._remove(subscription)
        self.presence.heard(event)

    def has_stream(self, user_id: UserId, connection: str) -> bool:
        """Whether one of this person's open streams has this name."""
        return any(subscription.connection == connection for subscription in self._readers.get(user_id, ()))

    def staff(self) -> frozenset[UserId]:
        """The agents who listen."""
        return frozenset(subscription.reader.user_id for subscription in self._staff)

    def whisper(self, user_id: UserId, about: str, chunk: bytes) -> None:
        """Tell one person what is no event: each stream of theirs, when it is not what it was told last."""
        for subscription in self._readers.get(user_id, ()):
            subscription.whisper_news(about, chunk)

    def end_reader(self, user_id: UserId) -> None:
        """End the streams of one person, who may not be who they were: they come back as who they are."""
        for subscription in list(self._readers.get(user_id, ())):
            self._remove(subscription)

    def hide(self, user_id: UserId) -> None:
        """End the presence of one person on all of their screens."""
        for subscription in self._readers.get(user_id, ()):
            self.presence.leave(subscription.connection)

    def close(self) -> None:
        """End every subscription now, and every later one at once."""
        self.closed = True
        for user_id in list(self._readers):
            self.end_reader(user_id)

    def _told(self, event: StoredEvent) -> Iterator[Subscription]:
        """The subscriptions that an event is for, each once."""
        for user_id in event.people:
            yield from self._readers.get(user_id, ())
        if event.reach is Reach.NAMED:
            return
        within = self._staff if event.reach is Reach.STAFF else itertools.chain.from_iterable(self._readers.values())
        yield from (subscription for subscription in within if subscription.reader.user_id not in event.people)

    def _tell_presence(self, move: Move, people: frozenset[UserId]) -> None:
        """Queue what somebody does for the team, and for the people of the ticket; each only what differs for them."""
        outside = itertools.chain.from_iterable(self._readers.get(user_id, ()) for user_id in people)
        customers = [subscription for subscription in outside if not subscription.reader.is_staff]
        for staff, subscriptions in ((True, self._staff), (False, customers)):
            if move.was.for_(staff=staff) is move.now.for_(staff=staff):
                continue
            chunk = _presence_chunk(move, staff=staff)
            for subscription in subscriptions:
                subscription.whisper((move.ticket_id, move.user.user_id), chunk)

    def _remove(self, subscription: Subscription) -> None:
        subscription.end()
        self._staff.discard(subscription)
        user_id = subscription.reader.user_id
        if readers := self._readers.get(user_id):
            readers.discard(subscription)
            if not readers:
                del self._readers[user_id]
        self.presence.leave(subscription.connection)


def chunk_of(event: StoredEvent, *, staff: bool) -> bytes:
    """The bytes of an event on the stream, as an agent or somebody outside the team gets them."""
    return encode(event=event.kind, data=event.text_for(staff=staff), seq=event.seq)


def _presence_chunk(move: Move, *, staff: bool) -> bytes:
    change = PresenceChange(
        ticket_id=move.ticket_id,
        user_id=move.user.user_id,
        name=move.user.name,
        role=move.user.role,
        level=move.now.for_(staff=staff),
    )
    return encode(event=PRESENCE, data=change.model_dump_json())
