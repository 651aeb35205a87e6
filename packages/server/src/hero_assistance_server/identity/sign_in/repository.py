"""What links and codes need of the storage."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.identity.sign_in.model import RatedUse, SignInToken


class SignInTokenRepository(Protocol):
    """The last link of each kind of each address."""

    def find_by_token(self, token_hash: bytes) -> SignInToken | None:
        """Return what has this hash of its link's token, or `None`."""
        ...

    def list_of_address(self, address_hash: bytes) -> list[SignInToken]:
        """Return what an address has, by kind."""
        ...

    def save(self, token: SignInToken) -> None:
        """Write the link of an address, in place of the earlier one of its kind."""
        ...

    def delete(self, address_hash: bytes) -> None:
        """Delete the links of an address, of each kind."""
        ...

    def delete_of_user(self, user_id: UserId) -> None:
        """Delete the links of a user."""
        ...

    def delete_expired(self, now: Millis) -> None:
        """Delete what counts no longer."""
        ...


class SignInRateRepository(Protocol):
    """When each address may be used at full rate again."""

    def find(self, address_hash: bytes, use: RatedUse) -> Millis | None:
        """Return when that is; `None` where it is so now."""
        ...

    def save(self, address_hash: bytes, use: RatedUse, full_at: Millis) -> None:
        """Write when that is."""
        ...

    def delete_full(self, now: Millis) -> None:
        """Delete what may be used at full rate by now."""
        ...
