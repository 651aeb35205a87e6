"""Server-sent events: the bytes of an event, and the events of bytes.

Source: the server-sent events section of the HTML standard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

MEDIA_TYPE = "text/event-stream"
# A page says within 10 s that it hears nothing: a client waits 2.5 of these. A server says how often it sends them.
PING_S = 4.0
SILENT_PINGS = 2.5
# The largest event has two texts of 64 KiB, of which JSON may make six times as many bytes, and what is around them.
EVENT_BYTES = 2 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


def encode(
    *, event: str | None = None, data: str | None = None, seq: int | None = None, retry_ms: int | None = None
) -> bytes:
    """The bytes of one event; without `data` a browser only remembers `seq` and `retry_ms`."""
    lines = []
    if retry_ms is not None:
        lines.append(f"retry: {retry_ms}\n")
    if seq is not None:
        lines.append(f"id: {seq}\n")
    if event is not None:
        lines.append(f"event: {event}\n")
    if data is not None:
        lines.extend(f"data: {line}\n" for line in data.split("\n"))
    return "".join(lines).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class SentEvent:
    """What one event says; `id` is `None` where it has no such line. One without `data` says where the stream is."""

    event: str
    data: str
    id: str | None


@dataclass(slots=True)
class EventDecoder:
    """Cuts the bytes of a stream into events, wherever the chunks are cut; what is not ended by its end is none."""

    limit: int = EVENT_BYTES
    _line: bytearray = field(default_factory=bytearray)
    _fields: dict[bytes, list[bytes]] = field(default_factory=dict)
    _size: int = 0
    _is_first_line: bool = True
    _ended_with_cr: bool = False

    def decode(self, chunk: bytes) -> Iterator[SentEvent]:
        """Yield the events that end in this chunk; raises `ValueError` for one of more than `limit` bytes."""
        for line in self._cut_lines(chunk):
            if line:
                self._take(line)
            elif self._fields:
                yield self._finish()
            else:
                self._size = 0

    def _cut_lines(self, chunk: bytes) -> Iterator[bytes]:
        if self._ended_with_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._ended_with_cr = False
        if chunk:
            self._ended_with_cr = chunk.endswith(b"\r")
        for piece in chunk.splitlines(keepends=True):
            self._line += piece.rstrip(b"\r\n")
            self._check(self._size + len(self._line))
            if piece.endswith((b"\r", b"\n")):
                line = bytes(self._line)
                self._line.clear()
                # A mark of UTF-8 may stand before the first line, and belongs to none.
                yield line.removeprefix(_BOM) if self._is_first_line else line
                self._is_first_line = False

    def _take(self, line: bytes) -> None:
        if line.startswith(b":"):
            return
        self._size += len(line) + 1
        self._check(self._size)
        name, _, value = line.partition(b":")
        if name in (b"event", b"data", b"id"):
            self._fields.setdefault(name, []).append(value.removeprefix(b" "))

    def _finish(self) -> SentEvent:
        fields, self._fields, self._size = self._fields, {}, 0
        ids = [value for value in fields.get(b"id", []) if b"\0" not in value]
        return SentEvent(
            event=_decode(fields.get(b"event", [b""])[-1]) or "message",
            data=_decode(b"\n".join(fields.get(b"data", []))),
            id=_decode(ids[-1]) if ids else None,
        )

    def _check(self, size: int) -> None:
        if size > self.limit:
            raise ValueError(f"an event of more than {self.limit} bytes")


def _decode(value: bytes) -> str:
    return value.decode("utf-8", "replace")
