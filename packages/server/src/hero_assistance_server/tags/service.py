"""Renames and colours tags."""

from __future__ import annotations

from collections.abc import Mapping

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import TagColour
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.project.service import update_project
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tags.rules import moved_colours, renamed_tags
from hero_assistance_server.tickets.ticket_update import Patch, update

# Tickets of one transaction: other writers wait for it some 50 ms.
PORTION = 50
# Every page holds all of them, and so does each event of the settings.
COLOURS_LIMIT = 500


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


def move_colour(work: UnitOfWork, caller: Caller, tag: str, into: str) -> None:
    """Give a renamed tag the colour that it had; one that has a colour of its own keeps that."""
    before = work.project.read().tag_colours
    _save_colours(work, caller, before, moved_colours(before, tag, into))


def set_colour(work: UnitOfWork, caller: Caller, tag: str, colour: TagColour | None) -> None:
    """Show a tag in a colour, or in none; raises `Conflict` where too many have one."""
    before = work.project.read().tag_colours
    after = {**before, tag: str(colour)} if colour else {one: kept for one, kept in before.items() if one != tag}
    if len(after) > max(COLOURS_LIMIT, len(before)):
        raise Conflict(
            f"at most {COLOURS_LIMIT} tags have a colour",
            hint="take the colour of another one first",
            kind=RefusalKind.TAG_COLOURS_FULL,
            values={"limit": COLOURS_LIMIT},
        )
    _save_colours(work, caller, before, after)


def _save_colours(work: UnitOfWork, caller: Caller, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    if after != before:
        update_project(work, caller, {"tag_colours": dict(after)})
