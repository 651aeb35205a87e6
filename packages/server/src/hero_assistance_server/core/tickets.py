"""Commands on tickets: from the state and what is asked to the change that is to be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.wire import EventKind, MessageId, MessageKind, Priority, Status, TicketId
from hero_assistance_server.core.model import Audience, Change, Message, Ticket, User
from hero_assistance_server.core.states import Trigger, after


def create(
    *,
    customer: User,
    ticket_id: TicketId,
    title: str,
    body: str,
    priority: Priority,
    tags: Sequence[str],
    now: datetime,
) -> Change[None]:
    """File a ticket; who files it is its customer, whatever their role."""
    ticket = Ticket(
        ticket_id=ticket_id,
        title=title,
        body=body,
        status=Status.NEW,
        priority=priority,
        tags=tuple(dict.fromkeys(tags)),
        customer=customer.user_id,
        customer_name=customer.name,
        created_at=now,
        updated_at=now,
        public_updated_at=now,
    )
    return Change(EventKind.TICKET_CREATED, ticket, None, Audience(ticket.customer))


def reply(*, ticket: Ticket, author: User, message_id: MessageId, body: str, now: datetime) -> Change[Message]:
    """Answer where the customer sees it; raises `Conflict` when the ticket takes no replies."""
    by_customer = author.user_id == ticket.customer
    trigger = Trigger.CUSTOMER_REPLIED if by_customer else Trigger.AGENT_REPLIED
    changed = replace(
        ticket,
        status=_moved(ticket, trigger),
        updated_at=now,
        public_updated_at=now,
        reply_count=ticket.reply_count + 1,
    )
    message = _message(changed, MessageKind.REPLY, author, message_id, body, now)
    return Change(EventKind.MESSAGE_REPLIED, changed, message, Audience(ticket.customer))


def note(*, ticket: Ticket, author: User, message_id: MessageId, body: str, now: datetime) -> Change[Message]:
    """Write to the agents; nothing that the customer is shown changes."""
    changed = replace(
        ticket,
        status=_moved(ticket, Trigger.NOTED),
        updated_at=now,
        note_count=ticket.note_count + 1,
    )
    message = _message(changed, MessageKind.NOTE, author, message_id, body, now)
    return Change(EventKind.MESSAGE_NOTED, changed, message, Audience(None))


def _moved(ticket: Ticket, trigger: Trigger) -> Status:
    status = after(ticket.status, trigger)
    if status is None:
        raise Conflict(f"ticket {ticket.ticket_id} is {ticket.status.value}", hint="file a new ticket")
    return status


def _message(
    ticket: Ticket, kind: MessageKind, author: User, message_id: MessageId, body: str, now: datetime
) -> Message:
    return Message(message_id, ticket.ticket_id, kind, author.user_id, author.name, body, now)
