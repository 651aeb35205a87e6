"""Renames tags."""

from __future__ import annotations

from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tags.rules import renamed_tags
from hero_assistance_server.tickets.ticket_update import Patch, update

# Tickets of one transaction: other writers wait for it some 50 ms.
PORTION = 50


def rename_tag(work: UnitOfWork, caller: Caller, tag: str, into: str) -> int:
    """Rename a tag on the next `PORTION` tickets; returns on how many."""
    targets = work.project.targets()
    chosen = work.tags.list_tickets(tag, PORTION)
    for ticket_id in chosen:
        ticket = work.tickets.find(ticket_id)
        if ticket is None:
            raise ValueError(f"ticket {ticket_id} is listed and does not exist")
        patch = Patch(tags=renamed_tags(ticket.tags, tag, into))
        change = update(ticket=ticket, by=caller.known(), patch=patch, targets=targets, now=work.now)
        if change is not None:
            work.apply(change, caller)
    return len(chosen)
