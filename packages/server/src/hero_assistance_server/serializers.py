"""Serializes tickets, messages and changes to wire types, for each audience."""

from __future__ import annotations

from typing import Any

from hero_assistance_sdk import wire
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.messages.model import Message
from hero_assistance_server.texts import excerpt
from hero_assistance_server.tickets.model import LastMessage, Ticket
from hero_assistance_server.tickets.sharing import NOTHING_SHARED, Sharing
from hero_assistance_server.timestamps import maybe_millis, millis
from hero_assistance_server.users.model import User


def user(user: User, *, staff: bool) -> wire.User:
    """Serialize a user; only agents see the e-mail address."""
    return wire.User(
        user_id=user.user_id,
        name=user.name,
        role=user.role,
        email=user.email if staff else None,
        active=user.active,
        shows_presence=user.shows_presence or not staff,
        signature=user.signature if staff and user.is_staff else None,
        language=user.language if staff else None,
        time_zone=user.time_zone if staff else None,
    )


def project(project: wire.Project, *, staff: bool) -> wire.Project:
    """The settings without what is only among agents."""
    if staff:
        return project
    inside = (
        "files_bytes_per_customer",
        "files_bytes",
        "event_retention_days",
        "backup_hours",
        "backups_kept",
        "enrol_newcomers",
        "mail_newcomers",
        "mail_servers",
        "open_hours",
        "time_zone",
        "holidays",
        # They name tags of every ticket, also where customers see those of their own.
        "tag_colours",
    )
    return project.model_copy(update={"first_response_minutes": {}, **dict.fromkeys(inside)})


def record(record: wire.Record | None, *, staff: bool) -> wire.Record | None:
    """A record as its reader may see it."""
    if isinstance(record, wire.User) and not staff:
        hidden = {"email": None, "shows_presence": True, "signature": None, "language": None, "time_zone": None}
        return record.model_copy(update=hidden)
    if isinstance(record, wire.Project):
        return project(record, staff=staff)
    if isinstance(record, wire.Rating):
        return rating(record, staff=staff)
    return record


def rating(rating: wire.Rating, *, staff: bool) -> wire.Rating:
    """The rating, for a customer without the agent."""
    return rating if staff else rating.model_copy(update={"agent": None})


def attachment(attachment: Attachment) -> wire.Attachment:
    """Serialize an attachment, alike for every audience."""
    return wire.Attachment(
        attachment_id=attachment.attachment_id,
        name=attachment.name,
        size=attachment.size,
        type=attachment.type,
        width=attachment.width,
        height=attachment.height,
    )


def ticket(ticket: Ticket, *, staff: bool, sharing: Sharing = NOTHING_SHARED) -> wire.Ticket:
    """The ticket as agents see it, or as its customer does: without a trace of what is only among agents."""
    return wire.Ticket(
        body=ticket.body,
        attachments=[attachment(one) for one in ticket.attachments],
        **_summary_fields(ticket, staff, sharing),
    )


def ticket_summary(ticket: Ticket, *, staff: bool, sharing: Sharing = NOTHING_SHARED) -> wire.TicketSummary:
    """What a list shows of the ticket; of its text the beginning is enough."""
    return wire.TicketSummary(**_summary_fields(ticket, staff, sharing))


def listed_ticket(
    ticket: Ticket, *, staff: bool, unread: int | None, sharing: Sharing = NOTHING_SHARED
) -> wire.ListedTicket:
    """What a list shows of the ticket to one reader, who has so much of it unread."""
    return wire.ListedTicket(unread=unread, **_summary_fields(ticket, staff, sharing))


def _summary_fields(ticket: Ticket, staff: bool, sharing: Sharing) -> dict[str, Any]:
    snoozed = ticket.status is wire.Status.SNOOZED
    with_assignee = staff or sharing.assignee
    return {
        "ticket_id": ticket.ticket_id,
        "title": ticket.title,
        "excerpt": excerpt(ticket.body),
        "status": wire.Status.OPEN if snoozed and not staff else ticket.status,
        "priority": ticket.priority,
        "tags": list(ticket.tags) if staff or sharing.tags else [],
        "customer": ticket.customer,
        "customer_name": ticket.customer_name,
        "collaborators": list(ticket.collaborators),
        "assignee": ticket.assignee if with_assignee else None,
        "assignee_name": ticket.assignee_name if with_assignee else None,
        "followers": list(ticket.followers) if staff else [],
        "snoozed_until": maybe_millis(ticket.snoozed_until) if staff else None,
        "first_response_due": maybe_millis(ticket.first_response_due) if staff else None,
        "first_response_at": maybe_millis(ticket.first_response_at),
        "solved_at": maybe_millis(ticket.solved_at),
        "merged_into": ticket.merged_into,
        "split_from": ticket.split_from,
        "created_at": millis(ticket.created_at),
        "updated_at": millis(ticket.updated_at if staff else ticket.public_updated_at),
        "message_count": ticket.reply_count + (ticket.note_count if staff else 0),
        "last_message_id": last_message_id(ticket, staff=staff),
        "last_message": _last_message(ticket.last_message if staff else ticket.last_reply),
    }


def _last_message(message: LastMessage | None) -> wire.LastMessage | None:
    if message is None:
        return None
    return wire.LastMessage(author=message.author, kind=message.kind, excerpt=message.excerpt)


def last_message_id(ticket: Ticket, *, staff: bool) -> wire.MessageId:
    """The last message of the thread as this audience sees it, 0 before the first."""
    return ticket.last_message_id if staff else ticket.last_reply_id


def message(message: Message) -> wire.Message:
    """Serialize a message, alike for all who may read it."""
    return wire.Message(
        message_id=message.message_id,
        ticket_id=message.ticket_id,
        kind=message.kind,
        author=message.author,
        author_name=message.author_name,
        body=message.body,
        created_at=millis(message.created_at),
        edited_at=maybe_millis(message.edited_at),
        attachments=[attachment(one) for one in message.attachments],
    )


def is_shown_alike(ticket: Ticket, sharing: Sharing = NOTHING_SHARED) -> bool:
    """Whether both audiences are shown the same of a ticket, which is told sooner than by making both."""
    return not sharing.hidden_of(ticket) and is_shown_alike_but_for_sharing(ticket)


def is_shown_alike_but_for_sharing(ticket: Ticket) -> bool:
    """Whether both audiences are shown the same of a ticket, apart from what a setting shares with customers."""
    hidden = (ticket.followers, ticket.snoozed_until, ticket.first_response_due, ticket.note_count)
    same_end = ticket.last_message_id == ticket.last_reply_id and ticket.last_note is None
    if ticket.status is wire.Status.SNOOZED or any(hidden):
        return False
    return same_end and ticket.updated_at == ticket.public_updated_at
