"""An HTTP protocol that takes one request at a time from a connection, however many a peer sends ahead."""

from __future__ import annotations

import asyncio
import re
from abc import abstractmethod

from uvicorn.protocols.http.flow_control import FlowControl

from hero_assistance_httpd.graceful_shutdown import ShutdownProtocol

_HEADERS_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)
# The bound of what is parsed before a limit on headers is checked.
_HEADER_PIECE = 4096
# The end of a chunked body is found by the parser alone: as many requests as fit in this may be taken with it.
_CHUNKED_PIECE = 512


class PacedProtocol(ShutdownProtocol):
    """One connection: what arrives while a request is being answered is neither parsed nor followed by more.

    Parsed ahead, 18 bytes would become a request of kilobytes. What is held is what one read of the socket brought.
    """

    # A request of so many bytes, headers and body, is parsed at once.
    longest_whole = _HEADER_PIECE

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start without anything held."""
        super().connection_made(transport)
        self.flow: _PacedFlow = _PacedFlow(transport)
        self._held = b""
        # Of the request that is being received: bytes of its body still to come; -1: chunked, so nothing tells. `None`
        # until it is asked for: most requests arrive whole.
        self._body_left: int | None = None
        self.is_receiving_body = False

    def data_received(self, data: bytes) -> None:
        """Take what arrives, up to the end of one request; hold the rest until that is answered."""
        if self._held or self.is_answering:
            self._hold(self._held + data)
        else:
            self._take(data)

    @abstractmethod
    def piece_received(self, piece: bytes) -> bool:
        """Parse bytes of at most one request; false when nothing more is to be parsed on this connection."""

    @abstractmethod
    def pieces_received(self) -> None:
        """Look at what is awaited next, once all that has arrived is parsed or held."""

    def parse(self, piece: bytes) -> None:
        """Let the parser of uvicorn have a piece."""
        super().data_received(piece)

    @property
    def is_answering(self) -> bool:
        """Whether a request has been received whole and its answer is not complete."""
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body

    def drop_held(self) -> None:
        """Forget what is held, so that the rest of what the peer sends can be read and discarded."""
        self._held = b""
        self.flow.is_holding = False

    def on_headers_complete(self) -> None:
        """Expect the body."""
        self.is_receiving_body = True
        self._body_left = None
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count down what is left of the body."""
        if self._body_left is not None and self._body_left > 0:
            self._body_left -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Expect headers next."""
        self.is_receiving_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with what was held."""
        super().on_response_complete()
        if self._held:
            self.loop.call_soon(self._take_held)

    def _take_held(self) -> None:
        if self.transport.is_closing() or self.is_answering:
            return
        held = self._held
        self.drop_held()
        self._take(held)
        if not self._held:
            self.flow.resume_reading()

    def _take(self, data: bytes) -> None:
        if self._take_pieces(data):
            self.pieces_received()

    def _take_pieces(self, data: bytes) -> bool:
        """Parse up to the end of one request, and hold the rest; false when the connection ends."""
        if len(data) <= self.longest_whole and not self.is_receiving_body and _is_one_request(data):
            return self.piece_received(data)
        begin, size = 0, len(data)
        while begin < size:
            end = self._piece_end(data, begin)
            if not self.piece_received(data if end - begin == size else data[begin:end]) or self.transport.is_closing():
                return False
            begin = end
            if begin < size and self.is_answering:
                self._hold(data[begin:])
                break
        return True

    def _piece_end(self, data: bytes, begin: int) -> int:
        """The end of what can be parsed without reaching into a second request (chunked bodies: a few)."""
        size = len(data)
        if self.is_receiving_body:
            if self._body_left is None:
                self._body_left = _body_length(self.headers)
            return min(begin + (self._body_left if self._body_left > 0 else _CHUNKED_PIECE), size)
        last = min(begin + _HEADER_PIECE, size)
        found = data.find(_HEADERS_END, begin, last)
        return last if found < 0 else found + len(_HEADERS_END)

    def _hold(self, data: bytes) -> None:
        self._held = data
        self.flow.is_holding = True
        self.flow.pause_reading()


class _PacedFlow(FlowControl):
    """Leaves reading paused while something is held: uvicorn resumes it for each answer and each body."""

    is_holding = False

    def resume_reading(self) -> None:
        """Read on, unless something is held."""
        if not self.is_holding:
            super().resume_reading()


def _is_one_request(data: bytes) -> bool:
    """Whether these are the headers of a request and its body by their length, to the byte, and no more."""
    place = data.find(_HEADERS_END)
    if place < 0:
        return False
    end = place + len(_HEADERS_END)
    found = _LENGTH.search(data, 0, end)
    return end + (int(found[1]) if found else 0) == len(data)


def _body_length(headers: list[tuple[bytes, bytes]]) -> int:
    """The length of the body by these headers: -1 when they do not tell."""
    length = 0
    for name, value in headers:
        if name == b"transfer-encoding":
            return -1
        if name == b"content-length":
            length = int(value)
    return length
