"""Events of a ticket, as objects and as a server sends them."""

from __future__ import annotations

from hero_assistance_sdk.sse import encode
from hero_assistance_sdk.wire import Event, EventKind, Priority, Seq, Status, Ticket

_TICKET = Ticket.model_validate(
    {
        "ticket_id": 1,
        "title": "t",
        "excerpt": "b",
        "body": "b",
        "status": Status.NEW,
        "priority": Priority.LOW,
        "tags": [],
        "customer": "carol",
        "customer_name": "Carol",
        "created_at": 1,
        "updated_at": 1,
        "collaborators": [],
        "assignee": None,
        "assignee_name": None,
        "followers": [],
        "snoozed_until": None,
        "first_response_due": None,
        "first_response_at": None,
        "solved_at": None,
        "merged_into": None,
        "split_from": None,
        "message_count": 0,
        "last_message": None,
        "last_message_id": 0,
        "attachments": [],
    }
)


def event(seq: int) -> Event:
    return Event(seq=Seq(seq), kind=EventKind("ticket.created"), ticket=_TICKET, message=None, record=None)


def sent(seq: int) -> bytes:
    return encode(event="ticket.created", data=event(seq).model_dump_json(), seq=seq)
