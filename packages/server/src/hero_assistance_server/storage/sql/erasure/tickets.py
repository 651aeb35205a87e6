"""Deletes tickets from every table of the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hero_assistance_sdk.wire import Seq, TicketId
from hero_assistance_server.erasure.model import Leftovers, TicketErasure
from hero_assistance_server.storage.sql.connection import Connection, Value
from hero_assistance_server.storage.sql.erasure.engine import ErasureEngine
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.tickets import list_index
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.timestamps import millis, time_of

# The ticket, and what was merged into it: their words are in its thread.
_WITH_MERGED = """WITH RECURSIVE found (ticket_id) AS (SELECT ? UNION
    SELECT tickets.ticket_id FROM found JOIN tickets ON tickets.merged_into = found.ticket_id)
    SELECT ticket_id FROM found ORDER BY ticket_id"""
_GONE = "SELECT value/*!::bigint*/ FROM json_each(:ids)"
_MESSAGES = f"SELECT message_id FROM messages WHERE ticket_id IN ({_GONE})"  # noqa: S608
_FILES = f"""SELECT attachment_id FROM attachment_uses WHERE ticket_id IN ({_GONE})
    UNION SELECT attachment_id FROM attachment_uses WHERE message_id IN ({_MESSAGES})"""  # noqa: S608
_MAILS = f"SELECT mail_id FROM incoming_mails WHERE ticket_id IN ({_GONE})"  # noqa: S608
_COUNT = f"""SELECT (SELECT count(*) FROM messages WHERE ticket_id IN ({_GONE})),
    (SELECT count(*) FROM attachments WHERE attachment_id IN ({_FILES})),
    (SELECT coalesce(sum(size), 0) FROM attachments WHERE attachment_id IN ({_FILES})),
    (SELECT count(*) FROM incoming_mails WHERE ticket_id IN ({_GONE}))"""  # noqa: S608
_KEEP_IDS = """INSERT INTO deleted_tickets SELECT value/*!::bigint*/,
    coalesce((SELECT max(message_id) FROM messages WHERE ticket_id = value/*!::bigint*/), 0), :now
    FROM json_each(:ids)"""
# Letters and calls of webhooks that tell of the tickets; of what was sent, the subject is left.
_DELIVERIES = f"DELETE FROM deliveries WHERE ticket_id IN ({_GONE}) RETURNING delivery_id, created_at"  # noqa: S608
# What they did stays, not what they said: texts before an edit, former titles, names.
_TRAIL = f"""UPDATE audit SET ticket_id = NULL, message_id = NULL,
    detail = '{{"ticket_id":"' || ticket_id || '"}}' WHERE ticket_id IN ({_GONE})"""  # noqa: S608
_TRAIL_OF_MESSAGES = f"""UPDATE audit SET message_id = NULL, detail = '{{}}' WHERE message_id IN ({_MESSAGES})"""  # noqa: S608
_TRAIL_OF_FILES = """UPDATE audit SET detail = '{"attachment":' || json_quote(detail ->> '$.attachment') || '}'
    WHERE action GLOB 'attachment.*' AND detail ->> '$.attachment' IN (SELECT value || '' FROM json_each(:ids))"""
# In an order in which nothing refers to what is gone.
DELETES = (
    f"DELETE FROM incoming_mail_bytes WHERE mail_id IN ({_MAILS})",  # noqa: S608
    f"DELETE FROM incoming_mails WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM mail_message_ids WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM mail_message_ids WHERE message_id IN ({_MESSAGES})",  # noqa: S608
    f"DELETE FROM mail_titles WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM pending_notifications WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM pending_notifications WHERE message_id IN ({_MESSAGES})",  # noqa: S608
    f"DELETE FROM guest_invitations WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM muted_tickets WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM ratings WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM drafts WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM reads WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM status_changes WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"""DELETE FROM client_tokens WHERE (method = 'ticket.create' AND result_id IN ({_GONE}))
        OR (method IN ('message.reply', 'message.note') AND result_id IN ({_MESSAGES}))""",  # noqa: S608
    f"DELETE FROM attachment_uses WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM attachment_uses WHERE message_id IN ({_MESSAGES})",  # noqa: S608
    f"UPDATE messages SET read_on = NULL WHERE read_on IN ({_GONE})",  # noqa: S608
    f"DELETE FROM messages WHERE ticket_id IN ({_GONE})",  # noqa: S608
    f"UPDATE tickets SET split_from = NULL WHERE split_from IN ({_GONE})",  # noqa: S608
    f"UPDATE tickets SET merged_into = NULL WHERE ticket_id IN ({_GONE})",  # noqa: S608
)
# What changes other rows, and is large.
UPDATES = (_DELIVERIES, _TRAIL, _TRAIL_OF_MESSAGES, _TRAIL_OF_FILES)
_DELETE_UNSHOWN = """DELETE FROM attachments WHERE attachment_id IN (SELECT value/*!::bigint*/ FROM json_each(?))
    AND NOT EXISTS (SELECT 1 FROM attachment_uses AS uses WHERE uses.attachment_id = attachments.attachment_id)
    RETURNING attachment_id, sha256"""
_FORGET = """DELETE FROM events WHERE seq > :after AND seq <= :until AND EXISTS (SELECT 1 FROM json_each(:ids)
    WHERE instr(payload, '"ticket_id":' || value || ',') > 0 OR instr(payload, '"ticket_id":' || value || '}') > 0)"""


def plan_ticket(connection: Connection, ticket_id: TicketId) -> TicketErasure:
    """Count what goes with a ticket."""
    ids = tuple(TicketId(found) for (found,) in connection.execute(_WITH_MERGED, (ticket_id,)))
    messages, files, size, mails = next(connection.execute(_COUNT, {"ids": json_text(ids)}))
    return TicketErasure(ids, messages, files, size, mails)


def delete_tickets(engine: ErasureEngine, tickets: Sequence[Ticket], now: datetime) -> Leftovers:
    """Delete tickets from every table; returns the files that nothing shows any more, and the letters."""
    connection = engine.connection
    ids = json_text([ticket.ticket_id for ticket in tickets])
    bindings: dict[str, Value] = {"ids": ids, "now": millis(now)}
    files = json_text([file_id for (file_id,) in connection.execute(_FILES, bindings)])
    connection.execute(_KEEP_IDS, bindings)
    letters = delete_deliveries(connection, _DELIVERIES, bindings)
    for ticket in tickets:
        list_index.remove(connection, ticket)
    engine.drop_documents(ids)
    with engine.changeable_trail():
        connection.execute(_TRAIL, bindings)
        connection.execute(_TRAIL_OF_MESSAGES, bindings)
        for statement in DELETES:
            connection.execute(statement, bindings)
        engine.delete_unreferenced("tickets", "ticket_id", ids)
        digests = delete_unshown(connection, files)
    return Leftovers(digests, letters)


def delete_deliveries(
    connection: Connection, statement: str, bindings: Mapping[str, Any]
) -> list[tuple[int, datetime]]:
    """Delete deliveries by a statement that returns their ids and times; returns these."""
    rows: Iterable[tuple[int, int]] = connection.execute(statement, bindings)
    return [(delivery_id, time_of(at)) for delivery_id, at in rows]


def delete_unshown(connection: Connection, files: str) -> list[str]:
    """Delete those of some attachments, a JSON array of ids, that nothing shows; returns the SHA-256 of their files.

    The trail, which has to be changeable, forgets their names.
    """
    rows = list(connection.execute(_DELETE_UNSHOWN, (files,)))
    if rows:
        ids = json_text([attachment_id for attachment_id, _ in rows])
        connection.execute(_TRAIL_OF_FILES, {"ids": ids})
    return [str(sha256) for _, sha256 in rows]


def forget_events_of(connection: Connection, ticket_ids: Sequence[TicketId], after: Seq, until: Seq) -> None:
    """Delete the events of a range of numbers that carry one of the tickets."""
    connection.execute(_FORGET, {"ids": json_text(ticket_ids), "after": after, "until": until})
