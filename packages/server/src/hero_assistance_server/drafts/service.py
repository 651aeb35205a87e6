"""Saves, reads and deletes the caller's drafts."""

from __future__ import annotations

from collections.abc import Iterator

from hero_assistance_sdk.errors import Conflict, Forbidden
from hero_assistance_sdk.wire import MessageKind, TicketId
from hero_assistance_server.drafts import rules
from hero_assistance_server.drafts.repository import DraftPlace
from hero_assistance_server.drafts.rules import Draft, DraftKey
from hero_assistance_server.identity.permissions import MAIL_ORIGIN, Caller
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets.visibility import visible_ticket


def draft_key(snapshot: Snapshot, caller: Caller, ticket_id: TicketId | None, kind: MessageKind) -> DraftKey:
    """Return the key of a draft of the caller's; raises `NotFound` for a hidden ticket, `Forbidden` for a note."""
    if ticket_id is not None:
        visible_ticket(snapshot, caller, ticket_id)
    if kind is MessageKind.NOTE and not caller.is_staff:
        raise Forbidden("notes are among agents")
    return DraftKey(caller.known().user_id, ticket_id, kind)


def save_draft(
    work: UnitOfWork, caller: Caller, ticket_id: TicketId | None, kind: MessageKind, *, title: str, body: str
) -> Draft:
    """Write a draft in place of the one before; raises `NotFound`, `Forbidden` or `Conflict`."""
    key = draft_key(work, caller, ticket_id, kind)
    if title and ticket_id is not None:
        raise Conflict("only a new ticket has a title", hint="leave the title out")
    draft = Draft(key, title, body, work.now)
    change = rules.save(draft, work.drafts.count_others(key))
    work.drafts.save(draft)
    work.apply(change, caller)
    return draft


def iterate_drafts(snapshot: Snapshot, caller: Caller, after: DraftPlace) -> Iterator[Draft]:
    """Yield the caller's drafts behind a place that they may still send, the latest first."""
    found = snapshot.drafts.iterate_for(caller.known().user_id, after)
    return (draft for draft in found if _may_send(snapshot, caller, draft.key))


def delete_draft(work: UnitOfWork, caller: Caller, ticket_id: TicketId | None, kind: MessageKind) -> bool:
    """Delete a draft; returns whether there was one. Raises `NotFound` or `Forbidden`."""
    return _delete(work, caller, draft_key(work, caller, ticket_id, kind))


def delete_sent_draft(work: UnitOfWork, caller: Caller, ticket_id: TicketId | None, kind: MessageKind) -> None:
    """Delete the draft of what the caller sends with this command; a mail is no draft of a page."""
    if caller.origin == MAIL_ORIGIN:
        return
    _delete(work, caller, DraftKey(caller.known().user_id, ticket_id, kind))


def _delete(work: UnitOfWork, caller: Caller, key: DraftKey) -> bool:
    deleted = work.drafts.delete(key)
    if deleted:
        work.apply(rules.delete(key), caller)
    return deleted


def _may_send(snapshot: Snapshot, caller: Caller, key: DraftKey) -> bool:
    """Return whether the author may still send it: they may have been an agent, or a collaborator, before."""
    if caller.is_staff or key.ticket_id is None:
        return caller.is_staff or key.kind is MessageKind.REPLY
    ticket = snapshot.tickets.find(key.ticket_id)
    return ticket is not None and caller.sees(ticket) and key.kind is MessageKind.REPLY
