"""Writes the head of an answer together with the beginning of its body: one system call, one packet, one wake-up.

uvicorn writes a head as soon as it is made. ASGI asks servers to wait for the first part of the body.
"""

from __future__ import annotations

import asyncio


class AnswerWriter:
    """What one answer is written to, in the place of its transport; the head waits for the next write.

    With `has_body` false it does not: of an answer to HEAD the head is all that is ever written.
    """

    __slots__ = ("_head", "_is_begun", "_transport")

    def __init__(self, transport: asyncio.Transport, *, has_body: bool = True) -> None:
        self._transport = transport
        self._head = b""
        self._is_begun = not has_body

    def write(self, data: bytes) -> None:
        """Hold the head; write it with what follows, also when that is empty."""
        if self._is_begun:
            self._transport.write(self._head + data if self._head else data)
            self._head = b""
        else:
            self._is_begun = True
            self._head = data

    def flush(self) -> None:
        """Write a head that no body follows."""
        if self._head:
            self._transport.write(self._head)
            self._head = b""

    def close(self) -> None:
        """Close the connection once all that was written is sent."""
        self.flush()
        self._transport.close()
