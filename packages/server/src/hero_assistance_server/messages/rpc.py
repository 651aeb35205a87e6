"""`message.*`: reply, note and read a thread."""

from __future__ import annotations

from typing import Annotated

import apsw
from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import (
    Conflict,
    Forbidden,
    NotFound,
    ThreadMoved,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from hero_assistance_sdk.rpc.errors import InvalidParams, misfit
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_sdk.wire import MessageId, MessageKind
from hero_assistance_server import serializers
from hero_assistance_server.attachments.rpc import Attachments, taken
from hero_assistance_server.identity.permissions import KNOWN, STAFF, Caller
from hero_assistance_server.messages import rules as commands
from hero_assistance_server.messages.model import Message
from hero_assistance_server.rpc.example_fixtures import NOTE as NOTED
from hero_assistance_server.rpc.example_fixtures import REPLIED as REPLIED_AT
from hero_assistance_server.rpc.example_fixtures import REPLY as REPLIED
from hero_assistance_server.rpc.example_fixtures import UPLOAD, UPLOADED
from hero_assistance_server.rpc.params import ID_LIMIT, ClientToken, KnownMessageId, OptionalText, Text, TicketParams
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.sqlite import client_tokens, drafts, events, messages, tickets
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.tickets.rpc import visible

REPLY = "message.reply"
NOTE = "message.note"
EDIT = "message.edit"

_REPLIES = Example(
    "The customer answers",
    "carol",
    {"ticket_id": 1, "body": "It says 10.0.0.7."},
    REPLIED | {"message_id": 3, "author": "carol", "author_name": "Carol", "body": "It says 10.0.0.7."},
)
_ATTACHES = Example(
    "With a file that she has uploaded before",
    "carol",
    {"ticket_id": 1, "body": "This is what I see.", "attachments": [1]},
    REPLIED
    | {
        "message_id": 3,
        "author": "carol",
        "author_name": "Carol",
        "body": "This is what I see.",
        "attachments": [UPLOADED],
    },
    after=(UPLOAD,),
)
_NOTES = Example(
    "An agent tells the others",
    "bob",
    {"ticket_id": 1, "body": "That is the old gateway."},
    NOTED | {"message_id": 3, "author": "bob", "author_name": "Bob", "body": "That is the old gateway."},
)
_EDITS = Example(
    "Its author corrects a reply",
    "bob",
    {"message_id": 1, "body": "Which address do you see there?"},
    REPLIED | {"body": "Which address do you see there?", "edited_at": REPLIED_AT},
)
_LISTS = (
    Example("An agent reads the thread", "bob", {"ticket_id": 1}, {"messages": [REPLIED, NOTED], "seq": 3}),
    Example("Its customer reads it", "carol", {"ticket_id": 1}, {"messages": [REPLIED], "seq": 3}),
)


_REPLY_ERRORS = (Unauthenticated, InvalidParams, NotFound, Conflict, ThreadMoved, TooLarge, Unavailable)
_NOTE_ERRORS = (Unauthenticated, Forbidden, InvalidParams, NotFound, Conflict, TooLarge, Unavailable)


class WriteMessage(TicketParams):
    """What is written, and where; a picture says enough without a text."""

    body: OptionalText
    client_token: ClientToken = None
    attachments: Attachments = ()


class WriteReply(WriteMessage):
    """What is answered, and what the author had seen of the thread."""

    last_seen_message_id: Annotated[
        Annotated[MessageId, Field(ge=0, le=ID_LIMIT)] | None,
        Field(description="The last message that the author was shown, 0 for none; null asks for no check."),
    ] = None
    force: Annotated[bool, Field(description="Send although others have written since.")] = False


class EditMessage(Params):
    """Which message, and what it says from now on."""

    message_id: KnownMessageId
    body: Text


class Thread(Result):
    """A ticket's messages, oldest first; `seq` is the number of the last event that is in them."""

    messages: list[wire.Message]
    seq: wire.Seq


def add_methods(table: MethodRegistry, store: Store) -> None:
    """Register the methods."""

    @table.method(REPLY, allow=KNOWN, page=True, errors=_REPLY_ERRORS, examples=[_REPLIES, _ATTACHES])
    async def reply(caller: Caller, params: WriteReply) -> wire.Message:
        """Answer where the customer sees it: an agent's makes it wait, the customer's opens it again.

        With `last_seen_message_id` it is refused when others have written since, unless `force` is set.
        """
        return serializers.message(await store.write(lambda t: _write(t, caller, REPLY, params)))

    @table.method(NOTE, allow=STAFF, page=True, errors=_NOTE_ERRORS, examples=[_NOTES])
    async def note(caller: Caller, params: WriteMessage) -> wire.Message:
        """Write to the other agents; the customer never sees it, nor a trace of it."""
        return serializers.message(await store.write(lambda t: _write(t, caller, NOTE, params)))

    @table.method(
        EDIT, allow=KNOWN, errors=[Unauthenticated, Forbidden, NotFound, Conflict, Unavailable], examples=[_EDITS]
    )
    async def edit(caller: Caller, params: EditMessage) -> wire.Message:
        """Correct one's own message within 5 minutes; the audit trail keeps the old text."""
        return serializers.message(await store.write(lambda t: _edit(t, caller, params)))

    @table.method(
        "message.list", allow=KNOWN, page=True, errors=[Unauthenticated, NotFound, Unavailable], examples=_LISTS
    )
    async def list_(caller: Caller, params: TicketParams) -> Thread:
        """Read a ticket's messages, oldest first: an agent with the notes, its customer without."""

        def query(db: apsw.Connection) -> tuple[list[Message], wire.Seq]:
            visible(db, caller, params.ticket_id)
            found = messages.of_ticket(db, params.ticket_id, notes=caller.is_staff)
            return found, events.last_seq(db)

        found, seq = await store.query(query)
        return Thread(messages=[serializers.message(message) for message in found], seq=seq)


def _write(transaction: SqliteUnitOfWork, caller: Caller, method: str, params: WriteMessage) -> Message:
    if not params.attachments and not params.body.strip():
        raise misfit(method, ["body: a message needs a text or an attachment"])
    db, author = transaction.connection, caller.known()
    ticket = visible(db, caller, params.ticket_id)
    made = client_tokens.find(db, author.user_id, method, params.client_token)
    if made is not None:
        return _made(db, wire.MessageId(made), ticket.ticket_id)
    if isinstance(params, WriteReply):
        _check_seen(db, caller, params)
    command = commands.note if method == NOTE else commands.reply
    change = command(
        ticket=ticket,
        author=author,
        message_id=messages.next_id(db),
        body=params.body,
        now=transaction.now,
        attachments=taken(db, caller, params.attachments),
    )
    transaction.apply(change, caller)
    client_tokens.add(db, author.user_id, method, params.client_token, change.message.message_id, transaction.now)
    drafts.sent(transaction, caller, ticket.ticket_id, change.message.kind)
    return change.message


def _check_seen(db: apsw.Connection, caller: Caller, params: WriteReply) -> None:
    """Raise `ThreadMoved` when others have written what the author has not seen; one's own does not count."""
    seen = params.last_seen_message_id
    if seen is None or params.force:
        return
    newer = messages.after(db, params.ticket_id, seen, notes=caller.is_staff)
    unseen = [message for message in newer if message.author != caller.known().user_id]
    if unseen:
        raise ThreadMoved([serializers.message(message).model_dump(mode="json") for message in unseen])


def _edit(transaction: SqliteUnitOfWork, caller: Caller, params: EditMessage) -> Message:
    db = transaction.connection
    message = messages.find(db, params.message_id)
    ticket = tickets.find(db, message.ticket_id) if message else None
    hidden = ticket is None or not caller.sees(ticket)
    if message is None or ticket is None or hidden or (message.kind is MessageKind.NOTE and not caller.is_staff):
        raise NotFound(f"there is no message {params.message_id}")
    change = commands.edit(ticket=ticket, message=message, by=caller.known(), body=params.body, now=transaction.now)
    if change is None:
        return message
    transaction.apply(change, caller)
    return change.message


def _made(db: apsw.Connection, message_id: wire.MessageId, ticket_id: wire.TicketId) -> Message:
    """What an earlier request with this token made; raises `Conflict` when that was on another ticket."""
    message = messages.find(db, message_id)
    if message is None or message.ticket_id != ticket_id:
        raise Conflict("this client_token was used on another ticket", hint="make a token for each message")
    return message
