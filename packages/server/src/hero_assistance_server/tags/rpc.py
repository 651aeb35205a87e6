"""`tag.*`: lists the tags of the tickets, renames one, and gives it a colour."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.identity.permissions import ADMINS, STAFF, Caller
from hero_assistance_server.rpc.params import Tag
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage
from hero_assistance_server.tags.service import PORTION, move_colour, rename_tag, set_colour

TAGS_PAGE_LIMIT = 1000

_LISTS = Example(
    "The tags of a project",
    "bob",
    {},
    {"tags": [{"tag": "vpn", "tickets": 1, "active": 1}], "next_after": None, "seq": 3},
)
_RENAMES = Example("An admin gives a tag another name", "alice", {"tag": "vpn", "into": "network"}, {"tickets": 1})


_COLOURS = Example(
    "An admin has a tag stand out",
    "alice",
    {"tag": "vpn", "colour": "red"},
    {"tag": "vpn", "colour": "red"},
)


class ListTags(Params):
    """A page of the tags, by name."""

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
    """A tag, and its new name; a ticket that has both has the new one once."""

    tag: Tag
    into: Tag


class Renamed(Result):
    """How many tickets were changed."""

    tickets: int


class SetColour(Params):
    """A tag, which a ticket need not have yet, and its colour; null is none."""

    tag: Tag
    colour: wire.TagColour | None


class ColouredTag(Result):
    """A tag and its colour."""

    tag: str
    colour: wire.TagColour | None


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""

    @table.method(
        "tag.list", allow=STAFF, page=True, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS]
    )
    async def list_(_caller: Caller, params: ListTags) -> TagList:
        """List the tags that tickets have, by name, with how many have them."""
        return await storage.read(lambda snapshot: _list(snapshot, params))

    @table.method(
        "tag.rename",
        allow=ADMINS,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Conflict, Unavailable],
        examples=[_RENAMES],
    )
    async def rename(caller: Caller, params: RenameTag) -> Renamed:
        """Rename a tag on every ticket, 50 at a time; a second call continues an interrupted one."""
        if params.tag == params.into:
            raise Conflict(
                f"the tag is called {params.tag} already", kind=RefusalKind.TAG_UNCHANGED, values={"tag": params.tag}
            )
        changed = portion = await storage.write(lambda work: rename_tag(work, caller, params.tag, params.into))
        if not changed:
            raise NotFound(
                f"no ticket has the tag {params.tag}",
                hint="tag.list names those that there are",
                kind=RefusalKind.NO_TAG,
                values={"tag": params.tag},
            )
        # Each portion takes tickets out of those that have the tag; the ones that get it meanwhile are among the last.
        while portion == PORTION:
            portion = await storage.write(lambda work: rename_tag(work, caller, params.tag, params.into))
            changed += portion
        await storage.write(lambda work: move_colour(work, caller, params.tag, params.into))
        return Renamed(tickets=changed)

    @table.method(
        "tag.set_colour",
        allow=ADMINS,
        page=True,
        errors=[Unauthenticated, Forbidden, Conflict, Unavailable],
        examples=[_COLOURS],
    )
    async def colour(caller: Caller, params: SetColour) -> ColouredTag:
        """Show a tag in a colour at every page of an agent, or in none."""
        await storage.write(lambda work: set_colour(work, caller, params.tag, params.colour))
        return ColouredTag(tag=params.tag, colour=params.colour)


def _list(snapshot: Snapshot, params: ListTags) -> TagList:
    found = snapshot.tags.list_after(params.after or "", params.limit + 1)
    page = [TagCount(tag=one.tag, tickets=one.tickets, active=one.active) for one in found[: params.limit]]
    more = len(found) > len(page)
    return TagList(tags=page, next_after=page[-1].tag if more else None, seq=snapshot.events.last_seq())
