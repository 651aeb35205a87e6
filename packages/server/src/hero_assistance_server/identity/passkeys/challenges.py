"""Challenges that passkeys sign: each counts once, for five minutes, and for one purpose.

The server knows its own challenges by their signature and stores none for callers that it does not know; only those
that were answered are remembered until they are too old.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable
from datetime import datetime, timedelta

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_server.timestamps import millis

LIFE = timedelta(minutes=5)
_HEAD = struct.Struct(">Q16s")
_MAC_BYTES = 32
_AGAIN = "begin again"


class Challenges:
    """Makes challenges, and takes each back once; a restart of the server ends those that are under way."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        # Those that were taken, with the time at which they are too old, the oldest first.
        self._taken: dict[bytes, int] = {}

    def make(self, purpose: str) -> bytes:
        """Return a new challenge."""
        head = _HEAD.pack(millis(self._clock()), secrets.token_bytes(16))
        return head + self._sign(head, purpose)

    def take(self, challenge: bytes, purpose: str) -> None:
        """Use up a challenge; raises `Forbidden` for one of another purpose, one that was used, or one too old."""
        head, now = challenge[: _HEAD.size], millis(self._clock())
        if len(challenge) != _HEAD.size + _MAC_BYTES or not hmac.compare_digest(
            challenge[_HEAD.size :], self._sign(head, purpose)
        ):
            raise Forbidden("this challenge was not made here, or for something else", hint=_AGAIN)
        made_at = _HEAD.unpack(head)[0]
        ends_at = made_at + LIFE // timedelta(milliseconds=1)
        self._forget(now)
        if not made_at <= now < ends_at or challenge in self._taken:
            raise Forbidden("this challenge is used, or too old", hint=_AGAIN)
        self._taken[challenge] = ends_at

    def _sign(self, head: bytes, purpose: str) -> bytes:
        return hmac.digest(self._key, head + purpose.encode(), hashlib.sha256)

    def _forget(self, now: int) -> None:
        for old in [challenge for challenge, ends_at in self._taken.items() if ends_at <= now]:
            del self._taken[old]
