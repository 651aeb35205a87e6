"""Read receipts in SQLite, and the unread messages that follow from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.wire import MessageId, Millis, Status, TicketId, UserId
from hero_assistance_server.read_receipts.model import ReadReceipt, TicketReader
from hero_assistance_server.read_receipts.repository import LATEST
from hero_assistance_server.storage.sqlite.json_rows import json_text
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.storage.sqlite.tickets.ticket_lists import walk_of
from hero_assistance_server.ticket_lists.list_index import participated_by
from hero_assistance_server.tickets.repository import START
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User

# A number next to a title; a thread with more unread is not counted to its end.
UNREAD_CAP = 100
# The tickets of one user that are looked at, those with the last activity first.
TICKETS_LIMIT = 1000

_TICKETS_OF_CUSTOMER = """SELECT at, ticket_id FROM places WHERE user_id = ?
    ORDER BY at DESC, ticket_id DESC LIMIT ?"""
# What the user wrote is read; a customer sees no notes.
_UNREAD = """
    SELECT tickets.ticket_id, coalesce(reads.message_id, 0), (
        SELECT count(*) FROM (
            SELECT 1 FROM messages WHERE messages.ticket_id = tickets.ticket_id
            AND messages.message_id > coalesce(reads.message_id, 0) AND author <> ?2 AND (?3 OR kind = 'reply')
            LIMIT ?4))
    FROM json_each(?1) AS concerned CROSS JOIN tickets ON tickets.ticket_id = concerned.value
    LEFT JOIN reads ON reads.user_id = ?2 AND reads.ticket_id = tickets.ticket_id"""


@dataclass(frozen=True, slots=True)
class SqliteReadReceipts:
    """Implements `ReadReceiptRepository`; its rows refer to tickets, which may wait."""

    session: Session

    def last_read(self, user_id: UserId, ticket_id: TicketId) -> MessageId:
        row = self.session.direct.execute(
            "SELECT message_id FROM reads WHERE user_id = ? AND ticket_id = ?", (user_id, ticket_id)
        ).fetchone()
        return MessageId(row[0] if row else 0)

    def save(self, user_id: UserId, ticket_id: TicketId, message_id: MessageId, now: datetime) -> None:
        self.session.with_tickets.execute(
            """INSERT INTO reads (user_id, ticket_id, message_id, at) VALUES (?, ?, ?, ?)
            ON CONFLICT (user_id, ticket_id) DO UPDATE SET message_id = excluded.message_id, at = excluded.at""",
            (user_id, ticket_id, message_id, millis(now)),
        )

    def list_relevant_tickets(self, user: User) -> list[TicketId]:
        if not user.is_staff:
            query, bindings = _TICKETS_OF_CUSTOMER, (user.user_id, TICKETS_LIMIT)
        else:
            walk = walk_of([(participated_by(user.user_id), status) for status in Status], START)
            if walk is None:
                return []
            query = f"SELECT at, ticket_id FROM ({walk.sql}) LIMIT ?"  # noqa: S608
            bindings = (*walk.bindings, TICKETS_LIMIT)
        return [TicketId(ticket_id) for _, ticket_id in self.session.complete.execute(query, bindings)]

    def list_for(self, user: User, ticket_ids: Sequence[TicketId]) -> list[ReadReceipt]:
        rows = self.session.with_tickets.execute(
            _UNREAD, (json_text(ticket_ids), user.user_id, user.is_staff, UNREAD_CAP)
        )
        found = {ticket: ReadReceipt(TicketId(ticket), MessageId(message), count) for ticket, message, count in rows}
        return [found[ticket_id] for ticket_id in ticket_ids if ticket_id in found]

    def iterate_agents(self, ticket_id: TicketId, after: tuple[int, str] = LATEST) -> Iterator[TicketReader]:
        rows = self.session.with_tickets.execute(
            """SELECT user_id, message_id, at FROM reads JOIN users USING (user_id)
            WHERE ticket_id = ?1 AND role <> 'customer' AND (at < ?2 OR (at = ?2 AND user_id > ?3))
            ORDER BY at DESC, user_id""",
            (ticket_id, *after),
        )
        return (TicketReader(UserId(user), MessageId(message), Millis(at)) for user, message, at in rows)
