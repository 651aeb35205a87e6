"""Fan-out: every committed event to every subscriber who may know of it, and never a wait for one of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from hero_assistance_sdk.sse import encode
from hero_assistance_sdk.wire import Seq, UserId
from hero_assistance_server.store.events import StoredEvent

# A reader that is this many events behind is not reading; it comes back by Last-Event-ID and misses nothing.
QUEUE_LIMIT = 256


class Subscription:
    """What one reader has yet to be sent; `ended` is done when it gets no more.

    It collects from `start` on: a reader that first reads a long past from the table is not behind.
    """

    __slots__ = ("_arrived", "_queue", "customer", "ended", "started")

    def __init__(self, customer: UserId | None) -> None:
        self.customer = customer
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.started = False
        self._queue: deque[tuple[Seq, bytes]] = deque()
        self._arrived = asyncio.Event()

    def start(self) -> None:
        """Collect what is published from now on."""
        self.started = True

    def put(self, seq: Seq, chunk: bytes) -> bool:
        """Queue one event; false when the reader is too far behind."""
        if not self.started:
            return True
        if len(self._queue) >= QUEUE_LIMIT:
            return False
        self._queue.append((seq, chunk))
        self._arrived.set()
        return True

    async def take(self) -> list[tuple[Seq, bytes]]:
        """Everything that has arrived; waits until there is something."""
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
    """The open subscriptions of one server: agents get everything, a customer what is of that customer."""

    def __init__(self) -> None:
        self._staff: set[Subscription] = set()
        self._customers: dict[UserId, set[Subscription]] = {}
        self.last_seq = Seq(0)
        self.closed = False

    def __len__(self) -> int:
        return len(self._staff) + sum(map(len, self._customers.values()))

    @contextmanager
    def subscription(self, customer: UserId | None) -> Iterator[Subscription]:
        """A place in the fan-out, for an agent (`None`) or a customer, while the context is open."""
        subscription = Subscription(customer)
        if self.closed:
            subscription.end()
        elif customer is None:
            self._staff.add(subscription)
        else:
            self._customers.setdefault(customer, set()).add(subscription)
        try:
            yield subscription
        finally:
            self._remove(subscription)

    def publish(self, event: StoredEvent) -> None:
        """Queue a committed event for each who may know; a reader that is too slow is ended instead."""
        self.last_seq = event.seq
        self._send(self._staff, event, event.payload)
        if event.audience is not None:
            self._send(self._customers.get(event.audience, set()), event, event.for_customer)

    def close(self) -> None:
        """End every subscription now, and every later one at once."""
        self.closed = True
        for subscription in [*self._staff, *(s for readers in self._customers.values() for s in readers)]:
            self._remove(subscription)

    def _send(self, readers: set[Subscription], event: StoredEvent, payload: str) -> None:
        if not readers:
            return
        chunk = chunk_of(event, payload)
        slow = [reader for reader in readers if not reader.put(event.seq, chunk)]
        for reader in slow:
            self._remove(reader)

    def _remove(self, subscription: Subscription) -> None:
        subscription.end()
        if subscription.customer is None:
            self._staff.discard(subscription)
        elif readers := self._customers.get(subscription.customer):
            readers.discard(subscription)
            if not readers:
                del self._customers[subscription.customer]


def chunk_of(event: StoredEvent, payload: str) -> bytes:
    """The bytes of an event on the stream."""
    return encode(event=event.kind.value, data=payload, seq=event.seq)
