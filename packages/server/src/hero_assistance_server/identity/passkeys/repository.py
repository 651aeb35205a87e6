"""What passkeys need of the storage."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.identity.passkeys.model import Passkey


class PasskeyRepository(Protocol):
    """The passkeys of all users."""

    def find(self, passkey_id: str) -> Passkey | None:
        """Return one passkey, or `None`."""
        ...

    def list_of(self, user_id: UserId) -> list[Passkey]:
        """Return the passkeys of a user, in the order in which they were made."""
        ...

    def save(self, passkey: Passkey) -> None:
        """Write a new passkey, or what changed of one."""
        ...

    def delete_of_user(self, user_id: UserId) -> None:
        """Delete the passkeys of a user."""
        ...

    def delete(self, passkey_id: str) -> None:
        """Delete a passkey, if there is one."""
        ...
