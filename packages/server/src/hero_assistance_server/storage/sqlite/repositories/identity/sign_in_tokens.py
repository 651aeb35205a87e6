"""Links and codes in SQLite."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.identity.sign_in.model import SignInToken
from hero_assistance_server.storage.sqlite.session import Session

_SELECT = "SELECT address_hash, user_id, token_hash, code_hash, tries_left, expires_at FROM sign_in_tokens"


@dataclass(frozen=True, slots=True)
class SqliteSignInTokens:
    """Implements `SignInTokenRepository`; no row of its table ever waits."""

    session: Session

    def find_by_token(self, token_hash: bytes) -> SignInToken | None:
        """Read the row with this hash of a token."""
        row = self.session.direct.execute(f"{_SELECT} WHERE token_hash = ?", (token_hash,)).fetchone()
        return SignInToken(*row) if row else None

    def find_by_address(self, address_hash: bytes) -> SignInToken | None:
        """Read the row of an address."""
        row = self.session.direct.execute(f"{_SELECT} WHERE address_hash = ?", (address_hash,)).fetchone()
        return SignInToken(*row) if row else None

    def save(self, token: SignInToken) -> None:
        """Insert the row of an address, or replace it."""
        self.session.direct.execute(
            """INSERT OR REPLACE INTO sign_in_tokens
            (address_hash, user_id, token_hash, code_hash, tries_left, expires_at) VALUES (?, ?, ?, ?, ?, ?)""",
            (
                token.address_hash,
                token.user_id,
                token.token_hash,
                token.code_hash,
                token.tries_left,
                token.expires_at,
            ),
        )

    def delete(self, address_hash: bytes) -> None:
        """Delete the row of an address, if there is one."""
        self.session.direct.execute("DELETE FROM sign_in_tokens WHERE address_hash = ?", (address_hash,))

    def delete_of_user(self, user_id: UserId) -> None:
        """Delete the rows of a user."""
        self.session.direct.execute("DELETE FROM sign_in_tokens WHERE user_id = ?", (user_id,))

    def delete_expired(self, now: Millis) -> None:
        """Delete the rows whose time is over."""
        self.session.direct.execute("DELETE FROM sign_in_tokens WHERE expires_at <= ?", (now,))
