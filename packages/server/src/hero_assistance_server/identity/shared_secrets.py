"""What all nodes of a project sign and hash with, and what counts once on all of them together."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_sdk.wire import Millis


class SharedSecrets(Protocol):
    """Keys that every node has, and values that one of them takes; only the loop's thread may call `use_once`."""

    def find_key(self, purpose: str) -> bytes | None:
        """Return the key of all nodes for a purpose; `None` where there is one node, which keeps its own."""
        ...

    async def use_once(self, value: bytes, *, until: Millis, now: Millis) -> bool:
        """Take a value that counts until a time; false where it was taken already. Raises `StoreUnavailable`."""
        ...


class OwnSecrets:
    """Implements `SharedSecrets` for a project with one node."""

    def __init__(self) -> None:
        # Until when each counts.
        self._used: dict[bytes, Millis] = {}

    def find_key(self, purpose: str) -> bytes | None:
        """Leave each key to its owner."""

    async def use_once(self, value: bytes, *, until: Millis, now: Millis) -> bool:
        """Take a value, and forget those that do not count any more."""
        for old in [known for known, ends_at in self._used.items() if ends_at <= now]:
            del self._used[old]
        if value in self._used:
            return False
        self._used[value] = until
        return True
