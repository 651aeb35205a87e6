"""Drafts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hero_assistance_sdk.wire import AttachmentId, MessageKind, TicketId, UserId
from hero_assistance_server.drafts.repository import FIRST, DraftPlace
from hero_assistance_server.drafts.rules import Draft, DraftKey
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.repositories.draft_author_cache import DraftAuthorCache
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.timestamps import millis, time_of

_COLUMNS = "author, ticket_id, kind, title, body, updated_at, client_token, attachments"
_SELECT = f"SELECT {_COLUMNS} FROM drafts WHERE author = ?"  # noqa: S608
_SAVE = f"""INSERT INTO drafts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (author, ticket_id, kind) DO UPDATE SET title = excluded.title, body = excluded.body,
    updated_at = excluded.updated_at, client_token = excluded.client_token,
    attachments = excluded.attachments"""  # noqa: S608
_KEY = "author = ? AND ticket_id = ? AND kind = ?"


@dataclass(frozen=True, slots=True)
class SqlDrafts:
    """Implements `DraftRepository`; no row of its table ever waits. A unit of work passes the cache of authors."""

    session: StorageSession
    authors: DraftAuthorCache | None = None

    def find(self, key: DraftKey) -> Draft | None:
        """Read the draft with this key."""
        row = self.session.direct.execute(f"{_SELECT} AND ticket_id = ? AND kind = ?", _row(key)).fetchone()
        return _to_draft(*row) if row else None

    def iterate_for(self, author: UserId, after: DraftPlace = FIRST) -> Iterator[Draft]:
        """Walk the author's drafts, the latest first."""
        # Only keys are sorted: the texts of all of them would fill the memory.
        rows: Iterable[tuple[int, str]] = self.session.direct.execute(
            """SELECT ticket_id, kind FROM drafts
            WHERE author = ?1 AND (updated_at < ?2 OR (updated_at = ?2 AND (ticket_id, kind) > (?3, ?4)))
            ORDER BY updated_at DESC, ticket_id, kind""",
            (author, *after),
        )
        return (draft for ticket_id, kind in list(rows) if (draft := self.find(_to_key(author, ticket_id, kind))))

    def count_others(self, key: DraftKey) -> int:
        """Count the author's drafts with another key."""
        query = f"SELECT count(*) FROM drafts WHERE author = ? AND NOT ({_KEY})"  # noqa: S608
        return int(self.session.direct.execute(query, (key.author, *_row(key))).get)

    def save(self, draft: Draft) -> None:
        """Insert a draft or replace its row, and add its author to the cache."""
        if self.authors is not None:
            self.authors.add(draft.key.author)
        self.session.direct.execute(
            _SAVE,
            (
                *_row(draft.key),
                draft.title,
                draft.body,
                millis(draft.updated_at),
                draft.client_token,
                json_text(draft.attachment_ids),
            ),
        )

    def delete(self, key: DraftKey, sent_with: str | None = None) -> bool:
        """Delete a draft; an author who is not in the cache has none, and nothing is asked."""
        if self.authors is not None and key.author not in self.authors:
            return False
        # Unknown to either side, it is taken for the same.
        query = f"DELETE FROM drafts WHERE {_KEY} AND (client_token <> ?) IS NOT TRUE"  # noqa: S608
        self.session.direct.execute(query, (*_row(key), sent_with))
        return self.session.direct.changes() > 0


def _row(key: DraftKey) -> tuple[str, int, str]:
    return (key.author, key.ticket_id or 0, key.kind.value)


def _to_draft(author: UserId, ticket_id: int, kind: str, *rest: Any) -> Draft:
    title, body, updated_at, client_token, attachments = rest
    ids = tuple(AttachmentId(one) for one in json.loads(attachments))
    return Draft(_to_key(author, ticket_id, kind), title, body, time_of(updated_at), client_token, ids)


def _to_key(author: UserId, ticket_id: int, kind: str) -> DraftKey:
    return DraftKey(author, TicketId(ticket_id) if ticket_id else None, MessageKind(kind))
