"""Commands on the messages of one ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hero_assistance_sdk.errors import Conflict, Forbidden, TicketMerged
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import MessageId, MessageKind, Status, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.events.change_builder import build_change
from hero_assistance_server.events.model import Change
from hero_assistance_server.messages.event_types import MESSAGE_EDITED, MESSAGE_NOTED, MESSAGE_REPLIED
from hero_assistance_server.messages.model import Message
from hero_assistance_server.texts import excerpt
from hero_assistance_server.tickets.model import LastMessage, Ticket
from hero_assistance_server.tickets.states import Trigger, after
from hero_assistance_server.tickets.ticket_update import with_status
from hero_assistance_server.users.model import User

EDIT_WINDOW = timedelta(minutes=5)
# A reply takes a ticket out of these; that it moves one that is open or waiting says nothing new.
_PUT_AWAY = frozenset({Status.SOLVED, Status.SNOOZED})


def reply(
    *,
    ticket: Ticket,
    author: User,
    message_id: MessageId,
    body: str,
    now: datetime,
    follows: datetime | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> Change[Ticket, Message]:
    """Write a reply, which `follows` the time of the last message; raises `Conflict` when it takes no replies."""
    at = _later(ticket, now, follows)
    message = _message(ticket, MessageKind.REPLY, author, message_id, body=body, at=at, attachments=attachments)
    outside = author.user_id in ticket.people
    trigger = Trigger.CUSTOMER_REPLIED if outside else Trigger.AGENT_REPLIED
    answered = ticket.first_response_at or (None if outside else message.created_at)
    written = replace(
        with_status(ticket, _choose_status(ticket, trigger), now),
        reply_count=ticket.reply_count + 1,
        last_reply_id=message_id,
        last_message_id=message_id,
        last_reply=last_message(message),
        last_note=None,
        first_response_at=answered,
        followers=_add_follower(ticket, author),
    )
    detail = _moved_detail(ticket.status, written.status)
    return build_change(MESSAGE_REPLIED, ticket, written, now, message=message, public=True, detail=detail)


def note(
    *,
    ticket: Ticket,
    author: User,
    message_id: MessageId,
    body: str,
    now: datetime,
    follows: datetime | None = None,
    attachments: tuple[Attachment, ...] = (),
    mentioned: tuple[UserId, ...] = (),
) -> Change[Ticket, Message]:
    """Write a note to the agents, which `follows` the time of the last message; the customer sees no change.

    Who is `mentioned` takes part from now on, and the audit trail names them.
    """
    at = _later(ticket, now, follows)
    message = _message(ticket, MessageKind.NOTE, author, message_id, body=body, at=at, attachments=attachments)
    written = replace(
        ticket,
        status=_choose_status(ticket, Trigger.NOTED),
        note_count=ticket.note_count + 1,
        last_message_id=message_id,
        last_note=last_message(message),
        followers=_with_mentioned(ticket, _add_follower(ticket, author), mentioned),
    )
    return build_change(MESSAGE_NOTED, ticket, written, now, message=message, detail=_mention_detail(mentioned))


def edit(
    *, ticket: Ticket, message: Message, by: User, body: str, now: datetime, mentioned: tuple[UserId, ...] = ()
) -> Change[Ticket, Message] | None:
    """Correct one's own message while its window is open; the audit trail keeps the old text.

    `mentioned` are those whom the old text did not name. `None` when it says that already; raises `Forbidden` for
    another's message, `Conflict` when it is too late.
    """
    if message.author != by.user_id:
        raise Forbidden("only its author edits a message", kind=RefusalKind.NOT_THE_AUTHOR)
    if now - message.created_at > EDIT_WINDOW:
        minutes = EDIT_WINDOW // timedelta(minutes=1)
        raise Conflict(
            f"a message can be edited for {minutes} minutes",
            hint="write another one",
            kind=RefusalKind.EDIT_WINDOW_OVER,
            values={"minutes": minutes},
        )
    if message.body == body:
        return None
    edited = replace(message, body=body, edited_at=now)
    return build_change(
        MESSAGE_EDITED,
        ticket,
        replace(_with_edited(ticket, edited), followers=_with_mentioned(ticket, ticket.followers, mentioned)),
        now,
        message=edited,
        public=message.kind is MessageKind.REPLY,
        detail={"old": message.body, **_mention_detail(mentioned)},
    )


def refuse_closed(ticket_id: TicketId) -> Conflict:
    """Return why a ticket takes no message."""
    return Conflict(
        f"ticket {ticket_id} is closed",
        hint="file a new ticket",
        kind=RefusalKind.TICKET_CLOSED,
        values={"ticket": ticket_id},
    )


def last_message(message: Message) -> LastMessage:
    """Return what a list shows of a message when it is the last one."""
    return LastMessage(message.author, message.kind, excerpt(message.body))


def _with_edited(ticket: Ticket, edited: Message) -> Ticket:
    """Return the ticket with the first words of its last messages, one of which may be the edited one."""
    if edited.message_id == ticket.last_reply_id:
        return replace(ticket, last_reply=last_message(edited))
    return replace(ticket, last_note=last_message(edited)) if edited.message_id == ticket.last_message_id else ticket


def _with_mentioned(ticket: Ticket, followers: tuple[UserId, ...], mentioned: tuple[UserId, ...]) -> tuple[UserId, ...]:
    taking_part = ticket.people | ticket.participants | set(followers)
    return (*followers, *(user_id for user_id in mentioned if user_id not in taking_part))


def _mention_detail(mentioned: tuple[UserId, ...]) -> dict[str, str]:
    return {"mentioned": ", ".join(mentioned)} if mentioned else {}


def _moved_detail(before: Status, after: Status) -> dict[str, str]:
    """Return what the audit trail says of a reply that brings a ticket back which was put away."""
    return {"status": after.value, "status.before": before.value} if before in _PUT_AWAY else {}


def _add_follower(ticket: Ticket, author: User) -> tuple[UserId, ...]:
    """Who writes on a ticket takes part in it."""
    if not author.is_staff or author.user_id in ticket.participants | ticket.people:
        return ticket.followers
    return (*ticket.followers, author.user_id)


def _choose_status(ticket: Ticket, trigger: Trigger) -> Status:
    if ticket.merged_into is not None:
        raise TicketMerged(ticket.ticket_id, ticket.merged_into)
    status = after(ticket.status, trigger)
    if status is None:
        raise refuse_closed(ticket.ticket_id)
    return status


def _later(ticket: Ticket, now: datetime, follows: datetime | None) -> datetime:
    """Return the time of a message: the clock of a machine may go back, the times of a thread do not."""
    return max(now, ticket.created_at, follows or now)


def _message(
    ticket: Ticket,
    kind: MessageKind,
    author: User,
    message_id: MessageId,
    *,
    body: str,
    at: datetime,
    attachments: tuple[Attachment, ...],
) -> Message:
    return Message(message_id, ticket.ticket_id, kind, author.user_id, author.name, body, at, attachments=attachments)
