"""What links and codes need of the storage."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.identity.sign_in.model import SignInToken


class SignInTokenRepository(Protocol):
    """The last link and code of each address."""

    def find_by_token(self, token_hash: bytes) -> SignInToken | None:
        """Return what has this hash of its link's token, or `None`."""
        ...

    def find_by_address(self, address_hash: bytes) -> SignInToken | None:
        """Return what is the last of this address, or `None`."""
        ...

    def save(self, token: SignInToken) -> None:
        """Write the link and code of an address, in place of earlier ones."""
        ...

    def delete(self, address_hash: bytes) -> None:
        """Delete the link and code of an address."""
        ...

    def delete_of_user(self, user_id: UserId) -> None:
        """Delete the links and codes of a user."""
        ...

    def delete_expired(self, now: Millis) -> None:
        """Delete what counts no longer."""
        ...
