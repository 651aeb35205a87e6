"""What the keys of mail, and that of the project, need of the storage."""

from __future__ import annotations

from typing import Protocol


class MailKeyRepository(Protocol):
    """Keys by the name of what they sign."""

    def find(self, name: str) -> bytes | None:
        """Return the key, `None` before its first use."""
        ...

    def add(self, name: str, key: bytes) -> None:
        """Write a new key."""
        ...
