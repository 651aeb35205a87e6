"""Changes tickets: their fields, who takes part, merging and splitting; one ticket or many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from hero_assistance_sdk.errors import HeroError, Unavailable
from hero_assistance_sdk.wire import MessageId, MessageKind, Status, TicketId, UserId
from hero_assistance_server.drafts.rules import DraftKey
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets import rules
from hero_assistance_server.tickets.merging import merge_split
from hero_assistance_server.tickets.merging.merge_split import Entry
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.states import DONE
from hero_assistance_server.tickets.ticket_update import Patch, unassign, update
from hero_assistance_server.tickets.visibility import visible_ticket
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User
from hero_assistance_server.users.service import find_user

# Where a ticket may stay with an agent who is gone.
_AWAY = DONE | {Status.SNOOZED}
Work = TypeVar("Work", bound=UnitOfWork)


@dataclass(frozen=True, slots=True)
class ChangedTicket:
    """The ticket after a change, or the error that prevented it."""

    ticket_id: TicketId
    ticket: Ticket | None
    error: HeroError | None


def update_ticket(work: UnitOfWork, caller: Caller, ticket: Ticket, patch: Patch) -> Ticket:
    """Set fields of a ticket, all at once; returns it as it is afterwards. Raises `Forbidden` or `Conflict`."""
    change = update(ticket=ticket, by=caller.known(), patch=patch, targets=work.project.targets(), now=work.now)
    if change is None:
        return ticket
    return release_assignee(work, caller, _apply(work, caller, ticket, [change]), before=ticket.status)


def release_assignee(work: UnitOfWork, caller: Caller, ticket: Ticket, *, before: Status | None) -> Ticket:
    """Take the assignee off a ticket that comes back to an agent who cannot work; returns it as it is then.

    `before` is the status that it had; `None` for a new one. It is in the list of unassigned tickets then.
    """
    comes_back = before is None or (before in _AWAY and ticket.status not in _AWAY)
    if not comes_back or ticket.assignee is None:
        return ticket
    assignee = work.users.find(ticket.assignee)
    if assignee is not None and assignee.can_work:
        return ticket
    return _apply(work, caller, ticket, [unassign(ticket, work.now)])


def change_each(
    work: Work, caller: Caller, ticket_ids: Iterable[TicketId], change: Callable[[Work, Ticket], Ticket]
) -> list[ChangedTicket]:
    """Change each ticket once; one that fails is left as it was, and does not stop the others."""
    return [_change_one(work, caller, ticket_id, change) for ticket_id in dict.fromkeys(ticket_ids)]


def follow_ticket(work: UnitOfWork, caller: Caller, ticket_id: TicketId, *, following: bool) -> Ticket:
    """Take part in a ticket, or no longer; returns it as it is afterwards. Raises `NotFound`."""
    ticket = visible_ticket(work, caller, ticket_id)
    change = rules.follow(ticket=ticket, agent=caller.known(), following=following, now=work.now)
    return ticket if change is None else _apply(work, caller, ticket, [change])


def invite(work: UnitOfWork, caller: Caller, ticket_id: TicketId, guest: UserId) -> Ticket:
    """Make a customer a collaborator; returns the ticket as it is afterwards. Raises `NotFound` or `Conflict`."""
    return add_guest(work, caller, visible_ticket(work, caller, ticket_id), find_user(work, guest))


def add_guest(work: UnitOfWork, caller: Caller, ticket: Ticket, guest: User) -> Ticket:
    """Make a user a collaborator, whose address waits no longer; returns the ticket as it is afterwards."""
    after = _apply(work, caller, ticket, rules.invite(ticket=ticket, guest=guest, now=work.now))
    _end_invitation(work, ticket.ticket_id, guest)
    return after


def uninvite(work: UnitOfWork, caller: Caller, ticket_id: TicketId, guest: UserId) -> Ticket:
    """Remove a collaborator; returns the ticket as it is afterwards. Raises `NotFound` or `Forbidden`."""
    ticket = visible_ticket(work, caller, ticket_id)
    rules.may_uninvite(ticket=ticket, by=caller.known(), guest=guest)
    changes = rules.uninvite(ticket=ticket, guest=guest, now=work.now)
    if changes:
        # The event that hides the ticket from the guest's screens takes the draft with it.
        work.drafts.delete(DraftKey(guest, ticket_id, MessageKind.REPLY))
        # They would join again by one that waits.
        _end_invitation(work, ticket_id, find_user(work, guest))
    return _apply(work, caller, ticket, changes)


def merge_tickets(
    work: UnitOfWork, caller: Caller, ticket_id: TicketId, into: TicketId, *, reopen: bool = False
) -> Ticket:
    """Move the messages of a ticket to another one, close it and return the other. Raises `NotFound` or `Conflict`.

    Who was invited to the first one, and has not joined it, joins neither: the other one was not shared with them.
    """
    source, target = visible_ticket(work, caller, ticket_id), visible_ticket(work, caller, into)
    changes = merge_split.merge(
        source=source,
        target=target,
        entries=work.messages.list_entries(ticket_id),
        last_of_target=_list_last_entries(work, target),
        message_id=work.messages.next_id(),
        now=work.now,
        reopen=reopen,
    )
    work.read_receipts.add_for_authors(ticket_id, work.now)
    for waiting in work.guest_invitations.list_of_ticket(ticket_id):
        work.guest_invitations.delete(ticket_id, waiting.address)
    return release_assignee(work, caller, _apply_to_first(work, caller, changes), before=target.status)


def split_ticket(
    work: UnitOfWork, caller: Caller, ticket_id: TicketId, message_ids: Iterable[MessageId], title: str
) -> Ticket:
    """Make a new ticket of some messages, and return it. Raises `NotFound` or `Conflict`."""
    part_id = work.tickets.next_id()
    changes = merge_split.split(
        source=visible_ticket(work, caller, ticket_id),
        entries=work.messages.list_entries(ticket_id),
        chosen=frozenset(message_ids),
        ticket_id=part_id,
        title=title,
        now=work.now,
    )
    work.read_receipts.add_for_authors(ticket_id, work.now)
    part = _apply_to_first(work, caller, changes)
    work.read_receipts.copy_to_part(part_id)
    return release_assignee(work, caller, part, before=None)


def _end_invitation(work: UnitOfWork, ticket_id: TicketId, guest: User) -> None:
    if guest.email:
        work.guest_invitations.delete(ticket_id, fold_name(guest.email))


def _list_last_entries(work: UnitOfWork, ticket: Ticket) -> list[Entry]:
    found = [work.messages.find(message_id) for message_id in {ticket.last_reply_id, ticket.last_message_id}]
    return [Entry.of(one) for one in found if one is not None]


def _apply(work: UnitOfWork, caller: Caller, ticket: Ticket, changes: Iterable[AnyChange]) -> Ticket:
    """Write the changes; returns the ticket as it is afterwards."""
    for change in changes:
        work.apply(change, caller)
        if change.ticket is not None and change.ticket.ticket_id == ticket.ticket_id:
            ticket = change.ticket
    return ticket


def _apply_to_first(work: UnitOfWork, caller: Caller, changes: list[AnyChange]) -> Ticket:
    """Write the changes; returns the ticket of the first."""
    for change in changes:
        work.apply(change, caller)
    first = changes[0].ticket
    if first is None:
        raise ValueError("a change of a thread is about a ticket")
    return first


def _change_one(
    work: Work, caller: Caller, ticket_id: TicketId, change: Callable[[Work, Ticket], Ticket]
) -> ChangedTicket:
    try:
        with work.part():
            ticket = change(work, visible_ticket(work, caller, ticket_id))
    except Unavailable:
        raise
    except HeroError as error:
        return ChangedTicket(ticket_id, None, error)
    return ChangedTicket(ticket_id, ticket, None)
