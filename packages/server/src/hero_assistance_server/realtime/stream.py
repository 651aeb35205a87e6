"""One reader's stream: the missed events from the storage, then each new one, without a gap or a duplicate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.sse import PING_S, encode
from hero_assistance_sdk.wire import CONNECTED, PING, RESET, Connected, Reset, Seq
from hero_assistance_server.events.stored_event import EventPage
from hero_assistance_server.realtime.hub import Hub, Subscription, chunk_of
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.unit_of_work import Storage

# How long a browser waits before it reconnects.
RETRY_MS = 1000
# A page is sent before the next is read, so that a long absence does not fill the memory.
PAGE = 200

_PING = encode(event=PING, data="{}")
_log = get_log("events")


@dataclass(frozen=True, slots=True)
class EventStream:
    """Streams of one hub and its storage."""

    hub: Hub
    storage: Storage
    ping_s: float = PING_S

    async def chunks(self, subscription: Subscription, since: Seq | None) -> AsyncGenerator[bytes, None]:
        """Yield the bytes after `since` (`None`: from now on) for the subscription's reader, without an end."""
        if since is None:
            subscription.start()
            last = self.hub.last_seq
            # The id lets a reader resume that is cut off before its first event.
            yield encode(retry_ms=RETRY_MS, seq=last)
            yield self._make_connected(subscription)
        else:
            yield encode(retry_ms=RETRY_MS)
            yield self._make_connected(subscription)
            last = since
            try:
                async with aclosing(self._read_storage(subscription, since)) as missed:
                    async for reached, chunk in missed:
                        last = reached
                        yield chunk
            except StoreUnavailable as error:
                # The reader reconnects with Last-Event-ID, when the database may work again.
                _log.warning("events.replay-failed", error=error)
                return
        while True:
            yield await self._wait_for_next(subscription, last)

    def _make_connected(self, subscription: Subscription) -> bytes:
        present = self.hub.presence.seen_by(subscription.reader)
        connected = Connected(connection=subscription.connection, presence=present, ping_s=max(1, round(self.ping_s)))
        return encode(event=CONNECTED, data=connected.model_dump_json())

    async def _read_storage(self, subscription: Subscription, since: Seq) -> AsyncGenerator[tuple[Seq, bytes], None]:
        """Yield chunks and the number each reaches; the subscription collects from before the last page on."""
        stored, complete = await self.storage.read(
            lambda snapshot: (snapshot.events.last_seq(), snapshot.events.has_all_after(since))
        )
        if not complete:
            subscription.start()
            last = await self.storage.read(lambda snapshot: snapshot.events.last_seq())
            yield last, encode(event=RESET, data=Reset(seq=last).model_dump_json(), seq=last)
            return
        last = since
        if stored - since < PAGE:
            subscription.start()
        while True:
            collecting = subscription.started
            page = await self._read_page(subscription, last)
            if page.events:
                last = page.events[-1].seq
                yield last, b"".join(map(chunk_of, page.events, page.texts))
            if not page.more:
                if collecting:
                    return
                subscription.start()

    async def _read_page(self, subscription: Subscription, last: Seq) -> EventPage:
        reader = subscription.reader
        return await self.storage.read(lambda snapshot: snapshot.events.list_after(last, PAGE, reader=reader))

    async def _wait_for_next(self, subscription: Subscription, last: Seq) -> bytes:
        """Return what has arrived that was not in the storage already, or a ping after a long silence."""
        try:
            async with asyncio.timeout(self.ping_s):
                while True:
                    arrived = await subscription.take()
                    chunk = b"".join(chunk for seq, chunk in arrived if seq is None or seq > last)
                    if chunk:
                        return chunk
        except TimeoutError:
            return _PING
