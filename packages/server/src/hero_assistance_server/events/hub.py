"""Fan-out: every committed event to every subscriber who may know of it, and never a wait for one of them."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from hero_assistance_sdk.sse import encode
from hero_assistance_sdk.wire import Seq, UserId
from hero_assistance_server.core.model import Reach, User
from hero_assistance_server.store.events import StoredEvent

# A reader that is this many events behind is not reading; it comes back by Last-Event-ID and misses nothing.
QUEUE_LIMIT = 256


class Subscription:
    """What one reader has yet to be sent; `ended` is done when it gets no more.

    It collects from `start` on: a reader that first reads a long past from the table is not behind. `stirred` is set
    then, for those who have something to say that is not an event.
    """

    __slots__ = ("_arrived", "_queue", "_stirred", "_whispered", "ended", "reader", "started")

    def __init__(self, reader: User, stirred: asyncio.Event) -> None:
        self.reader = reader
        self._stirred = stirred
        self._whispered: dict[str, bytes] = {}
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.started = False
        self._queue: deque[tuple[Seq | None, bytes]] = deque()
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

    def whisper(self, about: str, chunk: bytes) -> None:
        """Queue what is no event, when it is not what was said of this last; a reader that is behind misses it."""
        if self.started and len(self._queue) < QUEUE_LIMIT and self._whispered.get(about) != chunk:
            self._whispered[about] = chunk
            self._queue.append((None, chunk))
            self._arrived.set()

    async def take(self) -> list[tuple[Seq | None, bytes]]:
        """Everything that has arrived, what is no event without a number; waits until there is something."""
        await self._arrived.wait()
        self._arrived.clear()
        taken = list(self._queue)
        self._queue.clear()
        return taken

    def end(self) -> None:
        """No more for this reader, and what it has not taken is dropped."""
        self._queue.clear()
        if not self.ended.done():
            self.ended.set_result(None)


class Hub:
    """The open subscriptions of one server, by who reads."""

    def __init__(self) -> None:
        self._readers: dict[UserId, set[Subscription]] = {}
        # Most events are for the team, which is small beside its customers.
        self._staff: set[Subscription] = set()
        self.last_seq = Seq(0)
        self.closed = False
        # Set when something was published or somebody has begun to listen.
        self.stirred = asyncio.Event()

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

    def staff(self) -> frozenset[UserId]:
        """The agents who listen."""
        return frozenset(subscription.reader.user_id for subscription in self._staff)

    def whisper(self, user_id: UserId, about: str, chunk: bytes) -> None:
        """Tell one person what is no event: each stream of theirs, when it is not what it was told last."""
        for subscription in self._readers.get(user_id, ()):
            subscription.whisper(about, chunk)

    def end_reader(self, user_id: UserId) -> None:
        """End the streams of one person, who may not be who they were: they come back as who they are."""
        for subscription in list(self._readers.get(user_id, ())):
            self._remove(subscription)

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

    def _remove(self, subscription: Subscription) -> None:
        subscription.end()
        self._staff.discard(subscription)
        user_id = subscription.reader.user_id
        if readers := self._readers.get(user_id):
            readers.discard(subscription)
            if not readers:
                del self._readers[user_id]


def chunk_of(event: StoredEvent, *, staff: bool) -> bytes:
    """The bytes of an event on the stream, as an agent or somebody outside the team gets them."""
    return encode(event=event.kind.value, data=event.text_for(staff=staff), seq=event.seq)
