"""Drafts in SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hero_assistance_sdk.wire import MessageKind, TicketId, UserId
from hero_assistance_server.drafts.repository import FIRST, DraftPlace
from hero_assistance_server.drafts.rules import Draft, DraftKey
from hero_assistance_server.storage.sqlite.repositories.draft_author_cache import DraftAuthorCache
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.timestamps import millis, time_of

_SELECT = "SELECT author, ticket_id, kind, title, body, updated_at FROM drafts WHERE author = ?"
_KEY = "author = ? AND ticket_id = ? AND kind = ?"


@dataclass(frozen=True, slots=True)
class SqliteDrafts:
    """Implements `DraftRepository`; no row of its table ever waits. A unit of work passes the cache of authors."""

    session: Session
    authors: DraftAuthorCache | None = None

    def find(self, key: DraftKey) -> Draft | None:
        row = self.session.direct.execute(f"{_SELECT} AND ticket_id = ? AND kind = ?", _row(key)).fetchone()
        return _to_draft(*row) if row else None

    def iterate_for(self, author: UserId, after: DraftPlace = FIRST) -> Iterator[Draft]:
        # Only keys are sorted: the texts of all of them would fill the memory.
        rows: Iterable[tuple[int, str]] = self.session.direct.execute(
            """SELECT ticket_id, kind FROM drafts
            WHERE author = ?1 AND (updated_at < ?2 OR (updated_at = ?2 AND (ticket_id, kind) > (?3, ?4)))
            ORDER BY updated_at DESC, ticket_id, kind""",
            (author, *after),
        )
        return (draft for ticket_id, kind in list(rows) if (draft := self.find(_to_key(author, ticket_id, kind))))

    def count_others(self, key: DraftKey) -> int:
        query = f"SELECT count(*) FROM drafts WHERE author = ? AND NOT ({_KEY})"  # noqa: S608
        return int(self.session.direct.execute(query, (key.author, *_row(key))).get)

    def save(self, draft: Draft) -> None:
        if self.authors is not None:
            self.authors.add(draft.key.author)
        self.session.direct.execute(
            """INSERT OR REPLACE INTO drafts (author, ticket_id, kind, title, body, updated_at)
            VALUES (?, ?, ?, ?, ?, ?)""",
            (*_row(draft.key), draft.title, draft.body, millis(draft.updated_at)),
        )

    def delete(self, key: DraftKey) -> bool:
        if self.authors is not None and key.author not in self.authors:
            return False
        self.session.direct.execute(f"DELETE FROM drafts WHERE {_KEY}", _row(key))  # noqa: S608
        return self.session.direct.changes() > 0


def _row(key: DraftKey) -> tuple[str, int, str]:
    return (key.author, key.ticket_id or 0, key.kind.value)


def _to_draft(author: UserId, ticket_id: int, kind: str, *rest: Any) -> Draft:
    title, body, updated_at = rest
    return Draft(_to_key(author, ticket_id, kind), title, body, time_of(updated_at))


def _to_key(author: UserId, ticket_id: int, kind: str) -> DraftKey:
    return DraftKey(author, TicketId(ticket_id) if ticket_id else None, MessageKind(kind))
