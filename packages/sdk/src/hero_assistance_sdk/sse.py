"""Server-sent events: the bytes of one event.

Source: the server-sent events section of the HTML standard.
"""

from __future__ import annotations

MEDIA_TYPE = "text/event-stream"
# Home routers drop connections that are silent for 60 s; the clients' watchdog waits 2.5 of these.
PING_S = 20.0


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
