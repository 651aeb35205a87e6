"""Saves, deletes and renders canned replies."""

from __future__ import annotations

from typing import Protocol, TypeVar

from hero_assistance_sdk.errors import Conflict, NotFound
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.rpc.field_faults import FaultKind, FieldFault
from hero_assistance_sdk.rpc.validation_faults import FAULT_LIMIT, shorten
from hero_assistance_sdk.wire import CannedReply, Macro, TicketId, UserId
from hero_assistance_server.canned_replies import rules
from hero_assistance_server.canned_replies.ownership import is_usable
from hero_assistance_server.canned_replies.placeholders import KNOWN, Values, render, unknown
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.project.rules import ticket_link
from hero_assistance_server.rpc.params import BODY_LIMIT
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.visibility import visible_ticket
from hero_assistance_server.timestamps import millis

Item = TypeVar("Item", CannedReply, Macro)
ItemResult = TypeVar("ItemResult", CannedReply, Macro, covariant=True)
# What is not there, and the method that lists what is.
_NAMES = {
    RefusalKind.NO_CANNED_REPLY: ("canned reply", "canned_reply.list"),
    RefusalKind.NO_MACRO: ("macro", "macro.list"),
}


class ItemFinder(Protocol[ItemResult]):
    """The part of the repositories of canned replies and of macros that finds one."""

    def find(self, item_id: int, /) -> ItemResult | None:
        """Return one, or `None`."""
        ...


def find_usable(repository: ItemFinder[Item], caller: Caller, item_id: int, absent: RefusalKind) -> Item:
    """Return a canned reply or macro that the caller may use; raises `NotFound`, of the kind `absent`."""
    item = repository.find(item_id)
    if item is None or not is_usable(item, caller.known().user_id):
        noun, method = _NAMES[absent]
        raise NotFound(f"there is no {noun} {item_id}", hint=f"{method} names yours and the team's", kind=absent)
    return item


def find_reply(snapshot: Snapshot, caller: Caller, canned_reply_id: int) -> CannedReply:
    """Return a canned reply that the caller may use; raises `NotFound`."""
    return find_usable(snapshot.canned_replies, caller, canned_reply_id, RefusalKind.NO_CANNED_REPLY)


def save_reply(
    work: UnitOfWork, caller: Caller, *, canned_reply_id: int | None, name: str, body: str, shared: bool
) -> CannedReply:
    """Save a new canned reply, or change the one with this id; raises `NotFound` or `Conflict`."""
    agent = caller.known().user_id
    before = None if canned_reply_id is None else find_reply(work, caller, canned_reply_id)
    reply = CannedReply(
        canned_reply_id=before.canned_reply_id if before else work.canned_replies.next_id(),
        name=name,
        body=body,
        owner=None if shared else agent,
        updated_at=millis(work.now),
    )
    others = _other_names(work, agent, reply.canned_reply_id)
    changes = rules.save(reply, before=before, other_names=others)
    work.canned_replies.save(reply)
    for change in changes:
        work.apply(change, caller)
    return reply


def delete_reply(work: UnitOfWork, caller: Caller, canned_reply_id: int) -> None:
    """Delete a canned reply; raises `NotFound`."""
    reply = find_reply(work, caller, canned_reply_id)
    work.canned_replies.delete(reply.canned_reply_id)
    work.apply(rules.delete(reply), caller)


def render_reply(snapshot: Snapshot, caller: Caller, canned_reply_id: int, ticket_id: TicketId) -> str:
    """Return the text of a canned reply for a ticket; raises `NotFound` or `Conflict`."""
    reply = find_reply(snapshot, caller, canned_reply_id)
    return render_text(snapshot, caller, reply.body, visible_ticket(snapshot, caller, ticket_id))


def render_text(snapshot: Snapshot, caller: Caller, text: str, ticket: Ticket) -> str:
    """Return the text for a ticket; raises `Conflict` for a link without address, or a text that is too long then."""
    link = ticket_link(snapshot.project.read(), ticket.ticket_id)
    body = render(text, Values(ticket, caller.known(), link))
    if len(body.encode()) > BODY_LIMIT:
        raise Conflict(
            "with everything filled in, the text is too long for a message",
            hint="make it shorter",
            kind=RefusalKind.TEXT_TOO_LONG,
        )
    return body


def check_placeholders(**texts: str | None) -> None:
    """Raise `InvalidParams` for unknown placeholders in the texts of these params."""
    faults = [
        _placeholder_fault(param, name) for param, text in texts.items() for name in unknown(text or "")[:FAULT_LIMIT]
    ]
    if faults:
        known = ", ".join(map(_in_braces, KNOWN))
        hint = f"known are {known}; a backslash before braces leaves them as they are: \\{{{{"
        raise InvalidParams("there are unknown placeholders", faults=faults, hint=hint)


def _placeholder_fault(param: str, name: str) -> FieldFault:
    placeholder = _in_braces(shorten(name))
    return FieldFault(param, FaultKind.PLACEHOLDER, f"{placeholder} is no placeholder", {"value": placeholder})


def _in_braces(name: str) -> str:
    return f"{{{{{name}}}}}"


def _other_names(work: UnitOfWork, agent: UserId, canned_reply_id: int) -> list[str]:
    return [other.name for other in work.canned_replies.iterate_for(agent) if other.canned_reply_id != canned_reply_id]
