"""How often addresses sign in."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import Millis
from hero_assistance_server.identity.sign_in.model import RatedUse
from hero_assistance_server.storage.sql.session import StorageSession


@dataclass(frozen=True, slots=True)
class SqlSignInRates:
    """Implements `SignInRateRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, address_hash: bytes, use: RatedUse) -> Millis | None:
        """Read the row of an address and a use."""
        query = "SELECT full_at FROM sign_in_rates WHERE address_hash = ? AND use = ?"
        row = self.session.direct.execute(query, (address_hash, use.value)).fetchone()
        return Millis(row[0]) if row else None

    def save(self, address_hash: bytes, use: RatedUse, full_at: Millis) -> None:
        """Insert the row of an address and a use, or replace it."""
        self.session.direct.execute(
            """INSERT INTO sign_in_rates (address_hash, use, full_at) VALUES (?, ?, ?)
            ON CONFLICT (address_hash, use) DO UPDATE SET full_at = excluded.full_at""",
            (address_hash, use.value, full_at),
        )

    def delete_full(self, now: Millis) -> None:
        """Delete the rows that say nothing any more."""
        self.session.direct.execute("DELETE FROM sign_in_rates WHERE full_at <= ?", (now,))
