"""Mails that arrived."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.mail.receiving.model import (
    Arrival,
    FilingOutcome,
    IncomingMail,
    MailContents,
    MailId,
    MailState,
    Quarantine,
    StoredSize,
)
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.timestamps import millis, time_of

_COLUMNS = ", ".join(field.name for field in fields(IncomingMail))
_SELECT = f"SELECT {_COLUMNS} FROM incoming_mails"  # noqa: S608
# Those whose messages are on the ticket now, the one that opened it, and those that opened tickets which were merged
# into it: the texts of these are messages that no mail names.
_OF_TICKET = f"""WITH found (found_id, found_on, found_as) AS (
        SELECT mail_id, :ticket, message_id FROM messages JOIN incoming_mails USING (message_id)
        WHERE messages.ticket_id = :ticket
        UNION ALL SELECT mail_id, :ticket, NULL FROM incoming_mails WHERE ticket_id = :ticket AND message_id IS NULL
        UNION ALL SELECT mail_id, :ticket, messages.message_id FROM messages
        JOIN incoming_mails AS mails ON mails.ticket_id = read_on AND mails.message_id IS NULL
        WHERE messages.ticket_id = :ticket AND read_on IS NOT NULL AND opening = 1
    )
    SELECT {_COLUMNS.replace("message_id", "found_as").replace("ticket_id", "found_on")}
    FROM found JOIN incoming_mails ON mail_id = found_id ORDER BY mail_id DESC LIMIT :limit"""  # noqa: S608
# In the words of the index, and with its name: the planner prefers that of the states.
OLD_BYTES = """SELECT mail_id, size FROM incoming_mails INDEXED BY incoming_mails_with_old_bytes
    WHERE has_bytes = 1 AND state IN ('filed', 'ignored') AND state = ? AND received_at < ?
    ORDER BY received_at LIMIT ?"""
# Behind the time of every mail.
_LAST = 2**62


@dataclass(frozen=True, slots=True)
class SqlIncomingMails:
    """Implements `IncomingMailRepository`; no row of its tables ever waits."""

    session: StorageSession

    def add(self, arrival: Arrival, sha256: str, now: datetime) -> MailId | None:
        """Insert the record and the bytes."""
        connection = self.session.direct
        found = connection.execute(
            """INSERT INTO incoming_mails (source, received_at, sha256, size, recipients, state, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (sha256, source) DO NOTHING RETURNING mail_id""",
            (
                arrival.source,
                millis(now),
                sha256,
                len(arrival.raw),
                json_text(list(arrival.recipients)),
                MailState.QUARANTINED if arrival.fault else MailState.RECEIVED,
                arrival.fault,
            ),
        ).get
        if found is None:
            return None
        connection.execute("INSERT INTO incoming_mail_bytes (mail_id, raw) VALUES (?, ?)", (found, arrival.raw))
        return MailId(found)

    def find(self, mail_id: MailId) -> IncomingMail | None:
        """Read one record."""
        row = self.session.direct.execute(f"{_SELECT} WHERE mail_id = ?", (mail_id,)).fetchone()
        return _of_row(row) if row else None

    def read_raw(self, mail_id: MailId) -> bytes | None:
        """Read the bytes of one mail."""
        raw: bytes | None = self.session.direct.execute(
            "SELECT raw FROM incoming_mail_bytes WHERE mail_id = ?", (mail_id,)
        ).get
        return raw

    def list_waiting(self, limit: int) -> list[IncomingMail]:
        """Read by the index of states."""
        query = f"{_SELECT} WHERE state = 'received' ORDER BY mail_id LIMIT ?"
        return [_of_row(row) for row in self.session.direct.execute(query, (limit,))]

    def list_before(self, before: MailId, limit: int, state: MailState | None = None) -> list[IncomingMail]:
        """Read by the id, or by the index of states."""
        of_state = "" if state is None else "state = :state AND"
        query = f"{_SELECT} WHERE {of_state} mail_id < :before ORDER BY mail_id DESC LIMIT :limit"
        bindings = {"state": state, "before": before, "limit": limit}
        return [_of_row(row) for row in self.session.direct.execute(query, bindings)]

    def list_of_ticket(self, ticket_id: TicketId, limit: int) -> list[IncomingMail]:
        """Walk the ids of the thread, without its texts, and look each up by the index of messages."""
        bindings = {"ticket": ticket_id, "limit": limit}
        return [_of_row(row) for row in self.session.direct.execute(_OF_TICKET, bindings)]

    def count_by_state(self) -> dict[MailState, int]:
        """Read the counters, which triggers keep."""
        rows = self.session.direct.execute("SELECT state, mails FROM incoming_mail_counts")
        return dict.fromkeys(MailState, 0) | {MailState(state): count for state, count in rows}

    def is_filed(self, header_id: str) -> bool:
        """Look the Message-ID up."""
        found = self.session.direct.execute(
            "SELECT 1 FROM incoming_mails WHERE header_id = ? AND state = 'filed' LIMIT 1", (header_id,)
        ).get
        return found is not None

    def find_same(self, fingerprint: str) -> IncomingMail | None:
        """Look the fingerprint up."""
        row = self.session.direct.execute(
            f"{_SELECT} WHERE fingerprint = ? AND state = 'filed' ORDER BY mail_id LIMIT 1", (fingerprint,)
        ).fetchone()
        return _of_row(row) if row else None

    def begin_attempt(self, mail_ids: Sequence[MailId]) -> None:
        """Count by one statement for all of them."""
        self._update("attempts = attempts + 1", mail_ids)

    def undo_attempt(self, mail_ids: Sequence[MailId]) -> None:
        """Count by one statement for all of them."""
        self._update("attempts = max(0, attempts - 1)", mail_ids)

    def finish(
        self, mail_id: MailId, outcome: FilingOutcome, contents: MailContents | None = None, kept: bytes | None = None
    ) -> None:
        """Update the state, where the mail is filed, and what it says, by one statement."""
        found = (outcome.state, outcome.reason, outcome.ticket_id, outcome.message_id)
        changes = "state = ?, reason = ?, ticket_id = ?, message_id = ?"
        said: tuple[str | int | None, ...] = ()
        if contents is not None:
            changes += ", sender = ?, subject = ?, header_id = ?, fingerprint = ?, has_html = ?"
            said = (contents.sender, contents.subject, contents.header_id, contents.fingerprint, int(contents.has_html))
        if kept is not None:
            changes += ", size = ?"
            said += (len(kept),)
            self.session.direct.execute("UPDATE incoming_mail_bytes SET raw = ? WHERE mail_id = ?", (kept, mail_id))
        self.session.direct.execute(
            f"UPDATE incoming_mails SET {changes} WHERE mail_id = ?",  # noqa: S608
            (*found, *said, mail_id),
        )

    def reopen(self, mail_ids: Sequence[MailId]) -> None:
        """Reset the states and the attempts."""
        self._update("state = 'received', reason = '', attempts = 0, is_forced = 1", mail_ids)

    def discard(self, mail_ids: Sequence[MailId], why: str) -> None:
        """Update the states, and delete the bytes."""
        reason = "reason = rtrim(?2 || ': ' || reason, ': ')"
        self._update(f"state = 'ignored', {reason}", mail_ids, why)
        self.delete_raw(mail_ids)

    def measure_quarantine(self) -> Quarantine:
        """Read the counters, which triggers keep."""
        row = self.session.direct.execute(
            "SELECT mails, bytes FROM incoming_mail_counts WHERE state = 'quarantined'"
        ).fetchone()
        return Quarantine(*row) if row else Quarantine()

    def list_quarantined(self, limit: int, *, before: datetime | None = None, whole: bool = False) -> list[StoredSize]:
        """Read by the index of states, whose order is that of arrival."""
        of_time = "" if before is None else "AND received_at < :before"
        with_bytes = "AND has_bytes = 1" if whole else ""
        rows = self.session.direct.execute(
            f"""SELECT mail_id, size FROM incoming_mails WHERE state = 'quarantined' {of_time} {with_bytes}
            ORDER BY mail_id LIMIT :limit""",  # noqa: S608
            {"before": None if before is None else millis(before), "limit": limit},
        )
        return [StoredSize(*row) for row in rows]

    def measure_bytes(self) -> dict[MailState, int]:
        """Read the counters, which triggers keep."""
        rows = self.session.direct.execute("SELECT state, bytes FROM stored_mail_bytes")
        return dict.fromkeys(MailState, 0) | {MailState(state): size for state, size in rows}

    def list_old_bytes(self, state: MailState, limit: int, *, before: datetime | None = None) -> list[StoredSize]:
        """Read by the index of old bytes."""
        end = _LAST if before is None else millis(before)
        rows = self.session.direct.execute(OLD_BYTES, (state, end, limit))
        return [StoredSize(*row) for row in rows]

    def delete_raw(self, mail_ids: Sequence[MailId]) -> None:
        """Delete the rows of bytes, and note that they are gone."""
        self.session.direct.execute(
            "DELETE FROM incoming_mail_bytes WHERE mail_id IN (SELECT value/*!::bigint*/ FROM json_each(?))",
            (json_text(list(mail_ids)),),
        )
        self._update("has_bytes = 0", mail_ids)

    def _update(self, changes: str, mail_ids: Sequence[MailId], *bindings: str) -> None:
        """Update some records by one statement."""
        self.session.direct.execute(
            f"UPDATE incoming_mails SET {changes} WHERE mail_id IN (SELECT value/*!::bigint*/ FROM json_each(?1))",  # noqa: S608
            (json_text(list(mail_ids)), *bindings),
        )


def _of_row(row: tuple[Any, ...]) -> IncomingMail:
    values = dict(zip((field.name for field in fields(IncomingMail)), row, strict=True))
    values["received_at"] = time_of(values["received_at"])
    values["recipients"] = tuple(json.loads(values["recipients"]))
    values["is_forced"] = bool(values["is_forced"])
    values["has_html"] = bool(values["has_html"])
    values["state"] = MailState(values["state"])
    return IncomingMail(**values)
