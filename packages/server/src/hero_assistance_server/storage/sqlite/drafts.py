"""Rows of drafts."""

from __future__ import annotations

from typing import Any

import apsw

from hero_assistance_sdk.wire import MessageKind, TicketId, UserId
from hero_assistance_server.drafts.rules import Draft, DraftKey, deleted
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.timestamps import millis, time_of

_SELECT = "SELECT author, ticket_id, kind, title, body, updated_at FROM drafts WHERE author = ?"
_KEY = "author = ? AND ticket_id = ? AND kind = ?"


def find(connection: apsw.Connection, key: DraftKey) -> Draft | None:
    """One draft, or `None`."""
    row = connection.execute(f"{_SELECT} AND ticket_id = ? AND kind = ?", _row(key)).fetchone()
    return _draft(*row) if row else None


def of_author(connection: apsw.Connection, author: UserId) -> list[Draft]:
    """Everything that somebody has begun, the latest first."""
    rows = connection.execute(f"{_SELECT} ORDER BY updated_at DESC, ticket_id, kind", (author,))
    return [_draft(*row) for row in rows]


def others(connection: apsw.Connection, key: DraftKey) -> int:
    """How many drafts the author has beside this one."""
    query = f"SELECT count(*) FROM drafts WHERE author = ? AND NOT ({_KEY})"  # noqa: S608
    return int(connection.execute(query, (key.author, *_row(key))).get)


def save(transaction: SqliteUnitOfWork, draft: Draft) -> None:
    """Write a draft, in place of what was begun under its key."""
    transaction.authors.add(draft.key.author)
    transaction.connection.execute(
        "INSERT OR REPLACE INTO drafts (author, ticket_id, kind, title, body, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
        (*_row(draft.key), draft.title, draft.body, millis(draft.updated_at)),
    )


def delete(connection: apsw.Connection, key: DraftKey) -> bool:
    """Take a draft out; whether there was one."""
    connection.execute(f"DELETE FROM drafts WHERE {_KEY}", _row(key))  # noqa: S608
    return connection.changes() > 0


def sent(transaction: SqliteUnitOfWork, caller: Caller, ticket_id: TicketId | None, kind: MessageKind) -> None:
    """Take out the caller's draft of what this transaction sends, and tell their screens."""
    key = DraftKey(caller.known().user_id, ticket_id, kind)
    if key.author in transaction.authors and delete(transaction.unsettled, key):
        transaction.apply(deleted(key), caller)


def _row(key: DraftKey) -> tuple[str, int, str]:
    return (key.author, key.ticket_id or 0, key.kind.value)


def _draft(author: UserId, ticket_id: int, kind: str, *rest: Any) -> Draft:
    title, body, updated_at = rest
    key = DraftKey(author, TicketId(ticket_id) if ticket_id else None, MessageKind(kind))
    return Draft(key, title, body, time_of(updated_at))
