"""The audit trail in SQLite; rows are only ever added."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hero_assistance_sdk.wire import MessageId, Millis, TicketId, UserId
from hero_assistance_server.audit.repository import AuditQuery, StoredAuditEntry
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.sqlite.bulk_insert import Rows
from hero_assistance_server.storage.sqlite.json_rows import json_text
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.timestamps import millis

_INSERT = "INSERT INTO audit (at, actor, origin, action, ticket_id, message_id, detail) VALUES {rows}"


@dataclass(frozen=True, slots=True)
class SqliteAudit:
    """Implements `AuditRepository`."""

    session: Session

    def iterate_newest(self, query: AuditQuery, before: int) -> Iterator[StoredAuditEntry]:
        wanted = {name: value for name in AuditQuery.__slots__ if (value := getattr(query, name)) is not None}
        terms = "".join(f" AND {name} = :{name}" for name in wanted)
        rows = self.session.complete.execute(
            f"""SELECT audit_id, at, actor, origin, action, ticket_id, message_id, detail FROM audit
            WHERE audit_id < :before{terms} ORDER BY audit_id DESC""",  # noqa: S608
            {"before": before, **wanted},
        )
        return (_to_entry(*row) for row in rows)


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
    """Have an audit entry written with the batch."""
    actor = by.user.user_id if by.user else None
    rows.add(_INSERT, (millis(now), actor, by.origin, action, ticket_id, message_id, json_text(detail)))


def _to_entry(audit_id: int, at: Millis, actor: UserId | None, origin: str, *about: Any) -> StoredAuditEntry:
    action, ticket_id, message_id, detail = about
    return StoredAuditEntry(audit_id, at, actor, origin, action, ticket_id, message_id, json.loads(detail))
