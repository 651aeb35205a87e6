"""`macro.*`: several changes in one action, on one ticket or many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.canned_replies.rpc import ItemId, Shared
from hero_assistance_server.canned_replies.service import check_placeholders
from hero_assistance_server.identity.permissions import STAFF, Caller
from hero_assistance_server.macros.service import RUN, delete_macro, find_macro, preview_macro, run_macro, save_macro
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.example_fixtures import NOTED, TICKET, summary_of
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import ClientToken, Tags, Text, TicketParams, Title, UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.tickets.bulk_rpc import ManyTickets, Results, on_each
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.visibility import visible_ticket

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
_TAKEN = TICKET | {"assignee": "bob", "assignee_name": "Bob", "priority": "urgent", "tags": ["vpn", "gateway"]}
_SAVES = Example("An agent puts together what he does each time", "bob", _TAKE, _MACRO)
_LISTS = Example("He chooses one", "bob", {}, {"macros": [_MACRO], "next_cursor": None, "seq": 4}, after=_AFTER)
_RUNS = Example(
    "He does it all",
    "bob",
    {"macro_id": 1, "ticket_ids": [1]},
    {"results": [{"ticket_id": 1, "ticket": summary_of(_TAKEN), "error": None}]},
    after=_AFTER,
)
_PREVIEWS = Example(
    "He looks at what it would do",
    "bob",
    {"macro_id": 1, "ticket_id": 1},
    {"ticket": summary_of(_TAKEN), "note": None, "reply": None},
    after=_AFTER,
)
_DELETES = Example("He does it no more", "bob", {"macro_id": 1}, None, after=_AFTER)
_ERRORS = (Unauthenticated, Forbidden, NotFound, Unavailable)


class SaveMacro(Params):
    """The actions of a macro and its name; what is not given is not touched. Without an id it is a new one."""

    name: Title
    status: wire.Status | None = None
    snooze_minutes: Annotated[
        Annotated[int, Field(ge=1, le=_YEAR_MINUTES)] | None, Field(description="Goes with the status snoozed.")
    ] = None
    priority: wire.Priority | None = None
    assign: Annotated[
        Literal["me", "nobody"] | None, Field(description="To the agent who runs it, or to no agent.")
    ] = None
    assignee: UserName | None = None
    add_tags: Tags = ()
    remove_tags: Tags = ()
    follow: bool = False
    note: Text | None = None
    reply: Text | None = None
    shared: Shared = False
    macro_id: ItemId | None = None


class KnownMacro(Params):
    """One macro."""

    macro_id: ItemId


class RunMacro(ManyTickets):
    """A macro, and the tickets to run it on."""

    macro_id: ItemId
    client_token: ClientToken = None


class PreviewMacro(TicketParams):
    """A macro, and the ticket that it would be run on."""

    macro_id: ItemId


class MacroPreview(Result):
    """What a list shows of the ticket afterwards, and the texts that would be written, null for none."""

    ticket: wire.TicketSummary
    note: str | None
    reply: str | None


class MacroList(Result):
    """Macros by name; `seq` is the number of the last event that is in them."""

    macros: list[wire.Macro]
    next_cursor: str | None
    seq: wire.Seq


def add_methods(table: MethodRegistry, storage: Storage, clock: Callable[[], datetime]) -> None:
    """Register the methods."""

    @table.method(
        "macro.list", allow=STAFF, page=True, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS]
    )
    async def list_(caller: Caller, params: PageParams) -> Encoded[MacroList]:
        """List the caller's macros and the team's, by name."""
        return await storage.read(lambda snapshot: _list(snapshot, caller.known().user_id, params))

    @table.method(
        "macro.save", allow=STAFF, adds=Usage.TEXTS, page=True, errors=[*_ERRORS, Conflict], examples=[_SAVES]
    )
    async def save(caller: Caller, params: SaveMacro) -> wire.Macro:
        """Save a macro; its texts may have the placeholders of `canned_reply.save`."""
        check_placeholders(note=params.note, reply=params.reply)
        actions = params.model_dump(exclude={"shared", "macro_id"})
        return await storage.write(
            lambda work: save_macro(work, caller, actions, macro_id=params.macro_id, shared=params.shared)
        )

    @table.method("macro.delete", allow=STAFF, page=True, errors=_ERRORS, examples=[_DELETES])
    async def delete(caller: Caller, params: KnownMacro) -> None:
        """Delete a macro of the caller's, or of the team's."""
        await storage.write(lambda work: delete_macro(work, caller, params.macro_id))

    @table.method("macro.preview", allow=STAFF, page=True, errors=[*_ERRORS, Conflict], examples=[_PREVIEWS])
    async def preview(caller: Caller, params: PreviewMacro) -> MacroPreview:
        """Say what running a macro on a ticket would make of it now; nothing is written."""

        def query(snapshot: Snapshot) -> MacroPreview:
            macro = find_macro(snapshot, caller, params.macro_id)
            ticket = visible_ticket(snapshot, caller, params.ticket_id)
            made = preview_macro(snapshot, caller, macro, ticket, clock())
            summary = serializers.ticket_summary(made.ticket, staff=caller.is_staff)
            return MacroPreview(ticket=summary, note=made.note, reply=made.reply)

        return await storage.read(query)

    @table.method(RUN, allow=STAFF, adds=Usage.TEXTS, page=True, errors=_ERRORS, examples=[_RUNS])
    async def run(caller: Caller, params: RunMacro) -> Results:
        """Run a macro on each ticket: all of it or nothing for each, with a result for each.

        It writes first and sets fields then, so that the status it names is the one that stays. With the same
        `client_token` again, what was done to a ticket is not done twice.
        """

        def command(work: UnitOfWork) -> Results:
            macro = find_macro(work, caller, params.macro_id)

            def run_on(work: UnitOfWork, ticket: Ticket) -> Ticket:
                return run_macro(work, caller, macro, ticket, params.client_token)

            return on_each(work, caller, params.ticket_ids, run_on)

        return await storage.write(command)


def _list(snapshot: Snapshot, agent: wire.UserId, params: PageParams) -> Encoded[MacroList]:
    name, macro_id = ("", 0) if params.cursor is None else place_at(params.cursor, str, int)
    rows = snapshot.macros.iterate_for(agent, (name, macro_id))
    page = fill_page(rows, lambda macro: macro.model_dump_json().encode(), params.limit)
    cursor = None if page.last is None else cursor_at(page.last.name, page.last.macro_id)
    return Encoded.of(MacroList, macros=page.json, next_cursor=cursor, seq=snapshot.events.last_seq())
