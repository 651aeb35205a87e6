"""Saves, deletes and runs macros."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Macro, MessageId, MessageKind
from hero_assistance_server.canned_replies.service import find_usable, render_text
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.macros import rules
from hero_assistance_server.messages import rules as message_rules
from hero_assistance_server.messages.mentions import find_mentioned
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets import rules as ticket_rules
from hero_assistance_server.tickets.change_service import release_assignee
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import check_assignable, update
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.service import find_user

RUN = "macro.run"
# What a macro does to a ticket, as one change; `None` where there is nothing to change.
Step = Callable[[Ticket], AnyChange | None]


@dataclass(frozen=True, slots=True)
class Preview:
    """The ticket as a macro would leave it, and what it would write, with everything filled in."""

    ticket: Ticket
    note: str | None
    reply: str | None


def _give_no_id() -> MessageId:
    """Return the id of a message that is not written."""
    return MessageId(0)


def find_macro(snapshot: Snapshot, caller: Caller, macro_id: int) -> Macro:
    """Return a macro that the caller may use; raises `NotFound`."""
    return find_usable(snapshot.macros, caller, macro_id, RefusalKind.NO_MACRO)


def save_macro(
    work: UnitOfWork, caller: Caller, actions: Mapping[str, Any], *, macro_id: int | None, shared: bool
) -> Macro:
    """Save a new macro, or change the one with this id; raises `NotFound` or `Conflict`.

    `actions` are the fields of `wire.Macro` except its id, owner and time.
    """
    agent = caller.known().user_id
    rules.check_actions(
        status=actions["status"],
        snooze_minutes=actions["snooze_minutes"],
        assign=actions["assign"],
        assignee=actions["assignee"],
    )
    if actions["assignee"] is not None:
        check_assignable(find_user(work, actions["assignee"]))
    before = None if macro_id is None else find_macro(work, caller, macro_id)
    own = {
        "macro_id": before.macro_id if before else work.macros.next_id(),
        "owner": None if shared else agent,
        "updated_at": millis(work.now),
    }
    macro = Macro.model_validate({**actions, **own})
    rules.check_does_something(macro)
    others = [other.name for other in work.macros.iterate_for(agent) if other.macro_id != macro.macro_id]
    changes = rules.save(macro, before=before, other_names=others)
    work.macros.save(macro)
    for change in changes:
        work.apply(change, caller)
    return macro


def delete_macro(work: UnitOfWork, caller: Caller, macro_id: int) -> None:
    """Delete a macro; raises `NotFound`."""
    macro = find_macro(work, caller, macro_id)
    work.macros.delete(macro.macro_id)
    work.apply(rules.delete(macro), caller)


def run_macro(work: UnitOfWork, caller: Caller, macro: Macro, ticket: Ticket, token: str | None) -> Ticket:
    """Run a macro on one ticket, once for each `token`; returns the ticket as it is afterwards."""
    user_id = caller.known().user_id
    token_on_ticket = None if token is None else f"{token} {ticket.ticket_id}"
    if work.client_tokens.find(user_id, RUN, token_on_ticket) is not None:
        return ticket
    ticket = _run(work, caller, macro, ticket)
    work.client_tokens.add(user_id, RUN, token_on_ticket, ticket.ticket_id, work.now)
    return ticket


def preview_macro(snapshot: Snapshot, caller: Caller, macro: Macro, ticket: Ticket, now: datetime) -> Preview:
    """Return what a macro would make of a ticket now; raises what running it would raise."""
    texts: dict[MessageKind, str] = {}
    for step in _list_steps(snapshot, caller, macro, now, _give_no_id):
        change = step(ticket)
        if change is None or change.ticket is None:
            continue
        ticket = change.ticket
        if change.message is not None:
            texts[change.message.kind] = change.message.body
    return Preview(ticket, texts.get(MessageKind.NOTE), texts.get(MessageKind.REPLY))


def _run(work: UnitOfWork, caller: Caller, macro: Macro, ticket: Ticket) -> Ticket:
    status = ticket.status
    for step in _list_steps(work, caller, macro, work.now, work.messages.next_id):
        change = step(ticket)
        if change is not None and change.ticket is not None:
            work.apply(change, caller)
            ticket = change.ticket
    return release_assignee(work, caller, ticket, before=status)


def _list_steps(
    snapshot: Snapshot, caller: Caller, macro: Macro, now: datetime, next_id: Callable[[], MessageId]
) -> list[Step]:
    """Return what a macro does, in order: it writes, then sets fields, then follows."""
    agent = caller.known()
    # The stored text says who is meant: what is filled in may be a customer's.
    note = partial(message_rules.note, mentioned=find_mentioned(snapshot, agent, macro.note or ""))

    def write(text: str, rule: Callable[..., AnyChange], ticket: Ticket) -> AnyChange:
        return rule(
            ticket=ticket,
            author=agent,
            message_id=next_id(),
            body=render_text(snapshot, caller, text, ticket),
            now=now,
            follows=snapshot.messages.last_time(ticket.ticket_id),
        )

    def set_fields(ticket: Ticket) -> AnyChange | None:
        assignee = None if macro.assignee is None else find_user(snapshot, macro.assignee)
        patch = rules.patch_of(macro, agent=agent, assignee=assignee, now=now)
        return update(ticket=ticket, by=agent, patch=patch, targets=snapshot.project.targets(), now=now)

    def follow(ticket: Ticket) -> AnyChange | None:
        return ticket_rules.follow(ticket=ticket, agent=agent, following=True, now=now)

    texts = ((macro.note, note), (macro.reply, message_rules.reply))
    writes = [partial(write, text, rule) for text, rule in texts if text is not None]
    return [*writes, set_fields, *([follow] if macro.follow else [])]
