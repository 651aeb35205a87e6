"""`macro.*`: several changes in one action, on one ticket or many."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server.canned_replies import rules as commands
from hero_assistance_server.canned_replies.rpc import Shared, ToolId, check_placeholders, filled_in
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.identity.permissions import STAFF, Caller
from hero_assistance_server.messages import rules as message_commands
from hero_assistance_server.rpc.example_fixtures import NOTED, TICKET
from hero_assistance_server.rpc.params import ClientToken, Tags, Text, Title, UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.sqlite import canned_replies, client_tokens, events, messages, project
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.tickets import rules as ticket_commands
from hero_assistance_server.tickets.bulk_rpc import ManyTickets, Results, on_each
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import UNSET, Patch, Unset, update
from hero_assistance_server.tickets.update_rpc import known_user
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User

RUN = "macro.run"
_YEAR_MINUTES = 366 * 24 * 60

_TAKE = {"name": "Take it", "assign": "me", "priority": "urgent", "add_tags": ["gateway"]}
_MACRO = {
    "noun": "macro",
    "macro_id": 1,
    "owner": "bob",
    "status": None,
    "snooze_minutes": None,
    "assignee": None,
    "remove_tags": [],
    "follow": False,
    "note": None,
    "reply": None,
    "updated_at": NOTED,
} | _TAKE
_AFTER = (Call("bob", "macro.save", _TAKE),)
_TAKEN = TICKET | {"assignee": "bob", "priority": "urgent", "tags": ["vpn", "gateway"]}
_SAVES = Example("An agent puts together what he does each time", "bob", _TAKE, _MACRO)
_LISTS = Example("He chooses one", "bob", {}, {"macros": [_MACRO], "seq": 4}, after=_AFTER)
_RUNS = Example(
    "He does it all",
    "bob",
    {"macro_id": 1, "ticket_ids": [1]},
    {"results": [{"ticket_id": 1, "ticket": _TAKEN, "error": None}]},
    after=_AFTER,
)
_DELETES = Example("He does it no more", "bob", {"macro_id": 1}, None, after=_AFTER)
_ERRORS = (Unauthenticated, Forbidden, NotFound, Unavailable)


class SaveMacro(Params):
    """What is done, in which name; what is not given is not touched. Without an id it is a new one."""

    name: Title
    status: wire.Status | None = None
    snooze_minutes: Annotated[
        Annotated[int, Field(ge=1, le=_YEAR_MINUTES)] | None, Field(description="Goes with the status snoozed.")
    ] = None
    priority: wire.Priority | None = None
    assign: Annotated[Literal["me", "nobody"] | None, Field(description="To whoever runs it, or to nobody.")] = None
    assignee: UserName | None = None
    add_tags: Tags = ()
    remove_tags: Tags = ()
    follow: bool = False
    note: Text | None = None
    reply: Text | None = None
    shared: Shared = False
    macro_id: ToolId | None = None


class KnownMacro(Params):
    """Which macro."""

    macro_id: ToolId


class RunMacro(ManyTickets):
    """Which macro, on which tickets."""

    macro_id: ToolId
    client_token: ClientToken = None


class MacroList(Result):
    """Macros by name; `seq` is the number of the last event that is in them."""

    macros: list[wire.Macro]
    seq: wire.Seq


def add_methods(table: MethodRegistry, store: Store) -> None:
    """Register the methods."""

    @table.method("macro.list", allow=STAFF, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS])
    async def list_(caller: Caller, _params: NoParams) -> MacroList:
        """List the caller's macros and the team's, by name."""
        agent = caller.known().user_id
        found, seq = await store.query(lambda db: (canned_replies.macros_of(db, agent), events.last_seq(db)))
        return MacroList(macros=found, seq=seq)

    @table.method("macro.save", allow=STAFF, errors=[*_ERRORS, Conflict], examples=[_SAVES])
    async def save(caller: Caller, params: SaveMacro) -> wire.Macro:
        """Keep several changes as one action; texts may have the placeholders of `reply.save`."""
        check_placeholders(note=params.note, reply=params.reply)
        return await store.write(lambda t: _save(t, caller, params))

    @table.method("macro.delete", allow=STAFF, errors=_ERRORS, examples=[_DELETES])
    async def delete(caller: Caller, params: KnownMacro) -> None:
        """Delete a macro of the caller's, or of the team's."""

        def command(transaction: SqliteUnitOfWork) -> None:
            macro = _usable(transaction, caller, params.macro_id)
            canned_replies.delete_macro(transaction.connection, macro.macro_id)
            for change in commands.delete(macro):
                transaction.apply(change, caller)

        await store.write(command)

    @table.method(RUN, allow=STAFF, errors=_ERRORS, examples=[_RUNS])
    async def run(caller: Caller, params: RunMacro) -> Results:
        """Do what a macro says on each ticket: all or nothing for each, and a result for each.

        It writes first and sets fields then, so that the status it names is the one that stays. With the same
        `client_token` again, what was done to a ticket is not done twice.
        """

        def command(transaction: SqliteUnitOfWork) -> Results:
            macro = _usable(transaction, caller, params.macro_id)

            def work(transaction: SqliteUnitOfWork, ticket: Ticket) -> Ticket:
                return _run_once(transaction, caller, macro, ticket, params.client_token)

            return on_each(transaction, caller, params.ticket_ids, work)

        return await store.write(command)


def _save(transaction: SqliteUnitOfWork, caller: Caller, params: SaveMacro) -> wire.Macro:
    db, agent = transaction.connection, caller.known().user_id
    if (params.status is wire.Status.SNOOZED) is (params.snooze_minutes is None):
        raise Conflict("the status snoozed and snooze_minutes go together", hint="set both or neither")
    if params.assignee is not None:
        if params.assign is not None:
            raise Conflict("assign and assignee exclude each other")
        if not known_user(db, params.assignee).is_staff:
            raise Conflict(f"{params.assignee} is a customer and cannot be assigned", hint="assign an agent")
    before = None if params.macro_id is None else _usable(transaction, caller, params.macro_id)
    macro = wire.Macro.model_validate(
        params.model_dump(exclude={"shared"})
        | {
            "macro_id": before.macro_id if before else canned_replies.next_id(db, "macros"),
            "owner": None if params.shared else agent,
            "updated_at": millis(transaction.now),
        }
    )
    others = [other.name for other in canned_replies.macros_of(db, agent) if other.macro_id != macro.macro_id]
    changes = commands.save(macro, before=before, others=others)
    canned_replies.save_macro(db, macro)
    for change in changes:
        transaction.apply(change, caller)
    return macro


def _usable(transaction: SqliteUnitOfWork, caller: Caller, macro_id: int) -> wire.Macro:
    macro = canned_replies.find_macro(transaction.connection, macro_id)
    if macro is None or not commands.usable(macro, caller.known().user_id):
        raise NotFound(f"there is no macro {macro_id}", hint="macro.list names yours and the team's")
    return macro


def _run_once(
    transaction: SqliteUnitOfWork, caller: Caller, macro: wire.Macro, ticket: Ticket, token: str | None
) -> Ticket:
    db, user_id = transaction.connection, caller.known().user_id
    on_ticket = None if token is None else f"{token} {ticket.ticket_id}"
    if client_tokens.find(db, user_id, RUN, on_ticket) is not None:
        return ticket
    ticket = _run(transaction, caller, macro, ticket)
    client_tokens.add(db, user_id, RUN, on_ticket, ticket.ticket_id, transaction.now)
    return ticket


def _run(transaction: SqliteUnitOfWork, caller: Caller, macro: wire.Macro, ticket: Ticket) -> Ticket:
    """Do what the macro says to one ticket; returns it as it is afterwards."""
    db, agent, now = transaction.connection, caller.known(), transaction.now

    def applied(change: AnyChange | None, ticket: Ticket) -> Ticket:
        if change is None or change.ticket is None:
            return ticket
        transaction.apply(change, caller)
        return change.ticket

    for text, write in ((macro.note, message_commands.note), (macro.reply, message_commands.reply)):
        if text is not None:
            body, message_id = filled_in(text, ticket, caller), messages.next_id(db)
            ticket = applied(write(ticket=ticket, author=agent, message_id=message_id, body=body, now=now), ticket)
    patch = _patch(transaction, macro, agent)
    ticket = applied(update(ticket=ticket, by=agent, patch=patch, targets=project.targets(db), now=now), ticket)
    if macro.follow:
        ticket = applied(ticket_commands.follow(ticket=ticket, agent=agent, following=True, now=now), ticket)
    return ticket


def _patch(transaction: SqliteUnitOfWork, macro: wire.Macro, agent: User) -> Patch:
    assignee: User | Unset | None = UNSET
    if macro.assign is not None:
        assignee = agent if macro.assign == "me" else None
    elif macro.assignee is not None:
        assignee = known_user(transaction.connection, macro.assignee)
    minutes = macro.snooze_minutes
    return Patch(
        priority=UNSET if macro.priority is None else macro.priority,
        status=UNSET if macro.status is None else macro.status,
        snoozed_until=UNSET if minutes is None else transaction.now + timedelta(minutes=minutes),
        assignee=assignee,
        add_tags=tuple(macro.add_tags),
        remove_tags=tuple(macro.remove_tags),
    )
