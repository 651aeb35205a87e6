"""An HTTP protocol that limits the bytes, the time and the number of requests and connections."""

from __future__ import annotations

import asyncio
from enum import Enum, auto

from hero_assistance_httpd.connections.answer_writer import AnswerWriter
from hero_assistance_httpd.connections.connection_limits import ConnectionLimits
from hero_assistance_httpd.connections.memory_budget import MEMORY, Account, MemoryBudget
from hero_assistance_httpd.connections.paced_protocol import PacedProtocol
from hero_assistance_httpd.connections.slow_reader import SlowReaderTimer
from hero_assistance_httpd.graceful_shutdown import ShutdownConfig
from hero_assistance_httpd.peer_filter import LINGER_S, turn_away
from hero_assistance_sdk.errors import HeroError, TooLarge, TooSlow
from hero_assistance_sdk.limits import Limits
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.errors import http_answer

# A body that comes a byte at a time wakes its timer no more often than this.
_SHORTEST_S = 0.1


class BoundedConfig(ShutdownConfig):
    """The settings of a server with these limits."""

    limits: Limits
    connections: ConnectionLimits
    memory: MemoryBudget


class _Awaited(Enum):
    """The part of a request that a connection still has to send."""

    NOTHING = auto()
    HEADERS = auto()
    BODY = auto()


class BoundedProtocol(PacedProtocol):
    """One connection; beyond a limit it is answered with an error and closed.

    A request that arrives whole sets no timer; one that does not has one for its headers and one for its body.
    """

    config: BoundedConfig

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Enter the table of connections, or refuse the peer."""
        self.peer: str | None = (transport.get_extra_info("peername") or [None])[0] or None
        self._entered = self._refused = False
        self._timer: asyncio.TimerHandle | None = None
        self._timed = _Awaited.NOTHING
        self._memory = Account(self.config.memory, self.peer)
        self._slow_reader = SlowReaderTimer(transport, self.loop, self.config.limits)
        refusal = self.config.connections.enter(self)
        if refusal is not None:
            # A supervisor's probe takes it for a process that is busy, not for one that is sick.
            refusal.retry_after = 1
            turn_away(transport, http_answer(refusal))
            return
        self._entered = True
        self.longest_whole = min(self.longest_whole, int(self.config.limits.header_bytes))
        super().connection_made(transport)
        self._awaited = _Awaited.HEADERS
        # Bytes that are neither in the body nor answered yet, and those of the body.
        self._loose = self._body = 0
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the table."""
        if self._entered:
            self.config.connections.leave(self)
            self._entered = False
        self._rest()
        self._slow_reader.stop()
        self._memory.close()
        super().connection_lost(exc)

    def end_idle(self) -> None:
        """Close, because another connection needs the place; the table has taken this one out."""
        self._entered = False
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what arrives, unless the peer has been refused."""
        if not self._refused:
            super().data_received(data)

    def piece_received(self, piece: bytes) -> bool:
        """Parse a piece, and refuse the peer for headers that are too long."""
        self._loose += len(piece)
        if self._loose > self.config.limits.header_bytes and not self.is_receiving_body:
            return self._refuse_headers()
        self.parse(piece)
        if self._loose > self.config.limits.header_bytes:
            return self._refuse_headers()
        return not self._refused

    def pieces_received(self) -> None:
        """Begin or end the time of what is awaited."""
        if self._awaited is _Awaited.NOTHING and not self._is_idle():
            self._rest()
        elif self._timed is not self._awaited:
            self._watch()

    def pause_writing(self) -> None:
        """Measure how fast the peer reads, once much is waiting for it."""
        super().pause_writing()
        self._slow_reader.start()

    def resume_writing(self) -> None:
        """Note that the peer reads."""
        super().resume_writing()
        self._slow_reader.note_progress()

    def on_message_begin(self) -> None:
        """Expect headers, and let the application count the memory of this request."""
        super().on_message_begin()
        self._awaited = _Awaited.HEADERS
        self.scope["extensions"][MEMORY] = self._memory  # type: ignore[assignment]

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, unless it follows the body: it would be added to those that the application has read."""
        if self._awaited is _Awaited.HEADERS:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Expect the body."""
        self._awaited = _Awaited.BODY
        self._body = 0
        super().on_headers_complete()
        self._answer = AnswerWriter(self.transport, has_body=self.scope["method"] != "HEAD")
        self.cycle.transport = self._answer  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        """Count the body."""
        self._loose = 0
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Expect nothing until the answer."""
        self._awaited = _Awaited.NOTHING
        self._loose = 0
        self.config.connections.note_request(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, and for the peer to read this answer."""
        self._answer.flush()
        super().on_response_complete()
        self._memory.close()
        self._slow_reader.start()
        if self._entered and self._awaited is not _Awaited.BODY and self.cycle.response_complete:
            self.config.connections.note_answer(self)

    def _is_idle(self) -> bool:
        """Whether what arrived was no request at all, such as an empty line: it must not keep a connection open."""
        if self.timeout_keep_alive_task is not None or not (self.cycle and self.cycle.response_complete):
            return False
        self._awaited = _Awaited.HEADERS
        return True

    def _watch(self) -> None:
        self._rest()
        limits = self.config.limits
        self._timed = self._awaited
        self._started = self.loop.time()
        seconds = limits.header_seconds if self._awaited is _Awaited.HEADERS else limits.body_seconds
        self._timer = self.loop.call_later(seconds, self._check_lateness)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timed = _Awaited.NOTHING

    def _check_lateness(self) -> None:
        if self._timed is _Awaited.BODY:
            limits = self.config.limits
            left = self._started + self._body / limits.body_rate + limits.body_seconds - self.loop.time()
            if self.flow.read_paused:
                # The server is the slow side.
                left = limits.body_seconds
            if left > 0:
                self._timer = self.loop.call_later(max(left, _SHORTEST_S), self._check_lateness)
                return
        if self._timed is _Awaited.HEADERS and not self._loose:
            # Nothing arrived, so there is nothing to answer.
            self.transport.close()
            return
        self._refuse(TooSlow("the request did not arrive in time", hint="send it faster, or in parts"))

    def _refuse_headers(self) -> bool:
        limit = int(self.config.limits.header_bytes)
        error = TooLarge(
            f"the headers are larger than {limit} bytes", kind=RefusalKind.REQUEST_TOO_LARGE, values={"bytes": limit}
        )
        self._refuse(error, status=431)
        return False

    def _refuse(self, error: HeroError, status: int | None = None) -> None:
        """Answer with an error, unless an answer has begun, and close when the peer has had time to read it."""
        self._rest()
        if self.transport.is_closing():
            return
        self._refused = True
        self.drop_held()
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.abort()
                return
        self.transport.write(http_answer(error, status))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self._timer = self.loop.call_later(LINGER_S, self.transport.abort)
