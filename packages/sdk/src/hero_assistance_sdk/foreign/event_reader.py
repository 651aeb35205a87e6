"""Reads one project's event stream: every event is of its shape, and their numbers rise, or the stream is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass

import httpx2

from hero_assistance_sdk.errors import Forbidden, HeroError, NotFound, ProtocolViolation, Unauthenticated, Unavailable
from hero_assistance_sdk.foreign.http_client import check_encoding, media_type
from hero_assistance_sdk.foreign.json_checks import LARGEST, explain, parse_json, quote
from hero_assistance_sdk.foreign.pace import Pace
from hero_assistance_sdk.sse import MEDIA_TYPE, EventDecoder, SentEvent
from hero_assistance_sdk.wire import (
    CONNECTED,
    COUNTS,
    PRESENCE,
    RESET,
    Connected,
    Counts,
    Event,
    PresenceChange,
    Reset,
    Wire,
)

# These answers do not change by asking again.
_REFUSALS: dict[int, type[HeroError]] = {401: Unauthenticated, 403: Forbidden, 404: NotFound}
# These say that they may.
_PASSING = frozenset({408, 425, 429})
_TRANSIENT: dict[str, type[Wire]] = {
    CONNECTED: Connected,
    COUNTS: Counts,
    PRESENCE: PresenceChange,
    RESET: Reset,
}
_LONGEST_ID = len(str(LARGEST))
# A kind is a name with a point; it becomes a line of another stream.
_LONGEST_KIND = 100


@dataclass(frozen=True, slots=True)
class Received:
    """One event as it was checked; without a body it is a sign of life, or of a kind of a later release."""

    kind: str
    body: Wire | None = None


class EventReader:
    """Reads the bytes of one stream; `seq` is the number it was read up to, `None` until the server has said one."""

    def __init__(self, name: str, seq: int | None) -> None:
        self.name = name
        self.seq = seq
        self._decoder = EventDecoder()

    def read(self, chunk: bytes) -> Iterator[Received]:
        """Yield the events that end in this chunk; raises `ProtocolViolation`."""
        try:
            for sent in self._decoder.decode(chunk):
                yield self._check(sent)
        except ValueError as error:
            raise ProtocolViolation(f"{self.name} sent an event that is none", hint=explain(error)) from None

    def _check(self, sent: SentEvent) -> Received:
        number = None if sent.id is None else _parse_number(sent.id)
        body = _parse_body(sent)
        if isinstance(body, Event):
            self._move(body.seq, number, allowed=self.seq is None or body.seq > self.seq)
        elif isinstance(body, Reset):
            self._move(body.seq, number, allowed=True)
        elif number is not None:
            self._move(number, number, allowed=self.seq is None or number >= self.seq)
        return Received(sent.event, body)

    def _move(self, seq: int, number: int | None, *, allowed: bool) -> None:
        if number not in (None, seq):
            raise ValueError(f"event {seq} has the id {number}")
        if not allowed:
            raise ValueError(f"number {seq} after number {self.seq}")
        if seq < 0:
            raise ValueError(f"the number {seq}")
        self.seq = seq


def _parse_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID) or int(text) > LARGEST:
        raise ValueError("an id that is not a number of an event")
    return int(text)


def _parse_body(sent: SentEvent) -> Wire | None:
    """Return the checked body; `None` where there is none, or of a kind of a later release in another shape."""
    if not sent.data:
        return None
    data = parse_json(sent.data)
    if not isinstance(data, dict):
        raise ValueError("data that is no object")
    if len(sent.event) > _LONGEST_KIND or not sent.event.isprintable():
        raise ValueError("a kind that is no name")
    model = _TRANSIENT.get(sent.event, Event if data.get("kind") == sent.event else None)
    return None if model is None else model.model_validate_json(sent.data, strict=True)


def check_stream(answer: httpx2.Response, name: str) -> None:
    """Raise what an answer is that is no event stream: `Unavailable` where asking again can help."""
    status = answer.status_code
    if status in _REFUSALS:
        raise _REFUSALS[status](f"{name} refuses the event stream (HTTP {status})")
    if 500 <= status < 600 or status in _PASSING:
        raise Unavailable(f"{name} does not stream events now (HTTP {status})")
    if status != 200 or media_type(answer) != MEDIA_TYPE:
        raise ProtocolViolation(f"{name} does not stream events (HTTP {status})", hint=_found(answer))
    check_encoding(answer, name)


def _found(answer: httpx2.Response) -> str | None:
    kind = quote(media_type(answer))
    return f"it answers with {kind}" if kind else None


async def read_events(
    answer: httpx2.Response, reader: EventReader, silence_s: float, pace: Pace | None = None
) -> AsyncGenerator[Received, None]:
    """Yield what an open stream carries, until its end; close it with `aclosing`.

    Raises `ProtocolViolation`, and `httpx2.HTTPError` for a broken connection or `silence_s` without a whole event:
    bytes that make none are silence. The time that the caller takes between two events does not count.
    """
    clock = asyncio.get_running_loop().time
    waited = 0.0
    async with aclosing(_raw(answer)) as chunks:
        while True:
            begun = clock()
            chunk = await _next_chunk(chunks, answer, silence_s - waited)
            if chunk is None:
                return
            waited += clock() - begun
            count = 0
            for received in reader.read(chunk):
                waited, count = 0.0, count + 1
                yield received
            if pace is not None:
                await pace.spend(count, len(chunk))


async def _raw(answer: httpx2.Response) -> AsyncGenerator[bytes, None]:
    async for chunk in answer.aiter_raw():
        yield chunk


async def _next_chunk(chunks: AsyncGenerator[bytes, None], answer: httpx2.Response, left_s: float) -> bytes | None:
    try:
        async with asyncio.timeout(left_s):
            return await anext(chunks)
    except StopAsyncIteration:
        return None
    except TimeoutError:
        raise httpx2.ReadTimeout("no whole event in time", request=answer.request) from None
