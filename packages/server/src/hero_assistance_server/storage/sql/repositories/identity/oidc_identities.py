"""The users of OpenID providers."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.identity.oidc.model import OidcIdentity
from hero_assistance_server.storage.sql.session import StorageSession

_SELECT = "SELECT issuer, subject, user_id, bound_at FROM oidc_identities"


@dataclass(frozen=True, slots=True)
class SqlOidcIdentities:
    """Implements `OidcIdentityRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, issuer: str, subject: str) -> OidcIdentity | None:
        """Read the identity with this subject."""
        row = self.session.direct.execute(f"{_SELECT} WHERE issuer = ? AND subject = ?", (issuer, subject)).fetchone()
        return OidcIdentity(*row) if row else None

    def find_of_user(self, issuer: str, user_id: UserId) -> OidcIdentity | None:
        """Read the identity of a user at this issuer."""
        row = self.session.direct.execute(f"{_SELECT} WHERE user_id = ? AND issuer = ?", (user_id, issuer)).fetchone()
        return OidcIdentity(*row) if row else None

    def add(self, identity: OidcIdentity) -> None:
        """Insert an identity, in the place of the one whose user is gone."""
        self.session.direct.execute(
            """DELETE FROM oidc_identities WHERE (issuer = ?1 AND subject = ?2) OR (user_id = ?3 AND issuer = ?1)""",
            (identity.issuer, identity.subject, identity.user_id),
        )
        self.session.direct.execute(
            "INSERT INTO oidc_identities (issuer, subject, user_id, bound_at) VALUES (?, ?, ?, ?)",
            (identity.issuer, identity.subject, identity.user_id, identity.bound_at),
        )

    def delete_of_user(self, user_id: UserId) -> int:
        """Delete the rows of a user; returns how many."""
        self.session.direct.execute("DELETE FROM oidc_identities WHERE user_id = ?", (user_id,))
        return self.session.direct.changes()
