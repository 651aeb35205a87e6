"""Saves, reads and deletes the caller's drafts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hero_assistance_sdk.errors import Conflict, DraftMoved, Forbidden
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import AttachmentId, MessageId, MessageKind, Millis, TicketId
from hero_assistance_server.attachments.service import find_unused_uploads
from hero_assistance_server.drafts import rules
from hero_assistance_server.drafts.repository import DraftPlace
from hero_assistance_server.drafts.rules import Draft, DraftKey
from hero_assistance_server.identity.permissions import MAIL_ORIGIN, Caller
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets.visibility import visible_ticket
from hero_assistance_server.timestamps import millis

# The method that sends the draft of a message.
_SENDS = {MessageKind.REPLY: "message.reply", MessageKind.NOTE: "message.note"}


def draft_key(snapshot: Snapshot, caller: Caller, ticket_id: TicketId | None, kind: MessageKind) -> DraftKey:
    """Return the key of a draft of the caller's; raises `NotFound` for a hidden ticket, `Forbidden` for a note."""
    if ticket_id is not None:
        visible_ticket(snapshot, caller, ticket_id)
    if kind is MessageKind.NOTE and not caller.is_staff:
        raise Forbidden("notes are among agents", kind=RefusalKind.TEAM_ONLY)
    return DraftKey(caller.known().user_id, ticket_id, kind)


@dataclass(frozen=True, slots=True)
class DraftText:
    """What is saved as a draft, and the version that it goes on from: 0 for none, `None` asks for no check."""

    body: str
    title: str = ""
    client_token: str | None = None
    attachment_ids: tuple[AttachmentId, ...] = ()
    based_on: Millis | None = None


def save_draft(
    work: UnitOfWork, caller: Caller, ticket_id: TicketId | None, kind: MessageKind, text: DraftText
) -> Draft:
    """Write a draft in place of the one before; raises `NotFound`, `Forbidden`, `Conflict` or `DraftMoved`.

    A save that comes after its text was sent, by the token, is refused: it would bring back what was sent.
    """
    key = draft_key(work, caller, ticket_id, kind)
    if text.title and ticket_id is not None:
        raise Conflict("only a new ticket has a title", hint="leave the title out", kind=RefusalKind.PARAMS_DISAGREE)
    before = work.drafts.find(key)
    sent = _find_sent(work, key, text.client_token)
    if sent is not None:
        raise DraftMoved(sent=sent, updated_at=0 if before is None else millis(before.updated_at))
    rules.check_version(before, text.based_on)
    uploads = find_unused_uploads(work, caller, text.attachment_ids)
    draft = Draft(
        key,
        text.title,
        text.body,
        rules.next_time(work.now, before),
        text.client_token,
        tuple(upload.attachment_id for upload in uploads),
    )
    change = rules.save(draft, work.drafts.count_others(key))
    work.drafts.save(draft)
    work.apply(change, caller)
    return draft


def _find_sent(work: UnitOfWork, key: DraftKey, token: str | None) -> str | None:
    """Return the text that the author has sent with a token; `None` when that was not used."""
    if key.ticket_id is None:
        made = work.client_tokens.find(key.author, "ticket.create", token)
        ticket = None if made is None else work.tickets.find(TicketId(made))
        return None if ticket is None else ticket.body
    made = work.client_tokens.find(key.author, _SENDS[key.kind], token)
    message = None if made is None else work.messages.find(MessageId(made))
    return None if message is None else message.body


def iterate_drafts(snapshot: Snapshot, caller: Caller, after: DraftPlace) -> Iterator[Draft]:
    """Yield the caller's drafts behind a place that they may still send, the latest first."""
    found = snapshot.drafts.iterate_for(caller.known().user_id, after)
    return (draft for draft in found if _may_send(snapshot, caller, draft.key))


def delete_draft(
    work: UnitOfWork, caller: Caller, ticket_id: TicketId | None, kind: MessageKind, based_on: Millis | None = None
) -> bool:
    """Delete a draft; returns whether there was one. Raises `NotFound`, `Forbidden` or `DraftMoved`."""
    key = draft_key(work, caller, ticket_id, kind)
    found = work.drafts.find(key)
    if found is not None:
        rules.check_version(found, based_on)
    return _delete(work, caller, key)


def delete_sent_draft(
    work: UnitOfWork, caller: Caller, ticket_id: TicketId | None, kind: MessageKind, token: str | None
) -> None:
    """Delete the draft of what the caller sends with this command; a mail is no draft of a page.

    What was begun while this text was on its way has a token of its own, and stays.
    """
    if caller.origin == MAIL_ORIGIN:
        return
    _delete(work, caller, DraftKey(caller.known().user_id, ticket_id, kind), token)


def _delete(work: UnitOfWork, caller: Caller, key: DraftKey, sent_with: str | None = None) -> bool:
    deleted = work.drafts.delete(key, sent_with)
    if deleted:
        work.apply(rules.delete(key), caller)
    return deleted


def _may_send(snapshot: Snapshot, caller: Caller, key: DraftKey) -> bool:
    """Return whether the author may still send it: they may have been an agent, or a collaborator, before."""
    if caller.is_staff or key.ticket_id is None:
        return caller.is_staff or key.kind is MessageKind.REPLY
    ticket = snapshot.tickets.find(key.ticket_id)
    return ticket is not None and caller.sees(ticket) and key.kind is MessageKind.REPLY
