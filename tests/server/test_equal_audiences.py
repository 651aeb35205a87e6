"""A ticket is encoded once: for both audiences only where both are shown the same, for event and answer always."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hero_assistance_sdk import wire
from hero_assistance_sdk.wire import MessageId, MessageKind, Priority, Seq, Status, TicketId, UserId
from hero_assistance_server import serializers
from hero_assistance_server.events.change_builder import build_filing
from hero_assistance_server.events.event_encoder import Encoder
from hero_assistance_server.tickets.event_types import TICKET_CREATED
from hero_assistance_server.tickets.model import LastMessage, Ticket
from hero_assistance_server.tickets.sharing import NOTHING_SHARED, Sharing

pytestmark = pytest.mark.pure

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLAIN = Ticket(
    ticket_id=TicketId(1),
    title="The VPN is down",
    body="It worked yesterday.",
    status=Status.NEW,
    priority=Priority.NORMAL,
    tags=(),
    customer=UserId("carol"),
    customer_name="Carol",
    created_at=NOON,
    updated_at=NOON,
    public_updated_at=NOON,
)
# Every field of a ticket with a value that no plain one has.
OTHERWISE: dict[str, object] = {
    "ticket_id": TicketId(2),
    "title": "Printer",
    "body": "",
    "status": Status.SNOOZED,
    "priority": Priority.LOW,
    "tags": ("vpn",),
    "customer": UserId("dave"),
    "customer_name": "Dave",
    "created_at": NOON - timedelta(days=1),
    "updated_at": NOON + timedelta(seconds=1),
    "public_updated_at": NOON - timedelta(seconds=1),
    "collaborators": (UserId("dave"),),
    "assignee": UserId("bob"),
    "followers": (UserId("bob"),),
    "snoozed_until": NOON,
    "first_response_due": NOON,
    "first_response_at": NOON,
    "solved_at": NOON,
    "merged_into": TicketId(7),
    "split_from": TicketId(7),
    "reply_count": 3,
    "note_count": 1,
    "last_reply_id": MessageId(9),
    "last_message_id": MessageId(9),
    "attachments": (),
    "last_reply": LastMessage(UserId("bob"), MessageKind.REPLY, "Since when?"),
    "last_note": LastMessage(UserId("bob"), MessageKind.NOTE, "The gateway."),
    "assignee_name": "Bob",
}


def test_no_field_is_forgotten() -> None:
    assert set(OTHERWISE) == set(Ticket.__dataclass_fields__)


@pytest.mark.parametrize("field", OTHERWISE)
@pytest.mark.parametrize("status", Status)
def test_alike_is_alike(field: str, status: Status) -> None:
    ticket = replace(replace(PLAIN, status=status), **{field: OTHERWISE[field]})  # type: ignore[arg-type]
    for sharing in (NOTHING_SHARED, Sharing(tags=True, assignee=True)):
        if serializers.is_shown_alike(ticket, sharing):
            shown = serializers.ticket(ticket, staff=False, sharing=sharing)
            assert serializers.ticket(ticket, staff=True) == shown


def test_a_plain_ticket_is_shown_alike() -> None:
    assert serializers.is_shown_alike(PLAIN)


@pytest.mark.parametrize("field", OTHERWISE)
@pytest.mark.parametrize("staff", [True, False])
def test_a_ticket_told_and_answered_is_its_wire_type(field: str, staff: bool) -> None:
    """Also when the same encoder has just made the other audience's, or the ticket as it was before."""
    ticket = replace(PLAIN, **{field: OTHERWISE[field]})  # type: ignore[arg-type]
    encoder = Encoder()
    encoder.ticket(PLAIN, staff=staff)
    encoder.ticket(ticket, staff=not staff)
    change = build_filing(TICKET_CREATED, ticket)
    told = wire.Event.model_validate_json(encoder.event(change, Seq(1), staff=staff))
    assert told.ticket == wire.Ticket.model_validate_json(encoder.ticket(ticket, staff=staff))
    assert told.ticket == serializers.ticket(ticket, staff=staff)
    assert told.model_dump(exclude={"ticket"}) == {"seq": 1, "kind": change.kind.name, "message": None, "record": None}
