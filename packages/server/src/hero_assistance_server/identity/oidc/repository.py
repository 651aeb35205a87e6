"""What OpenID Connect needs of the storage."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.identity.oidc.model import OidcIdentity


class OidcIdentityRepository(Protocol):
    """Which users of providers are users of this project."""

    def find(self, issuer: str, subject: str) -> OidcIdentity | None:
        """Return the identity of a provider's user, or `None`."""
        ...

    def find_of_user(self, issuer: str, user_id: UserId) -> OidcIdentity | None:
        """Return by whom of a provider a user signs in, or `None`."""
        ...

    def add(self, identity: OidcIdentity) -> None:
        """Write a new identity."""
        ...

    def delete_of_user(self, user_id: UserId) -> int:
        """Delete the identities of a user; returns how many there were."""
        ...
