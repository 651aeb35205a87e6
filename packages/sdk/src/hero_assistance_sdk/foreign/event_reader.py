"""Reads one project's event stream: every event is of its shape, and their numbers rise, or the stream is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hero_assistance_sdk.errors import ProtocolViolation
from hero_assistance_sdk.foreign.json_checks import LARGEST, explain, parse_json
from hero_assistance_sdk.sse import SILENT_PINGS, EventDecoder, SentEvent
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
    """Reads the bytes of one stream; `seq` is the number it was read up to, `None` until the server has said one.

    `silence_s` is how long the server may be silent, as it has said; `None` until then.
    """

    def __init__(self, name: str, seq: int | None) -> None:
        self.name = name
        self.seq = seq
        self.silence_s: float | None = None
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
        if isinstance(body, Connected):
            self.silence_s = SILENT_PINGS * body.ping_s
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
