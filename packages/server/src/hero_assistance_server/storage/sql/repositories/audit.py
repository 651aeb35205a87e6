"""The audit trail; rows are only ever added."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hero_assistance_sdk.wire import MessageId, Millis, TicketId, UserId
from hero_assistance_server.audit.repository import AuditQuery, StoredAuditEntry
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.sql.bulk_insert import Rows
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.timestamps import millis

_INSERT = "INSERT INTO audit (at, actor, origin, action, ticket_id, message_id, detail) VALUES {rows}"


@dataclass(frozen=True, slots=True)
class SqlAudit:
    """Implements `AuditRepository`."""

    session: StorageSession

    def iterate_newest(self, query: AuditQuery, before: int) -> Iterator[StoredAuditEntry]:
        """Walk down from `before`; only the terms that the query has are in the statement."""
        wanted = {name: value for name in AuditQuery.__slots__ if (value := getattr(query, name)) is not None}
        terms = "".join(f" AND {name} = :{name}" for name in wanted)
        rows = self.session.walk(
            self.session.complete,
            f"""SELECT audit_id, at, actor, origin, action, ticket_id, message_id, detail FROM audit
            WHERE audit_id < :before{terms} ORDER BY audit_id DESC""",  # noqa: S608
            {"before": before, **wanted},
        )
        return (_to_entry(*row) for row in rows)

    def iterate_of_ticket(
        self, ticket_id: TicketId, before: int, actions: Sequence[str], *, with_detail: str
    ) -> Iterator[StoredAuditEntry]:
        """Walk down the index of the ticket; most of its entries are messages, which are not read into Python."""
        rows = self.session.walk(
            self.session.complete,
            """SELECT audit_id, at, actor, origin, action, ticket_id, message_id, detail FROM audit
            WHERE ticket_id = :ticket AND audit_id < :before
            AND (action IN (SELECT value FROM json_each(:actions)) OR (action = :with_detail AND detail <> '{}'))
            ORDER BY audit_id DESC""",
            {"ticket": ticket_id, "before": before, "actions": json_text(actions), "with_detail": with_detail},
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
