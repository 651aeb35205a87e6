"""Read receipts, and the unread messages that follow from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.wire import MessageId, Millis, Status, TicketId, UserId
from hero_assistance_server.read_receipts.model import ReadReceipt, TicketReader
from hero_assistance_server.read_receipts.repository import LATEST
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.repositories.messages import TIME_OF
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.storage.sql.tickets.ticket_lists import walk_of
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
# What the user wrote is read; a customer sees no notes. The text of a ticket is read by who has opened that ticket.
_OF_OTHERS = "author <> ?2 AND (?3 = 1 OR kind = 'reply')"
_OWN = f"""SELECT 1 FROM messages WHERE messages.ticket_id = concerned.ticket_id AND read_on IS NULL
    AND messages.created_at >= concerned.time AND {_OF_OTHERS} AND CASE WHEN opening = 1 THEN NOT concerned.marked
        ELSE (messages.created_at, messages.message_id) > (concerned.time, concerned.message_id) END"""  # noqa: S608
# What was written on another ticket is read by who has read it there.
_MOVED = f"""SELECT 1 FROM messages LEFT JOIN reads AS there ON there.user_id = ?2 AND there.ticket_id = read_on
    WHERE messages.ticket_id = concerned.ticket_id AND read_on IS NOT NULL AND {_OF_OTHERS}
    AND CASE WHEN there.user_id IS NULL THEN true WHEN opening = 1 THEN false
        ELSE (messages.created_at, messages.message_id) >
            (coalesce({TIME_OF.format(message="there.message_id")}, 0), there.message_id) END"""  # noqa: S608
_UNREAD = f"""
    WITH concerned AS MATERIALIZED (
        SELECT tickets.ticket_id, merged_into, coalesce(reads.message_id, 0) AS message_id,
            coalesce({TIME_OF.format(message="reads.message_id")}, 0) AS time, reads.user_id IS NOT NULL AS marked,
            customer = ?2 OR reads.user_id IS NOT NULL OR EXISTS (SELECT 1 FROM messages
                WHERE messages.ticket_id = tickets.ticket_id AND author = ?2 AND read_on IS NULL) AS opened
        FROM json_each(?1) AS asked CROSS JOIN tickets ON tickets.ticket_id = asked.value/*!::bigint*/
        LEFT JOIN reads ON reads.user_id = ?2 AND reads.ticket_id = tickets.ticket_id)
    SELECT concerned.ticket_id, concerned.message_id, concerned.opened, (
        SELECT count(*) FROM (
            SELECT 1 WHERE NOT concerned.opened AND concerned.merged_into IS NULL
            UNION ALL {_OWN} UNION ALL {_MOVED} LIMIT ?4) AS unread)
    FROM concerned"""  # noqa: S608
# The same counts for a page of a list: of most tickets they follow from the ticket and the receipt, without a look at
# the messages. Nothing is unread behind the last message, and everything of a ticket that was never opened.
_COUNT_UNREAD = f"""
    SELECT group_concat(CASE
        WHEN merged_into IS NULL AND NOT has_moved AND marked AND message_id = last_id THEN 0
        WHEN merged_into IS NULL AND NOT has_moved AND NOT opened THEN min(1 + message_count, ?4)
        ELSE (SELECT count(*) FROM (
            SELECT 1 WHERE NOT concerned.opened AND concerned.merged_into IS NULL
            UNION ALL {_OWN} UNION ALL {_MOVED} LIMIT ?4) AS unread) END/*!::text, ',' ORDER BY place*/)
    FROM (SELECT /*!asked.key AS place,*/ tickets.ticket_id, merged_into, coalesce(reads.message_id, 0) AS message_id,
            coalesce({TIME_OF.format(message="reads.message_id")}, 0) AS time, reads.user_id IS NOT NULL AS marked,
            customer = ?2 OR reads.user_id IS NOT NULL OR EXISTS (SELECT 1 FROM messages
                WHERE author = ?2 AND messages.ticket_id = tickets.ticket_id AND read_on IS NULL) AS opened,
            EXISTS (SELECT 1 FROM messages
                WHERE messages.ticket_id = tickets.ticket_id AND read_on IS NOT NULL) AS has_moved,
            CASE WHEN ?3 = 1 THEN last_message_id ELSE last_reply_id END AS last_id,
            reply_count + CASE WHEN ?3 = 1 THEN note_count ELSE 0 END AS message_count
        FROM json_each(?1) AS asked CROSS JOIN tickets ON tickets.ticket_id = asked.value/*!::bigint*/
        LEFT JOIN reads ON reads.user_id = ?2 AND reads.ticket_id = tickets.ticket_id) AS concerned"""  # noqa: S608
# The tickets whose receipts count for the messages of one ticket.
_ORIGINS = """SELECT ?2 AS ticket_id UNION
    SELECT read_on FROM messages WHERE messages.ticket_id = ?2 AND read_on IS NOT NULL"""
_FURTHER = f"""({TIME_OF.format(message="excluded.message_id")}, excluded.message_id) >
    ({TIME_OF.format(message="reads.message_id")}, reads.message_id)"""
_SAVE = f"""INSERT INTO reads (user_id, ticket_id, message_id, at)
    SELECT ?1, origins.ticket_id, ?3, ?4 FROM ({_ORIGINS}) AS origins WHERE true
    ON CONFLICT (user_id, ticket_id) DO UPDATE SET message_id = excluded.message_id, at = excluded.at
    WHERE CASE WHEN ?5 = 1 THEN excluded.message_id <> reads.message_id
        WHEN reads.message_id = 0 THEN excluded.message_id > 0 ELSE {_FURTHER} END"""  # noqa: S608
_ADD_FOR_AUTHORS = """INSERT INTO reads (user_id, ticket_id, message_id, at)
    SELECT DISTINCT author, ?1, 0, ?2 FROM messages WHERE ticket_id = ?1 AND read_on IS NULL
    ON CONFLICT DO NOTHING"""
# Where the messages are from several tickets, the least of the receipts: what is unread stays unread.
_COPY_TO_PART = f"""
    WITH origins AS (SELECT DISTINCT read_on AS ticket_id FROM messages WHERE ticket_id = ?1)
    INSERT INTO reads (user_id, ticket_id, message_id, at)
    SELECT user_id, ?1, message_id, at FROM (
        SELECT user_id, message_id, at, row_number() OVER (PARTITION BY user_id ORDER BY time, message_id) AS place,
            count(*) OVER (PARTITION BY user_id) AS count
        FROM (SELECT reads.*, {TIME_OF.format(message="reads.message_id")} AS time FROM reads
            WHERE ticket_id IN (SELECT ticket_id FROM origins))
            AS receipts) AS placed
    WHERE place = 1 AND count = (SELECT count(*) FROM origins)"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class SqlReadReceipts:
    """Implements `ReadReceiptRepository`; its rows refer to tickets, which may wait."""

    session: StorageSession

    def last_read(self, user_id: UserId, ticket_id: TicketId) -> MessageId:
        """Read one receipt; 0 when there is none."""
        row = self.session.direct.execute(
            "SELECT message_id FROM reads WHERE user_id = ? AND ticket_id = ?", (user_id, ticket_id)
        ).fetchone()
        return MessageId(row[0] if row else 0)

    def save(
        self, user_id: UserId, ticket_id: TicketId, message_id: MessageId, now: datetime, *, back: bool = False
    ) -> bool:
        """Insert the receipt or move it, and with it those of the tickets that were merged into this one."""
        connection = self.session.with_tickets
        connection.execute(_SAVE, (user_id, ticket_id, message_id, millis(now), back))
        return connection.changes() > 0

    def add_for_authors(self, ticket_id: TicketId, now: datetime) -> None:
        """Insert what is missing; a receipt that is there stays."""
        self.session.with_tickets.execute(_ADD_FOR_AUTHORS, (ticket_id, millis(now)))

    def copy_to_part(self, ticket_id: TicketId) -> None:
        """Insert the least receipt of each user who has one wherever messages come from, and cut the ties."""
        connection = self.session.with_tickets
        connection.execute(_COPY_TO_PART, (ticket_id,))
        connection.execute(
            "UPDATE messages SET read_on = NULL WHERE ticket_id = ? AND read_on IS NOT NULL", (ticket_id,)
        )

    def list_relevant_tickets(self, user: User) -> list[TicketId]:
        """Walk the agent's scopes of the list index, or the customer's places, latest first."""
        if not user.is_staff:
            query, bindings = _TICKETS_OF_CUSTOMER, (user.user_id, TICKETS_LIMIT)
        else:
            walk = walk_of([(participated_by(user.user_id), status) for status in Status], START)
            if walk is None:
                return []
            query = f"SELECT at, ticket_id FROM ({walk.sql}) AS walk LIMIT ?"  # noqa: S608
            bindings = (*walk.bindings, TICKETS_LIMIT)
        return [TicketId(ticket_id) for _, ticket_id in self.session.complete.execute(query, bindings)]

    def list_for(self, user: User, ticket_ids: Sequence[TicketId]) -> list[ReadReceipt]:
        """Read the receipts and count what is unread, up to `UNREAD_CAP`, in one statement."""
        rows = self.session.with_tickets.execute(
            _UNREAD, (json_text(ticket_ids), user.user_id, user.is_staff, UNREAD_CAP)
        )
        found = {
            ticket: ReadReceipt(TicketId(ticket), MessageId(message), count, bool(opened))
            for ticket, message, opened, count in rows
        }
        return [found[ticket_id] for ticket_id in ticket_ids if ticket_id in found]

    def count_unread(self, user: User, ticket_ids: Sequence[TicketId]) -> list[int]:
        """Count in one statement, which asks for messages where the ticket does not tell."""
        if not ticket_ids:
            return []
        bindings = (json_text(ticket_ids), user.user_id, user.is_staff, UNREAD_CAP)
        counts: str = self.session.with_tickets.execute(_COUNT_UNREAD, bindings).get
        return [*map(int, counts.split(","))]

    def iterate_agents(self, ticket_id: TicketId, after: tuple[int, str] = LATEST) -> Iterator[TicketReader]:
        """Walk a ticket's receipts of agents, the latest first."""
        rows = self.session.with_tickets.execute(
            """SELECT user_id, message_id, at FROM reads JOIN users USING (user_id)
            WHERE ticket_id = ?1 AND role <> 'customer' AND (at < ?2 OR (at = ?2 AND user_id > ?3))
            ORDER BY at DESC, user_id""",
            (ticket_id, *after),
        )
        return (TicketReader(UserId(user), MessageId(message), Millis(at)) for user, message, at in rows)
