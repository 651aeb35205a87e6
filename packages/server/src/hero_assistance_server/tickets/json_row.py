"""Tickets as a storage engine hands over a page of them: each the text of a JSON array.

A text can be a key of a cache, and a page of texts is one value of one row; most are never decoded.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hero_assistance_sdk.wire import MessageKind, Priority, Status, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.tickets.model import LastMessage, Ticket
from hero_assistance_server.timestamps import maybe_time, time_of

# The columns of the ticket's own row, in the order of the array; the names of customer and assignee follow them.
COLUMNS = (
    "ticket_id",
    "title",
    "body",
    "status",
    "priority",
    "tags",
    "customer",
    "created_at",
    "updated_at",
    "public_updated_at",
    "collaborators",
    "assignee",
    "followers",
    "snoozed_until",
    "first_response_due",
    "first_response_at",
    "solved_at",
    "merged_into",
    "split_from",
    "reply_count",
    "note_count",
    "last_reply_id",
    "last_message_id",
    "attachments",
    "last_reply",
    "last_note",
)


def decode_row(text: str) -> Ticket:
    """Return the ticket of a row."""
    return decode_values(json.loads(text))


def id_of_row(text: str) -> TicketId:
    """Return the id of a row's ticket, without decoding the rest."""
    return TicketId(int(text[1 : text.index(",")]))


def decode_values(row: Sequence[Any]) -> Ticket:
    """Return the ticket of the values of a row; lists within them are JSON texts."""
    return Ticket(
        ticket_id=row[0],
        title=row[1],
        body=row[2],
        status=Status(row[3]),
        priority=Priority(row[4]),
        tags=tuple(json.loads(row[5])),
        customer=row[6],
        customer_name=row[26],
        created_at=time_of(row[7]),
        updated_at=time_of(row[8]),
        public_updated_at=time_of(row[9]),
        collaborators=tuple(json.loads(row[10])),
        assignee=row[11],
        followers=tuple(json.loads(row[12])),
        snoozed_until=maybe_time(row[13]),
        first_response_due=maybe_time(row[14]),
        first_response_at=maybe_time(row[15]),
        solved_at=maybe_time(row[16]),
        merged_into=row[17],
        split_from=row[18],
        reply_count=row[19],
        note_count=row[20],
        last_reply_id=row[21],
        last_message_id=row[22],
        attachments=decode_attachments(row[23]),
        last_reply=_decode_last_message(row[24], MessageKind.REPLY),
        last_note=_decode_last_message(row[25], MessageKind.NOTE),
        assignee_name=row[27],
    )


def encode_last_message(message: LastMessage | None) -> str:
    """Return what a column keeps of the last message; `decode_values` reads it."""
    return "" if message is None else f"{message.author}\n{message.excerpt}"


def _decode_last_message(text: str, kind: MessageKind) -> LastMessage | None:
    if not text:
        return None
    author, _, excerpt = text.partition("\n")
    return LastMessage(UserId(author), kind, excerpt)


def decode_attachments(text: str) -> tuple[Attachment, ...]:
    """Return the attachments of a row of a ticket or message."""
    # Nearly every row has none, and a list is made of many rows.
    return () if text == "[]" else tuple(Attachment(*values) for values in json.loads(text))
