"""The keys that mail is signed with."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_server.storage.sql.session import StorageSession


@dataclass(frozen=True, slots=True)
class SqlMailKeys:
    """Implements `MailKeyRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, name: str) -> bytes | None:
        """Read one key."""
        found = self.session.direct.execute("SELECT key FROM mail_keys WHERE name = ?", (name,)).get
        return None if found is None else bytes.fromhex(found)

    def add(self, name: str, key: bytes) -> None:
        """Insert a key."""
        self.session.direct.execute("INSERT INTO mail_keys (name, key) VALUES (?, ?)", (name, key.hex()))
