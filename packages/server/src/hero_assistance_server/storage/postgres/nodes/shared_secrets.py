"""The key that all nodes share, and the challenges that one of them took."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from functools import partial

from hero_assistance_sdk.wire import Millis
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.snapshot import PostgresSnapshot

_NAME = "identity"
_KEY_BYTES = 32
# One statement: between two, the table may be emptied. The update has it return the key that is there.
_OFFER = """INSERT INTO shared_keys VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING key"""
_TAKE = "INSERT INTO used_challenges VALUES (?, ?) ON CONFLICT (challenge) DO NOTHING RETURNING 1"
_FORGET = "DELETE FROM used_challenges WHERE ends_at <= ?"

# Runs a command; raises `StoreUnavailable`.
Write = Callable[[Callable[[PostgresSnapshot], bool]], Awaitable[bool]]


class PostgresSecrets:
    """Implements `SharedSecrets`; the key of each purpose is made of one that is in the database and in memory."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._key = secrets.token_bytes(_KEY_BYTES)

    def begin(self, connection: PostgresConnection) -> None:
        """Have the key that counts: the first to come gives its own, and gives it again after a crash."""
        self._key = connection.execute(_OFFER, (_NAME, self._key)).get

    def find_key(self, purpose: str) -> bytes:
        """Return the key of a purpose."""
        return hmac.digest(self._key, purpose.encode(), hashlib.sha256)

    async def use_once(self, value: bytes, *, until: Millis, now: Millis) -> bool:
        """Write a value that counts until then, and delete those that do not count any more."""
        return await self._write(partial(_take, value, until, now))


def _take(value: bytes, until: Millis, now: Millis, work: PostgresSnapshot) -> bool:
    work.session.direct.execute(_FORGET, (now,))
    return bool(work.session.direct.execute(_TAKE, (value, until)).get)
