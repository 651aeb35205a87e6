"""Writes, edits and lists messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial

from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, ThreadMoved, TicketMerged
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import AttachmentId, MessageId, MessageKind, TicketId, UserId
from hero_assistance_server import serializers
from hero_assistance_server.attachments.service import find_uploads
from hero_assistance_server.audit.repository import AuditQuery, StoredAuditEntry
from hero_assistance_server.drafts.service import delete_sent_draft
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages import rules
from hero_assistance_server.messages.event_types import MESSAGE_EDITED
from hero_assistance_server.messages.mentions import find_mentioned
from hero_assistance_server.messages.model import Message, ReplyOptions
from hero_assistance_server.messages.repository import ThreadPlace
from hero_assistance_server.messages.visibility import sees_message, sees_notes
from hero_assistance_server.rpc.pages import Page, fill_page
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets.change_service import release_assignee, update_ticket
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import Patch
from hero_assistance_server.tickets.visibility import follow_merges, visible_ticket
from hero_assistance_server.users.model import User

REPLY = "message.reply"
NOTE = "message.note"
# Of the messages that an author has not seen, an error shows the first ones.
UNSEEN_SHOWN = 20
_PLAIN = ReplyOptions()
_METHODS = {MessageKind.REPLY: REPLY, MessageKind.NOTE: NOTE}


def write_message(
    work: UnitOfWork,
    caller: Caller,
    kind: MessageKind,
    ticket_id: TicketId,
    *,
    body: str,
    client_token: str | None,
    attachment_ids: Sequence[AttachmentId],
    options: ReplyOptions = _PLAIN,
) -> Message:
    """Write a reply or a note, or return the one that this client token made.

    What a customer replies to a merged ticket is written on the one that it was merged into. Raises `NotFound`,
    `Conflict` or `TooLarge`, and with `options.last_seen` `ThreadMoved` when others have written since.
    """
    author, method = caller.known(), _METHODS[kind]
    addressed = visible_ticket(work, caller, ticket_id)
    made = work.client_tokens.find(author.user_id, method, client_token)
    if made is not None:
        return _made_before(work, MessageId(made), addressed)
    ticket = _find_open_end(work, caller, addressed, kind)
    if options.last_seen is not None:
        _check_seen(work, caller, ticket.ticket_id, options.last_seen)
    write = (
        partial(rules.note, mentioned=find_mentioned(work, author, body)) if kind is MessageKind.NOTE else rules.reply
    )
    change = write(
        ticket=ticket,
        author=author,
        message_id=work.messages.next_id(),
        body=body,
        now=work.now,
        follows=work.messages.last_time(ticket.ticket_id),
        attachments=find_uploads(work, caller, attachment_ids),
    )
    work.apply(change, caller)
    written = release_assignee(work, caller, change.ticket, before=ticket.status)
    if options.status is not None:
        update_ticket(work, caller, written, Patch(status=options.status))
    work.client_tokens.add(author.user_id, method, client_token, change.message.message_id, work.now)
    delete_sent_draft(work, caller, ticket_id, kind, client_token)
    return change.message


def edit_message(work: UnitOfWork, caller: Caller, message_id: MessageId, body: str) -> Message:
    """Give a message of the caller's another text; raises `NotFound`, `Forbidden` or `Conflict`."""
    message, ticket = _visible_message(work, caller, message_id)
    mentioned = _find_new_mentioned(work, caller.known(), message, body)
    change = rules.edit(ticket=ticket, message=message, by=caller.known(), body=body, now=work.now, mentioned=mentioned)
    if change is None:
        return message
    work.apply(change, caller)
    return change.message


def iterate_messages(snapshot: Snapshot, caller: Caller, ticket_id: TicketId, before: ThreadPlace) -> Iterator[Message]:
    """Yield a ticket's messages before a place, the last first: to staff with the notes, to customers without.

    Raises `NotFound`.
    """
    visible_ticket(snapshot, caller, ticket_id)
    return snapshot.messages.iterate_newest(ticket_id, notes=sees_notes(caller), before=before)


