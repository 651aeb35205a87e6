"""Links and codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.identity.sign_in.model import LinkKind, SignInToken
from hero_assistance_server.storage.sql.session import StorageSession

_COLUMNS = "address_hash, kind, user_id, token_hash, expires_at, code_hash, code_expires_at, tries_left"
_SELECT = f"SELECT {_COLUMNS} FROM sign_in_tokens"  # noqa: S608
_SAVE = f"""INSERT INTO sign_in_tokens ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (address_hash, kind) DO UPDATE SET user_id = excluded.user_id, token_hash = excluded.token_hash,
    expires_at = excluded.expires_at, code_hash = excluded.code_hash, code_expires_at = excluded.code_expires_at,
    tries_left = excluded.tries_left"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class SqlSignInTokens:
    """Implements `SignInTokenRepository`; no row of its table ever waits."""

    session: StorageSession

    def find_by_token(self, token_hash: bytes) -> SignInToken | None:
        """Read the row with this hash of a token."""
        row = self.session.direct.execute(f"{_SELECT} WHERE token_hash = ?", (token_hash,)).fetchone()
        return _to_token(*row) if row else None

    def list_of_address(self, address_hash: bytes) -> list[SignInToken]:
        """Read the rows of an address, by their kinds."""
        rows = self.session.direct.execute(f"{_SELECT} WHERE address_hash = ? ORDER BY kind", (address_hash,))
        return [_to_token(*row) for row in rows]

    def save(self, token: SignInToken) -> None:
        """Insert the row of an address and a kind, or replace it."""
        self.session.direct.execute(
            _SAVE,
            (
                token.address_hash,
                token.kind.value,
                token.user_id,
                token.token_hash,
                token.expires_at,
                token.code_hash,
                token.code_expires_at,
                token.tries_left,
            ),
        )

    def delete(self, address_hash: bytes) -> None:
        """Delete the rows of an address."""
        self.session.direct.execute("DELETE FROM sign_in_tokens WHERE address_hash = ?", (address_hash,))

    def delete_of_user(self, user_id: UserId) -> None:
        """Delete the rows of a user."""
        self.session.direct.execute("DELETE FROM sign_in_tokens WHERE user_id = ?", (user_id,))

    def delete_expired(self, now: Millis) -> None:
        """Delete the rows whose time is over."""
        self.session.direct.execute("DELETE FROM sign_in_tokens WHERE expires_at <= ?", (now,))


def _to_token(address_hash: bytes, kind: str, *rest: Any) -> SignInToken:
    return SignInToken(address_hash, LinkKind(kind), *rest)
