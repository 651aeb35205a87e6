"""What client tokens need of the storage: a request that is sent again makes nothing twice."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import UserId


class ClientTokenRepository(Protocol):
    """What requests with a client token made."""

    def find(self, user_id: UserId, method: str, token: str | None) -> int | None:
        """Return the id of what this user's request with this token made, or `None`."""
        ...

    def add(self, user_id: UserId, method: str, token: str | None, result_id: int, now: datetime) -> None:
        """Remember what a request made; without a token nothing."""
        ...

    def prune(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` tokens that are older than `before`; returns how many."""
        ...
