"""`tag.*`: which tags there are, and another name for one."""

from __future__ import annotations

from typing import Annotated

import apsw
from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.identity.permissions import ADMINS, STAFF, Caller
from hero_assistance_server.rpc.params import Tag
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.sqlite import events, project, tags, tickets
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import Patch, update

TAGS_PAGE_LIMIT = 1000
# Tickets of one transaction: others who write wait for it some 50 ms.
PORTION = 50

_LISTS = Example(
    "The tags of a project",
    "bob",
    {},
    {"tags": [{"tag": "vpn", "tickets": 1, "active": 1}], "next_after": None, "seq": 3},
)
_RENAMES = Example("An admin gives a tag another name", "alice", {"tag": "vpn", "into": "network"}, {"tickets": 1})


class ListTags(Params):
    """Which page of the tags, by name."""

    after: Annotated[
        Annotated[str, Field(max_length=50)] | None,
        Field(description="`next_after` of the page before; none for the first."),
    ] = None
    limit: Annotated[int, Field(ge=1, le=TAGS_PAGE_LIMIT)] = TAGS_PAGE_LIMIT


class TagCount(Result):
    """A tag, how many tickets have it, and how many of those are new, open or waiting."""

    tag: str
    tickets: int
    active: int


class TagList(Result):
    """Tags by name; `next_after` asks for the next page, null at the end."""

    tags: list[TagCount]
    next_after: str | None
    seq: wire.Seq


class RenameTag(Params):
    """Which tag, and what it is called from now on; a ticket that has both has the new one once."""

    tag: Tag
    into: Tag


class Renamed(Result):
    """How many tickets were changed."""

    tickets: int


def add_methods(table: MethodRegistry, store: Store) -> None:
    """Register the methods."""

    @table.method("tag.list", allow=STAFF, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS])
    async def list_(_caller: Caller, params: ListTags) -> TagList:
        """List the tags that tickets have, by name, with how many have them."""
        return await store.query(lambda db: _list(db, params))

    @table.method(
        "tag.rename",
        allow=ADMINS,
        errors=[Unauthenticated, Forbidden, NotFound, Conflict, Unavailable],
        examples=[_RENAMES],
    )
    async def rename(caller: Caller, params: RenameTag) -> Renamed:
        """Give a tag another name on every ticket, 50 at a time; called again, it goes on where it was cut off."""
        if params.tag == params.into:
            raise Conflict(f"the tag is called {params.tag} already")
        changed = portion = await store.write(lambda t: _rename(t, caller, params))
        if not changed:
            raise NotFound(f"no ticket has the tag {params.tag}", hint="tag.list names those that there are")
        # Each portion takes tickets out of those that have the tag; the ones that get it meanwhile are among the last.
        while portion == PORTION:
            portion = await store.write(lambda t: _rename(t, caller, params))
            changed += portion
        return Renamed(tickets=changed)


def _list(db: apsw.Connection, params: ListTags) -> TagList:
    found = tags.after(db, params.after or "", params.limit + 1)
    page = [TagCount(tag=one.tag, tickets=one.tickets, active=one.active) for one in found[: params.limit]]
    more = len(found) > len(page)
    return TagList(tags=page, next_after=page[-1].tag if more else None, seq=events.last_seq(db))


def _rename(transaction: SqliteUnitOfWork, caller: Caller, params: RenameTag) -> int:
    """Change one portion; returns how many tickets."""
    db = transaction.connection
    targets = project.targets(db)
    chosen = tags.some_with(transaction.settled(), params.tag, PORTION)
    for ticket_id in chosen:
        ticket = tickets.find(db, ticket_id)
        if ticket is None:
            raise ValueError(f"ticket {ticket_id} is listed and does not exist")
        patch = Patch(tags=_renamed(ticket, params))
        change = update(ticket=ticket, by=caller.known(), patch=patch, targets=targets, now=transaction.now)
        if change is not None:
            transaction.apply(change, caller)
    return len(chosen)


def _renamed(ticket: Ticket, params: RenameTag) -> tuple[str, ...]:
    return tuple(dict.fromkeys(params.into if tag == params.tag else tag for tag in ticket.tags))
