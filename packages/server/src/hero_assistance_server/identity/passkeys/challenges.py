"""Challenges that passkeys sign: each counts once, for five minutes, and for one purpose.

The nodes of a project know their challenges by their signature and store none for callers that they do not know; only
those that were answered are remembered until they are too old.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable
from datetime import datetime, timedelta

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Millis
from hero_assistance_server.identity.shared_secrets import OwnSecrets, SharedSecrets
from hero_assistance_server.timestamps import millis

LIFE = timedelta(minutes=5)
# By so much the clocks of two nodes may differ.
SKEW = timedelta(minutes=1)
_HEAD = struct.Struct(">Q16s")
_MAC_BYTES = 32
_MILLISECOND = timedelta(milliseconds=1)
_PURPOSE = "challenges"
_AGAIN = "begin again"


class Challenges:
    """Makes challenges, and takes each back once; a restart of the only node ends those that are under way."""

    def __init__(self, clock: Callable[[], datetime], shared: SharedSecrets | None = None) -> None:
        self._clock = clock
        self._shared = shared or OwnSecrets()
        self._own_key = secrets.token_bytes(32)

    def make(self, purpose: str) -> bytes:
        """Return a new challenge."""
        head = _HEAD.pack(millis(self._clock()), secrets.token_bytes(16))
        return head + self._sign(head, purpose)

    async def take(self, challenge: bytes, purpose: str) -> None:
        """Use up a challenge; raises `Forbidden` for one of another purpose, one that was used, or one too old.

        Raises `StoreUnavailable` where it cannot be asked whether another node has taken it.
        """
        head, now = challenge[: _HEAD.size], millis(self._clock())
        if len(challenge) != _HEAD.size + _MAC_BYTES or not hmac.compare_digest(
            challenge[_HEAD.size :], self._sign(head, purpose)
        ):
            raise Forbidden(
                "this challenge was not made here, or for something else", hint=_AGAIN, kind=RefusalKind.SIGN_IN_OVER
            )
        made_at = _HEAD.unpack(head)[0]
        ends_at, skew = made_at + LIFE // _MILLISECOND, SKEW // _MILLISECOND
        is_of_now = made_at - skew <= now < ends_at
        # Kept until it is too old by the clock that is behind as well.
        if not (is_of_now and await self._shared.use_once(challenge, until=Millis(ends_at + skew), now=now)):
            raise Forbidden("this challenge is used, or too old", hint=_AGAIN, kind=RefusalKind.SIGN_IN_OVER)

    def _sign(self, head: bytes, purpose: str) -> bytes:
        key = self._shared.find_key(_PURPOSE) or self._own_key
        return hmac.digest(key, head + purpose.encode(), hashlib.sha256)
