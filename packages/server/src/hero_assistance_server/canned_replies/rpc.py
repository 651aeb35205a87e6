"""`canned_reply.*`: canned replies, the agent's own and the team's."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.canned_replies.service import check_placeholders, delete_reply, render_reply, save_reply
from hero_assistance_server.identity.permissions import STAFF, Caller
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.example_fixtures import NOTED
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import ID_LIMIT, Text, TicketParams, Title
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage

_SAVED = {"name": "Hello", "body": "Dear {{customer.name}},"}
_REPLY = {"noun": "canned_reply", "canned_reply_id": 1, "owner": "bob", "updated_at": NOTED} | _SAVED
_AFTER = (Call("bob", "canned_reply.save", _SAVED),)
_SAVES = Example("An agent keeps how he begins", "bob", _SAVED, _REPLY)
_LISTS = Example("He chooses one", "bob", {}, {"canned_replies": [_REPLY], "next_cursor": None, "seq": 4}, after=_AFTER)
_RENDERS = Example("He takes it", "bob", {"canned_reply_id": 1, "ticket_id": 1}, {"body": "Dear Carol,"}, after=_AFTER)
_GREETS = {"name": "Hi", "body": "Hi {{customer.first_name|there}}, set \\{{ .Values.x }}.\n{{agent.signature|Bye}}"}
_ESCAPES = Example(
    "What comes with nothing to fill in, and braces that stay",
    "bob",
    {"canned_reply_id": 1, "ticket_id": 1},
    {"body": "Hi Carol, set {{ .Values.x }}.\nBye"},
    after=(Call("bob", "canned_reply.save", _GREETS),),
)
_DELETES = Example("He has a better one", "bob", {"canned_reply_id": 1}, None, after=_AFTER)
_ERRORS = (Unauthenticated, Forbidden, NotFound, Unavailable)

ItemId = Annotated[int, Field(ge=1, le=ID_LIMIT)]
Shared = Annotated[bool, Field(description="For the whole team, any of whom may change it.")]


class SaveCannedReply(Params):
    """The name and the text; without an id it is a new one."""

    name: Title
    body: Annotated[Text, Field(description="Markdown with placeholders.")]
    shared: Shared = False
    canned_reply_id: ItemId | None = None


class KnownCannedReply(Params):
    """One canned reply."""

    canned_reply_id: ItemId


class RenderCannedReply(TicketParams):
    """A canned reply, and the ticket to fill it in for."""

    canned_reply_id: ItemId


class CannedReplyList(Result):
    """Canned replies by name; `seq` is the number of the last event that is in them."""

    canned_replies: list[wire.CannedReply]
    next_cursor: str | None
    seq: wire.Seq


class Rendered(Result):
    """A text that can be sent."""

    body: str


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""

    @table.method(
        "canned_reply.list", allow=STAFF, page=True, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS]
    )
    async def list_(caller: Caller, params: PageParams) -> Encoded[CannedReplyList]:
        """List the caller's canned replies and the team's, by name."""
        return await storage.read(lambda snapshot: _list(snapshot, caller.known().user_id, params))

    @table.method(
        "canned_reply.save", allow=STAFF, adds=Usage.TEXTS, page=True, errors=[*_ERRORS, Conflict], examples=[_SAVES]
    )
    async def save(caller: Caller, params: SaveCannedReply) -> wire.CannedReply:
        """Keep a text for the caller, or for the team.

        Placeholders such as `{{customer.first_name|there}}` are filled in for a ticket; unknown ones are refused.
        """
        check_placeholders(body=params.body)
        return await storage.write(
            lambda work: save_reply(
                work,
                caller,
                canned_reply_id=params.canned_reply_id,
                name=params.name,
                body=params.body,
                shared=params.shared,
            )
        )

    @table.method("canned_reply.delete", allow=STAFF, page=True, errors=_ERRORS, examples=[_DELETES])
    async def delete(caller: Caller, params: KnownCannedReply) -> None:
        """Delete a canned reply of the caller's, or of the team's."""
        await storage.write(lambda work: delete_reply(work, caller, params.canned_reply_id))

    @table.method(
        "canned_reply.render", allow=STAFF, page=True, errors=[*_ERRORS, Conflict], examples=[_RENDERS, _ESCAPES]
    )
    async def render_(caller: Caller, params: RenderCannedReply) -> Rendered:
        """Fill in a canned reply's placeholders for a ticket; nothing is sent."""
        return Rendered(
            body=await storage.read(
                lambda snapshot: render_reply(snapshot, caller, params.canned_reply_id, params.ticket_id)
            )
        )


def _list(snapshot: Snapshot, agent: wire.UserId, params: PageParams) -> Encoded[CannedReplyList]:
    name, canned_reply_id = ("", 0) if params.cursor is None else place_at(params.cursor, str, int)
    rows = snapshot.canned_replies.iterate_for(agent, (name, canned_reply_id))
    page = fill_page(rows, lambda reply: reply.model_dump_json().encode(), params.limit)
    cursor = None if page.last is None else cursor_at(page.last.name, page.last.canned_reply_id)
    return Encoded.of(CannedReplyList, canned_replies=page.json, next_cursor=cursor, seq=snapshot.events.last_seq())
