"""Refuses peers when their connection is accepted, before a byte of it is read."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

from hero_assistance_sdk.logs import get_log

REFUSAL = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
# Time for the refusal to arrive: a close with unread bytes would turn it into a reset.
LINGER_S = 1.0
# One line of the log a second, however many peers are refused.
_LOG_EVERY_S = 1.0

_log = get_log("peer_filter")


class PeerPolicy(Protocol):
    """Decides which peers may connect; asked at each accept, and again while connections are open."""

    def admits(self, peer: str) -> bool:
        """Whether a peer of this address may be connected."""
        ...


@dataclass(slots=True)
class PeerFilter:
    """Applies a policy to the connections of one listener."""

    name: str
    policy: PeerPolicy
    _logged_at: float = 0.0
    _unlogged: int = 0

    def refuses(self, transport: asyncio.BaseTransport) -> bool:
        """Whether to refuse this connection; a peer that has left already is refused too."""
        peername = transport.get_extra_info("peername")
        return not (peername and self.policy.admits(peername[0]))

    def turn_away(self, transport: asyncio.Transport) -> None:
        """Answer 403 and end the connection, without reading what the peer sends."""
        self._log_refusal(transport)
        turn_away(transport, REFUSAL)

    def _log_refusal(self, transport: asyncio.BaseTransport) -> None:
        now = time.monotonic()
        if now - self._logged_at < _LOG_EVERY_S:
            self._unlogged += 1
            return
        peername = transport.get_extra_info("peername")
        _log.warning("peer.refused", listener=self.name, peer=peername and peername[0], unlogged=self._unlogged)
        self._logged_at, self._unlogged = now, 0


def turn_away(transport: asyncio.Transport, answer: bytes) -> None:
    """Send a whole HTTP answer to a peer that has just connected, and end the connection."""
    transport.set_protocol(_TurnedAway(transport))
    transport.write(answer)
    if transport.can_write_eof():
        transport.write_eof()


class _TurnedAway(asyncio.Protocol):
    """Discards what arrives until the peer closes or a time-out passes."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._end = asyncio.get_running_loop().call_later(LINGER_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        pass

    def connection_lost(self, error: Exception | None) -> None:
        self._end.cancel()