def iterate_edits(snapshot: Snapshot, caller: Caller, message_id: MessageId, before: int) -> Iterator[StoredAuditEntry]:
    """Yield the edits of a message before one, the latest first; its text may have been erased from some.

    Raises `NotFound`, and `Forbidden` for a message of somebody else: what its author took back is the team's.
    """
    message, _ = _visible_message(snapshot, caller, message_id)
    if not caller.is_staff and message.author != caller.known().user_id:
        raise Forbidden("only agents and its author read what a message said before", kind=RefusalKind.NOT_THE_AUTHOR)
    query = AuditQuery(message_id=message_id, action=MESSAGE_EDITED.name)
    return (entry for entry in snapshot.audit.iterate_newest(query, before) if "old" in entry.detail)


def _visible_message(snapshot: Snapshot, caller: Caller, message_id: MessageId) -> tuple[Message, Ticket]:
    """Return a message and its ticket; raises `NotFound` also when the caller may not know that it exists."""
    message = snapshot.messages.find(message_id)
    ticket = snapshot.tickets.find(message.ticket_id) if message else None
    hidden = ticket is None or not caller.sees(ticket)
    if message is None or ticket is None or hidden or not sees_message(caller, message.kind):
        raise NotFound(f"there is no message {message_id}", kind=RefusalKind.NO_MESSAGE, values={"message": message_id})
    return message, ticket


def _find_new_mentioned(work: UnitOfWork, author: User, message: Message, body: str) -> tuple[UserId, ...]:
    """Return whom the new text of a note names, and the old one did not."""
    if message.kind is not MessageKind.NOTE:
        return ()
    before = find_mentioned(work, author, message.body)
    return tuple(user_id for user_id in find_mentioned(work, author, body) if user_id not in before)


def _check_seen(work: UnitOfWork, caller: Caller, ticket_id: TicketId, seen: MessageId) -> None:
    """Raise `ThreadMoved` when others have written what the author has not seen; one's own does not count."""
    page = _find_unseen(work, caller, ticket_id, seen)
    if page.items:
        raise ThreadMoved([json.loads(item) for item in page.items], and_more=page.last is not None)


def _find_unseen(work: UnitOfWork, caller: Caller, ticket_id: TicketId, seen: MessageId) -> Page[Message]:
    """Return the first messages of others behind `seen`; no query of it is left open in the transaction."""
    newer = work.messages.iterate_after(ticket_id, seen, notes=sees_notes(caller))
    unseen = (message for message in newer if message.author != caller.known().user_id)
    return fill_page(unseen, lambda message: serializers.message(message).model_dump_json().encode(), UNSEEN_SHOWN)


def _find_open_end(work: UnitOfWork, caller: Caller, addressed: Ticket, kind: MessageKind) -> Ticket:
    """Return the ticket that takes a message to `addressed`; raises `TicketMerged` where the author must choose it.

    A customer goes on with the same matter. An agent writes with the thread in view, which is another one now.
    """
    ticket = follow_merges(work, addressed)
    if ticket is addressed:
        return ticket
    if kind is MessageKind.REPLY and caller.known().user_id in addressed.people & ticket.people:
        return ticket
    if caller.is_staff:
        raise TicketMerged(addressed.ticket_id, ticket.ticket_id, hint=f"write on ticket {ticket.ticket_id}")
    raise rules.refuse_closed(addressed.ticket_id)


def _made_before(work: UnitOfWork, message_id: MessageId, addressed: Ticket) -> Message:
    """Return what an earlier request with this token made; raises `Conflict` when that was on another ticket."""
    message = work.messages.find(message_id)
    if message is None or message.ticket_id not in {addressed.ticket_id, follow_merges(work, addressed).ticket_id}:
        raise Conflict(
            "this client_token was used on another ticket",
            hint="make a token for each message",
            kind=RefusalKind.PARAMS_DISAGREE,
        )
    return message
