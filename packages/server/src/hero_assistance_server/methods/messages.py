"""`message.*`: reply, note and read a thread."""

from __future__ import annotations

import apsw

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import MethodTable, Result
from hero_assistance_server.core import tickets as commands
from hero_assistance_server.core import views
from hero_assistance_server.core.model import Message
from hero_assistance_server.core.policy import Caller
from hero_assistance_server.methods.params import ClientToken, Text, TicketParams
from hero_assistance_server.methods.scene import NOTE as NOTED
from hero_assistance_server.methods.scene import REPLY as REPLIED
from hero_assistance_server.methods.tickets import visible
from hero_assistance_server.store import events, messages, tokens
from hero_assistance_server.store.store import Store
from hero_assistance_server.store.transaction import Transaction

REPLY = "message.reply"
NOTE = "message.note"
_COMMANDS = {REPLY: commands.reply, NOTE: commands.note}

_REPLIES = Example(
    "The customer answers",
    "carol",
    {"ticket_id": 1, "body": "It says 10.0.0.7."},
    REPLIED | {"message_id": 3, "author": "carol", "author_name": "Carol", "body": "It says 10.0.0.7."},
)
_NOTES = Example(
    "An agent tells the others",
    "bob",
    {"ticket_id": 1, "body": "That is the old gateway."},
    NOTED | {"message_id": 3, "author": "bob", "author_name": "Bob", "body": "That is the old gateway."},
)
_LISTS = (
    Example("An agent reads the thread", "bob", {"ticket_id": 1}, {"messages": [REPLIED, NOTED], "seq": 3}),
    Example("Its customer reads it", "carol", {"ticket_id": 1}, {"messages": [REPLIED], "seq": 3}),
)


class WriteMessage(TicketParams):
    """What is written, and where."""

    body: Text
    client_token: ClientToken = None


class Thread(Result):
    """A ticket's messages, oldest first; `seq` is the number of the last event that is in them."""

    messages: list[wire.Message]
    seq: wire.Seq


def add_methods(table: MethodTable[Caller], store: Store) -> None:
    """Register the methods."""

    @table.method(REPLY, errors=[Unauthenticated, NotFound, Conflict, Unavailable], examples=[_REPLIES])
    async def reply(caller: Caller, params: WriteMessage) -> wire.Message:
        """Answer where the customer sees it: an agent's makes it wait, the customer's opens it again."""
        return views.message(await store.write(lambda t: _write(t, caller, REPLY, params)))

    @table.method(NOTE, errors=[Unauthenticated, Forbidden, NotFound, Conflict, Unavailable], examples=[_NOTES])
    async def note(caller: Caller, params: WriteMessage) -> wire.Message:
        """Write to the other agents; the customer never sees it, nor a trace of it."""
        return views.message(await store.write(lambda t: _write(t, caller, NOTE, params)))

    @table.method("message.list", errors=[Unauthenticated, NotFound, Unavailable], examples=_LISTS)
    async def list_(caller: Caller, params: TicketParams) -> Thread:
        """Read a ticket's messages, oldest first: an agent with the notes, its customer without."""

        def query(db: apsw.Connection) -> tuple[list[Message], wire.Seq]:
            visible(db, caller, params.ticket_id)
            found = messages.of_ticket(db, params.ticket_id, notes=caller.is_staff)
            return found, events.last_seq(db)

        found, seq = await store.read(query)
        return Thread(messages=[views.message(message) for message in found], seq=seq)


def _write(transaction: Transaction, caller: Caller, method: str, params: WriteMessage) -> Message:
    db, author = transaction.connection, caller.known()
    ticket = visible(db, caller, params.ticket_id)
    made = tokens.find(db, author.user_id, method, params.client_token)
    if made is not None:
        return _made(db, wire.MessageId(made), ticket.ticket_id)
    change = _COMMANDS[method](
        ticket=ticket, author=author, message_id=messages.next_id(db), body=params.body, now=transaction.now
    )
    transaction.apply(change)
    tokens.add(db, author.user_id, method, params.client_token, change.message.message_id)
    return change.message


def _made(db: apsw.Connection, message_id: wire.MessageId, ticket_id: wire.TicketId) -> Message:
    """What an earlier request with this token made; raises `Conflict` when that was on another ticket."""
    message = messages.find(db, message_id)
    if message is None or message.ticket_id != ticket_id:
        raise Conflict("this client_token was used on another ticket", hint="make a token for each message")
    return message
