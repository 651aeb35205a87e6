"""How often mails did what is limited: counted by spans of some minutes that make a moving hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.timestamps import millis

SPAN_MS = 10 * 60 * 1000


@dataclass(frozen=True, slots=True)
class SqlMailUses:
    """Implements `MailUseRepository`; no row of its table ever waits."""

    session: StorageSession

    def count(self, usages: Sequence[str], since: datetime) -> dict[str, int]:
        """Add up the spans of each."""
        rows = self.session.direct.execute(
            """SELECT usage, sum(uses) FROM mail_uses
            WHERE usage IN (SELECT value FROM json_each(?)) AND span >= ? GROUP BY usage""",
            (json_text(list(usages)), _span_of(since)),
        )
        return dict(rows)

    def add(self, usages: Sequence[str], now: datetime) -> None:
        """Insert or update the span of now."""
        self.session.direct.execute(
            """INSERT INTO mail_uses (usage, span, uses) SELECT value, ?2, 1 FROM json_each(?1) WHERE true
            ON CONFLICT (usage, span) DO UPDATE SET uses = mail_uses.uses + 1""",
            (json_text(list(usages)), _span_of(now)),
        )

    def delete_before(self, before: datetime) -> None:
        """Delete by the index of spans."""
        self.session.direct.execute("DELETE FROM mail_uses WHERE span < ?", (_span_of(before),))


def _span_of(time: datetime) -> int:
    return millis(time) // SPAN_MS
