"""`reply.*`: canned replies, the agent's own and the team's."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server.canned_replies.service import check_placeholders, delete_reply, render_reply, save_reply
from hero_assistance_server.identity.permissions import STAFF, Caller
from hero_assistance_server.rpc.example_fixtures import NOTED
from hero_assistance_server.rpc.params import ID_LIMIT, Text, TicketParams, Title
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Storage

_SAVED = {"name": "Hello", "body": "Dear {{customer.name}},"}
_REPLY = {"noun": "reply", "reply_id": 1, "owner": "bob", "updated_at": NOTED} | _SAVED
_AFTER = (Call("bob", "reply.save", _SAVED),)
_SAVES = Example("An agent keeps how he begins", "bob", _SAVED, _REPLY)
_LISTS = Example("He chooses one", "bob", {}, {"replies": [_REPLY], "seq": 4}, after=_AFTER)
_RENDERS = Example("He takes it", "bob", {"reply_id": 1, "ticket_id": 1}, {"body": "Dear Carol,"}, after=_AFTER)
_DELETES = Example("He has a better one", "bob", {"reply_id": 1}, None, after=_AFTER)
_ERRORS = (Unauthenticated, Forbidden, NotFound, Unavailable)

ItemId = Annotated[int, Field(ge=1, le=ID_LIMIT)]
Shared = Annotated[bool, Field(description="For the whole team, any of whom may change it.")]


class SaveReply(Params):
    """The name and the text; without an id it is a new one."""

    name: Title
    body: Text
    shared: Shared = False
    reply_id: ItemId | None = None


class KnownReply(Params):
    """One canned reply."""

    reply_id: ItemId


class RenderReply(TicketParams):
    """A canned reply, and the ticket to fill it in for."""

    reply_id: ItemId


class ReplyList(Result):
    """Canned replies by name; `seq` is the number of the last event that is in them."""

    replies: list[wire.CannedReply]
    seq: wire.Seq


class Rendered(Result):
    """A text that can be sent."""

    body: str


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""

    @table.method("reply.list", allow=STAFF, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS])
    async def list_(caller: Caller, _params: NoParams) -> ReplyList:
        """List the caller's canned replies and the team's, by name."""
        agent = caller.known().user_id
        found, seq = await storage.read(
            lambda snapshot: (snapshot.canned_replies.list_for(agent), snapshot.events.last_seq())
        )
        return ReplyList(replies=found, seq=seq)

    @table.method("reply.save", allow=STAFF, errors=[*_ERRORS, Conflict], examples=[_SAVES])
    async def save(caller: Caller, params: SaveReply) -> wire.CannedReply:
        """Keep a text for the caller, or for the team.

        Placeholders: `{{agent.name}}`, `{{customer.name}}`, `{{ticket.id}}`, `{{ticket.title}}`; others are refused.
        """
        check_placeholders(body=params.body)
        return await storage.write(
            lambda work: save_reply(
                work, caller, reply_id=params.reply_id, name=params.name, body=params.body, shared=params.shared
            )
        )

    @table.method("reply.delete", allow=STAFF, errors=_ERRORS, examples=[_DELETES])
    async def delete(caller: Caller, params: KnownReply) -> None:
        """Delete a canned reply of the caller's, or of the team's."""
        await storage.write(lambda work: delete_reply(work, caller, params.reply_id))

    @table.method("reply.render", allow=STAFF, errors=[*_ERRORS, Conflict], examples=[_RENDERS])
    async def render_(caller: Caller, params: RenderReply) -> Rendered:
        """Fill in a canned reply's placeholders for a ticket; nothing is sent."""
        return Rendered(
            body=await storage.read(lambda snapshot: render_reply(snapshot, caller, params.reply_id, params.ticket_id))
        )
