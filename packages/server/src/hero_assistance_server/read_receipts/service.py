"""Marks tickets as read, and lists what is unread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hero_assistance_sdk.wire import MessageId, TicketId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages.visibility import sees_notes
from hero_assistance_server.read_receipts import rules
from hero_assistance_server.read_receipts.model import ReadReceipt, TicketReader
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets.visibility import visible_ticket


def mark_read(
    work: UnitOfWork, caller: Caller, ticket_id: TicketId, message_id: MessageId, *, back: bool
) -> ReadReceipt:
    """Move the caller's receipt to a message; returns where it is then. Raises `NotFound`.

    Without `back` it only moves forward: a screen that was asleep takes nothing back. It never moves beyond the last
    message. What was said on a merged ticket is read where it is now.
    """
    user = caller.known()
    ticket = visible_ticket(work, caller, ticket_id)
    if ticket.merged_into is None:
        reached = work.messages.find_last_seen(ticket_id, message_id, notes=sees_notes(user))
        if work.read_receipts.save(user.user_id, ticket_id, reached, work.now, back=back):
            last_read = work.read_receipts.last_read(user.user_id, ticket_id)
            work.record_event(rules.mark(ticket_id, last_read, user))
    (receipt,) = work.read_receipts.list_for(user, [ticket_id])
    return receipt


def list_unread(snapshot: Snapshot, caller: Caller) -> list[ReadReceipt]:
    """Return the receipts of the tickets that are relevant to the caller and have unread messages."""
    user = caller.known()
    found = snapshot.read_receipts.list_for(user, snapshot.read_receipts.list_relevant_tickets(user))
    return [receipt for receipt in found if receipt.unread]


def list_receipts(snapshot: Snapshot, caller: Caller, ticket_ids: Sequence[TicketId]) -> list[ReadReceipt]:
    """Return the receipts of those of the tickets that the caller sees, in their order."""
    tickets = [snapshot.tickets.find(ticket_id) for ticket_id in dict.fromkeys(ticket_ids)]
    visible = [ticket.ticket_id for ticket in tickets if ticket is not None and caller.sees(ticket)]
    return snapshot.read_receipts.list_for(caller.known(), visible)


def iterate_agents(
    snapshot: Snapshot, caller: Caller, ticket_id: TicketId, after: tuple[int, str]
) -> Iterator[TicketReader]:
    """Yield the agents who have read a ticket behind a time and a user, the last one first; raises `NotFound`."""
    visible_ticket(snapshot, caller, ticket_id)
    return snapshot.read_receipts.iterate_agents(ticket_id, after)
