"""The client side of `GET /events`: every event from a number on, across broken connections."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path

import httpx2

from hero_assistance_sdk.errors import Unavailable
from hero_assistance_sdk.foreign.event_reader import EventReader, Received
from hero_assistance_sdk.foreign.event_stream import check_stream, read_events
from hero_assistance_sdk.foreign.http_client import make_client, open_answer
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.project.address_book import AddressBook
from hero_assistance_sdk.project.failures import address_of, note_failure
from hero_assistance_sdk.project.identity import AnotherProject
from hero_assistance_sdk.rpc.async_client import unreachable
from hero_assistance_sdk.sse import MEDIA_TYPE
from hero_assistance_sdk.wire import CONNECTED, Event, Reset

CONNECT_TIMEOUT_S = 5.0
# Of a server that does not say how often it pings: those of earlier releases do every 20 s.
WATCHDOG_S = 50.0
BACKOFF_FIRST_S = 0.2
BACKOFF_LAST_S = 15.0

_log = get_log("events")


async def subscribe(
    target: Path | str | AddressBook,
    *,
    headers: Mapping[str, str] | None = None,
    since: int | None = None,
    watchdog_s: float = WATCHDOG_S,
) -> AsyncGenerator[Event | Reset, None]:
    """Yield what happens after `since` (`None`: from now on), in order, each once; close it with `aclosing`.

    `target` is an `events.sock`, `host:port`, or a project at several addresses: when one is away, the stream goes on
    at the next one after the same number. A broken connection is opened again, with back-off, without limit.
    After a `Reset` the caller fetches a snapshot; events go on after its `seq`.
    Raises `Unauthenticated`, `Deactivated`, `Forbidden`, `NotFound` or `ProtocolViolation` when asking again cannot
    help, with the reason that the server gives.
    """
    seq = since
    attempt = 0
    timeout = httpx2.Timeout(watchdog_s, connect=CONNECT_TIMEOUT_S)
    async with make_client(target, timeout=timeout) as http:
        while True:
            reader = EventReader(str(target), seq)
            try:
                async with aclosing(_connect(http, reader, headers or {}, watchdog_s)) as arrived:
                    async for received in arrived:
                        # The opening lines carry a position and a name; they do not prove yet that the stream works.
                        attempt = attempt if received.kind in _OPENING else 0
                        if isinstance(received.body, Event | Reset):
                            yield received.body
                reason = "ended"
            except httpx2.HTTPError as error:
                failure = unreachable(address_of(error) or str(target), error)
                if isinstance(failure, AnotherProject):
                    raise failure from None
                if isinstance(target, AddressBook):
                    note_failure(target, error, failure)
                reason = failure.message
            except Unavailable as error:
                reason = error.message
            seq = reader.seq
            delay = backoff(attempt)
            attempt += 1
            _log.debug("events.reconnecting", reason=reason, delay_s=round(delay, 2), since=seq)
            await asyncio.sleep(delay)


# A line without a kind has a position alone.
_OPENING = frozenset({"message", CONNECTED})


def backoff(attempt: int) -> float:
    """Seconds to wait before another attempt: doubling, with jitter so that clients do not connect all at once."""
    longest = min(BACKOFF_LAST_S, BACKOFF_FIRST_S * 2 ** min(attempt, 16))
    return random.uniform(longest / 2, longest)  # noqa: S311


async def _connect(
    http: httpx2.AsyncClient, reader: EventReader, headers: Mapping[str, str], watchdog_s: float
) -> AsyncGenerator[Received, None]:
    """Yield what one connection sends."""
    resume = {} if reader.seq is None else {"last-event-id": str(reader.seq)}
    # As bytes: the library takes ASCII alone for a text, and names are UTF-8.
    sent = {name.encode(): value.encode() for name, value in {"accept": MEDIA_TYPE, **headers, **resume}.items()}
    async with open_answer(http, "GET", "/events", headers=sent) as answer:
        await check_stream(answer, reader.name)
        async with aclosing(read_events(answer, reader, watchdog_s)) as arrived:
            async for received in arrived:
                yield received
