"""Who may connect at all: decided when a connection is accepted, before a byte of it is read."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

from hero_assistance_sdk.logs import get_log

REFUSAL = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
# For the refusal to arrive: a close with unread bytes would turn it into a reset.
LINGER_S = 1.0
# One line of the log a second, however many knock.
_TELL_EVERY_S = 1.0

_log = get_log("gate")


class Gate(Protocol):
    """Decides over peers; asked at each accept, and again and again of the connections that are open."""

    def admits(self, peer: str) -> bool:
        """Whether a peer of this address may be connected."""
        ...


@dataclass(slots=True)
class PeerFilter:
    """Lets a gate decide over the connections of one listener."""

    name: str
    gate: Gate
    _told_at: float = 0.0
    _untold: int = 0

    def refuses(self, transport: asyncio.BaseTransport) -> bool:
        """Whether this connection may not be; a peer that is gone already may not either."""
        peername = transport.get_extra_info("peername")
        return not (peername and self.gate.admits(peername[0]))

    def turn_away(self, transport: asyncio.Transport) -> None:
        """Answer 403 and end the connection; nothing that the peer sends is looked at."""
        self._tell(transport)
        turn_away(transport, REFUSAL)

    def _tell(self, transport: asyncio.BaseTransport) -> None:
        now = time.monotonic()
        if now - self._told_at < _TELL_EVERY_S:
            self._untold += 1
            return
        peername = transport.get_extra_info("peername")
        _log.warning("peer.refused", listener=self.name, peer=peername and peername[0], untold=self._untold)
        self._told_at, self._untold = now, 0


def turn_away(transport: asyncio.Transport, answer: bytes) -> None:
    """Send a whole HTTP answer to a peer that has just connected, and end the connection."""
    transport.set_protocol(_TurnedAway(transport))
    transport.write(answer)
    if transport.can_write_eof():
        transport.write_eof()


class _TurnedAway(asyncio.Protocol):
    """Throws away what arrives until the peer closes, but not for long."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._end = asyncio.get_running_loop().call_later(LINGER_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        pass

    def connection_lost(self, error: Exception | None) -> None:
        self._end.cancel()
