"""The text of a mail in SMTP and LMTP: read in large pieces, up to the line with a single dot.

The library reads line by line and keeps each: a mail of small lines takes many times its size of memory, and most of
the time that a mail costs.
"""

from __future__ import annotations

import asyncio

_END = b".\r\n"
_END_LINE = b"\r\n" + _END


async def read_smtp_data(reader: asyncio.StreamReader, limit: int) -> bytes | None:
    """Return a mail as it was before it was sent; `None` for one that is too large, which is read to its end."""
    data = bytearray()
    is_too_large = False
    while True:
        data += await _read_piece(reader)
        if data == _END or data.endswith(_END_LINE):
            break
        if len(data) > limit + len(_END):
            is_too_large = True
            # The end of the mail is known by these.
            del data[: -len(_END_LINE)]
    return None if is_too_large or len(data) > limit + len(_END) else _remove_dots(data)


async def _read_piece(reader: asyncio.StreamReader) -> bytes:
    """Return what comes up to the next dot at the end of a line, or as much of it as the reader holds."""
    try:
        return await reader.readuntil(_END)
    except asyncio.LimitOverrunError as overrun:
        return await reader.readexactly(overrun.consumed or len(_END))


def _remove_dots(data: bytearray) -> bytes:
    """Return a mail without the line that ends it, and without the dot that each line with a dot has more."""
    del data[-len(_END) :]
    if data.startswith(b"."):
        del data[0]
    raw = bytes(data)
    data.clear()
    return raw.replace(b"\r\n.", b"\r\n")
