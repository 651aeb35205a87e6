"""`reply.*`: canned replies, one's own and the team's."""

from __future__ import annotations

from typing import Annotated

import apsw
from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server.canned_replies import rules as commands
from hero_assistance_server.canned_replies.placeholders import KNOWN, render, unknown
from hero_assistance_server.identity.permissions import STAFF, Caller
from hero_assistance_server.rpc.example_fixtures import NOTED
from hero_assistance_server.rpc.params import BODY_LIMIT, ID_LIMIT, Text, TicketParams, Title
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.sqlite import canned_replies, events
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.rpc import visible
from hero_assistance_server.timestamps import millis

_SAVED = {"name": "Hello", "body": "Dear {{customer.name}},"}
_REPLY = {"noun": "reply", "reply_id": 1, "owner": "bob", "updated_at": NOTED} | _SAVED
_AFTER = (Call("bob", "reply.save", _SAVED),)
_SAVES = Example("An agent keeps how he begins", "bob", _SAVED, _REPLY)
_LISTS = Example("He chooses one", "bob", {}, {"replies": [_REPLY], "seq": 4}, after=_AFTER)
_RENDERS = Example("He takes it", "bob", {"reply_id": 1, "ticket_id": 1}, {"body": "Dear Carol,"}, after=_AFTER)
_DELETES = Example("He has a better one", "bob", {"reply_id": 1}, None, after=_AFTER)
_ERRORS = (Unauthenticated, Forbidden, NotFound, Unavailable)

ToolId = Annotated[int, Field(ge=1, le=ID_LIMIT)]
Shared = Annotated[bool, Field(description="For the whole team, any of whom may change it.")]


class SaveReply(Params):
    """What is kept under which name; without an id it is a new one."""

    name: Title
    body: Text
    shared: Shared = False
    reply_id: ToolId | None = None


class KnownReply(Params):
    """Which canned reply."""

    reply_id: ToolId


class RenderReply(TicketParams):
    """Which canned reply, for which ticket."""

    reply_id: ToolId


class ReplyList(Result):
    """Canned replies by name; `seq` is the number of the last event that is in them."""

    replies: list[wire.CannedReply]
    seq: wire.Seq


class Rendered(Result):
    """A text that can be sent."""

    body: str


def add_methods(table: MethodRegistry, store: Store) -> None:
    """Register the methods."""

    @table.method("reply.list", allow=STAFF, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS])
    async def list_(caller: Caller, _params: NoParams) -> ReplyList:
        """List the caller's canned replies and the team's, by name."""
        agent = caller.known().user_id
        found, seq = await store.query(lambda db: (canned_replies.replies_of(db, agent), events.last_seq(db)))
        return ReplyList(replies=found, seq=seq)

    @table.method("reply.save", allow=STAFF, errors=[*_ERRORS, Conflict], examples=[_SAVES])
    async def save(caller: Caller, params: SaveReply) -> wire.CannedReply:
        """Keep a text for the caller, or for the team.

        Placeholders: `{{agent.name}}`, `{{customer.name}}`, `{{ticket.id}}`, `{{ticket.title}}`; others are refused.
        """
        check_placeholders(body=params.body)
        return await store.write(lambda t: _save(t, caller, params))

    @table.method("reply.delete", allow=STAFF, errors=_ERRORS, examples=[_DELETES])
    async def delete(caller: Caller, params: KnownReply) -> None:
        """Delete a canned reply of the caller's, or of the team's."""

        def command(transaction: SqliteUnitOfWork) -> None:
            reply = _usable(transaction, caller, params.reply_id)
            canned_replies.delete_reply(transaction.connection, reply.reply_id)
            for change in commands.delete(reply):
                transaction.apply(change, caller)

        await store.write(command)

    @table.method("reply.render", allow=STAFF, errors=[*_ERRORS, Conflict], examples=[_RENDERS])
    async def render_(caller: Caller, params: RenderReply) -> Rendered:
        """Fill in a canned reply's placeholders for a ticket; nothing is sent."""
        agent = caller.known()

        def query(db: apsw.Connection) -> str:
            reply = canned_replies.find_reply(db, params.reply_id)
            if reply is None or not commands.usable(reply, agent.user_id):
                raise _absent(params.reply_id)
            return filled_in(reply.body, visible(db, caller, params.ticket_id), caller)

        return Rendered(body=await store.query(query))


def check_placeholders(**texts: str | None) -> None:
    """Raise `InvalidParams` for placeholders that nobody can fill in."""
    faults = [
        f"{param}: {{{{{name}}}}} is no placeholder" for param, text in texts.items() for name in unknown(text or "")
    ]
    if faults:
        known = ", ".join(f"{{{{{name}}}}}" for name in KNOWN)
        raise InvalidParams("there are unknown placeholders", faults=faults, hint=f"known are {known}")


def filled_in(text: str, ticket: Ticket, caller: Caller) -> str:
    """The text for a ticket; raises `Conflict` when it is too long for a message then."""
    body = render(text, ticket, caller.known())
    if len(body.encode()) > BODY_LIMIT:
        raise Conflict("with everything filled in, the text is too long for a message", hint="make it shorter")
    return body


def _save(transaction: SqliteUnitOfWork, caller: Caller, params: SaveReply) -> wire.CannedReply:
    db, agent = transaction.connection, caller.known().user_id
    before = None if params.reply_id is None else _usable(transaction, caller, params.reply_id)
    reply = wire.CannedReply(
        reply_id=before.reply_id if before else canned_replies.next_id(db, "canned_replies"),
        name=params.name,
        body=params.body,
        owner=None if params.shared else agent,
        updated_at=millis(transaction.now),
    )
    others = [other.name for other in canned_replies.replies_of(db, agent) if other.reply_id != reply.reply_id]
    changes = commands.save(reply, before=before, others=others)
    canned_replies.save_reply(db, reply)
    for change in changes:
        transaction.apply(change, caller)
    return reply


def _usable(transaction: SqliteUnitOfWork, caller: Caller, reply_id: int) -> wire.CannedReply:
    reply = canned_replies.find_reply(transaction.connection, reply_id)
    if reply is None or not commands.usable(reply, caller.known().user_id):
        raise _absent(reply_id)
    return reply


def _absent(reply_id: int) -> NotFound:
    return NotFound(f"there is no canned reply {reply_id}", hint="reply.list names yours and the team's")
