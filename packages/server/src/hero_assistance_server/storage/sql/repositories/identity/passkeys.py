"""Passkeys."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.identity.passkeys.model import Passkey
from hero_assistance_server.storage.sql.session import StorageSession

_SELECT = "SELECT passkey_id, user_id, public_key, sign_count, name, created_at, last_used_at FROM passkeys"


@dataclass(frozen=True, slots=True)
class SqlPasskeys:
    """Implements `PasskeyRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, passkey_id: str) -> Passkey | None:
        """Read one passkey by its id."""
        row = self.session.direct.execute(f"{_SELECT} WHERE passkey_id = ?", (passkey_id,)).fetchone()
        return Passkey(*row) if row else None

    def list_of(self, user_id: UserId) -> list[Passkey]:
        """Read the passkeys of a user, the one made first before the others."""
        rows = self.session.direct.execute(f"{_SELECT} WHERE user_id = ? ORDER BY created_at, passkey_id", (user_id,))
        return [Passkey(*row) for row in rows]

    def save(self, passkey: Passkey) -> None:
        """Insert a passkey, or replace its row."""
        self.session.direct.execute(
            """INSERT INTO passkeys
            (passkey_id, user_id, public_key, sign_count, name, created_at, last_used_at)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (passkey_id) DO UPDATE SET user_id = excluded.user_id,
                public_key = excluded.public_key, sign_count = excluded.sign_count, name = excluded.name,
                created_at = excluded.created_at, last_used_at = excluded.last_used_at""",
            (
                passkey.passkey_id,
                passkey.user_id,
                passkey.public_key,
                passkey.sign_count,
                passkey.name,
                passkey.created_at,
                passkey.last_used_at,
            ),
        )

    def delete_of_user(self, user_id: UserId) -> None:
        """Delete the rows of a user."""
        self.session.direct.execute("DELETE FROM passkeys WHERE user_id = ?", (user_id,))

    def delete(self, passkey_id: str) -> None:
        """Delete the row of a passkey, if there is one."""
        self.session.direct.execute("DELETE FROM passkeys WHERE passkey_id = ?", (passkey_id,))
