"""What each audience is shown of tickets, messages and changes, as wire types."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hero_assistance_sdk import wire
from hero_assistance_server.core.model import Change, Message, Ticket, User

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def millis(time: datetime) -> wire.Millis:
    """Whole milliseconds since 1970."""
    return wire.Millis((time - _EPOCH) // _MILLISECOND)


def time_of(value: int) -> datetime:
    """The time that `millis` made `value` of."""
    return _EPOCH + value * _MILLISECOND


def user(user: User) -> wire.User:
    return wire.User(user_id=user.user_id, name=user.name, role=user.role)


def ticket(ticket: Ticket, *, staff: bool) -> wire.Ticket:
    """The ticket as agents see it, or as its customer does: without a trace of notes."""
    return wire.Ticket(
        ticket_id=ticket.ticket_id,
        title=ticket.title,
        body=ticket.body,
        status=ticket.status,
        priority=ticket.priority,
        tags=list(ticket.tags),
        customer=ticket.customer,
        customer_name=ticket.customer_name,
        created_at=millis(ticket.created_at),
        updated_at=millis(ticket.updated_at if staff else ticket.public_updated_at),
        message_count=ticket.reply_count + (ticket.note_count if staff else 0),
    )


def message(message: Message) -> wire.Message:
    return wire.Message(
        message_id=message.message_id,
        ticket_id=message.ticket_id,
        kind=message.kind,
        author=message.author,
        author_name=message.author_name,
        body=message.body,
        created_at=millis(message.created_at),
    )


def event(change: Change[Message | None], seq: wire.Seq, *, staff: bool) -> wire.Event:
    return wire.Event(
        seq=seq,
        kind=change.kind,
        ticket=ticket(change.ticket, staff=staff),
        message=message(change.message) if change.message else None,
    )
