"""Rows of the audit trail: who did what, when, from where; only ever added."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw

from hero_assistance_sdk.wire import MessageId, Millis, TicketId, UserId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.sqlite.bulk_insert import Rows
from hero_assistance_server.storage.sqlite.json_rows import json_text
from hero_assistance_server.timestamps import millis

_ADD = "INSERT INTO audit (at, actor, origin, action, ticket_id, message_id, detail) VALUES {rows}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed: `actor` is nobody when the server did it by itself; `detail` is what the ids do not say."""

    audit_id: int
    at: Millis
    actor: UserId | None
    origin: str
    action: str
    ticket_id: TicketId | None
    message_id: MessageId | None
    detail: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which deeds are asked for; what is `None` does not matter."""

    ticket_id: TicketId | None = None
    actor: UserId | None = None
    action: str | None = None


def add(
    rows: Rows,
    action: str,
    by: Caller,
    now: datetime,
    *,
    ticket_id: TicketId | None = None,
    message_id: MessageId | None = None,
    detail: Mapping[str, str],
) -> None:
    """Have one deed written."""
    actor = by.user.user_id if by.user else None
    rows.add(_ADD, (millis(now), actor, by.origin, action, ticket_id, message_id, json_text(detail)))


def newest(connection: apsw.Connection, sought: Sought, before: int, limit: int) -> list[Entry]:
    """Deeds that fit, newest first, older than the entry `before`."""
    wanted = {name: value for name in Sought.__slots__ if (value := getattr(sought, name)) is not None}
    terms = "".join(f" AND {name} = :{name}" for name in wanted)
    rows = connection.execute(
        f"""SELECT audit_id, at, actor, origin, action, ticket_id, message_id, detail FROM audit
        WHERE audit_id < :before{terms} ORDER BY audit_id DESC LIMIT :limit""",  # noqa: S608
        {"before": before, "limit": limit, **wanted},
    )
    return [_entry(*row) for row in rows]


def _entry(audit_id: int, at: Millis, actor: UserId | None, origin: str, *about: Any) -> Entry:
    action, ticket_id, message_id, detail = about
    return Entry(audit_id, at, actor, origin, action, ticket_id, message_id, json.loads(detail))
