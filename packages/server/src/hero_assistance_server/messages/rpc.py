"""`message.*`: reply, note and read a thread."""

from __future__ import annotations

from typing import Annotated

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
from hero_assistance_sdk.rpc.encoded import Encoded, array
from hero_assistance_sdk.rpc.errors import InvalidParams, misfit
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.field_faults import FaultKind, FieldFault
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_sdk.wire import MessageId, MessageKind
from hero_assistance_server import serializers
from hero_assistance_server.attachments.rpc import Attachments
from hero_assistance_server.identity.permissions import KNOWN, STAFF, Caller
from hero_assistance_server.messages.model import Message, ReplyOptions
from hero_assistance_server.messages.repository import BEHIND_ALL, ThreadPlace
from hero_assistance_server.messages.service import NOTE, REPLY, edit_message, iterate_messages, write_message
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.example_fixtures import NOTE as NOTED
from hero_assistance_server.rpc.example_fixtures import REPLIED as REPLIED_AT
from hero_assistance_server.rpc.example_fixtures import REPLY as REPLIED
from hero_assistance_server.rpc.example_fixtures import UPLOAD, UPLOADED
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import ID_LIMIT, ClientToken, KnownMessageId, OptionalText, Text, TicketParams
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage
from hero_assistance_server.texts import is_blank
from hero_assistance_server.timestamps import millis

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
_GOES_ON = Example(
    "Her ticket 2 was merged into ticket 1, where it goes on",
    "carol",
    {"ticket_id": 2, "body": "It works again."},
    REPLIED | {"message_id": 4, "author": "carol", "author_name": "Carol", "body": "It works again."},
    after=(
        Call("carol", "ticket.create", {"title": "VPN!", "body": "Still nothing."}),
        Call("bob", "ticket.merge", {"ticket_id": 2, "into": 1}),
    ),
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
    Example(
        "An agent reads the thread",
        "bob",
        {"ticket_id": 1},
        {"messages": [REPLIED, NOTED], "next_cursor": None, "seq": 3},
    ),
    Example(
        "What was said last",
        "bob",
        {"ticket_id": 1, "limit": 1},
        {"messages": [NOTED], "next_cursor": "WzE3Njc2MDM5MDAwMDAsMl0", "seq": 3},
        varies=frozenset({"next_cursor"}),
    ),
    Example(
        "Its customer reads it",
        "carol",
        {"ticket_id": 1},
        {"messages": [REPLIED], "next_cursor": None, "seq": 3},
    ),
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
    status: Annotated[
        wire.Status | None,
        Field(description="What the ticket is set to with it; null: what a reply makes of it."),
    ] = None


class EditMessage(Params):
    """The message, and its new text."""

    message_id: KnownMessageId
    body: Text


class ListMessages(PageParams, TicketParams):
    """The ticket, and which page of its thread."""


class Thread(Result):
    """A page of a ticket's messages, oldest first; `seq` is the number of the last event that is in them.

    They are in the order of `created_at`, and of `message_id` where that is the same. `next_cursor` asks for the older
    ones; it is null where the thread begins.
    """

    messages: list[wire.Message]
    next_cursor: str | None
    seq: wire.Seq


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""

    @table.method(
        REPLY,
        allow=KNOWN,
        adds=Usage.MESSAGES,
        page=True,
        errors=_REPLY_ERRORS,
        examples=[_REPLIES, _ATTACHES, _GOES_ON],
    )
    async def reply(caller: Caller, params: WriteReply) -> wire.Message:
        """Write a reply: from an agent it sets the ticket to waiting, from the customer it reopens it.

        A customer's reply to a merged ticket is written on the one that it was merged into; the answer's `ticket_id`
        says so. With `last_seen_message_id` it is refused when others have written since, unless `force` is set. With a
        `status`, the ticket gets it in the same transaction: both, or neither.
        """
        last_seen = None if params.force else params.last_seen_message_id
        options = ReplyOptions(last_seen, params.status)
        return await _write(storage, caller, MessageKind.REPLY, params, options)

    @table.method(NOTE, allow=STAFF, adds=Usage.MESSAGES, page=True, errors=_NOTE_ERRORS, examples=[_NOTES])
    async def note(caller: Caller, params: WriteMessage) -> wire.Message:
        """Write a note for the other agents; the customer sees no trace of it."""
        return await _write(storage, caller, MessageKind.NOTE, params, ReplyOptions())

    @table.method(
        EDIT,
        allow=KNOWN,
        adds=Usage.MESSAGES,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Conflict, Unavailable],
        examples=[_EDITS],
    )
    async def edit(caller: Caller, params: EditMessage) -> wire.Message:
        """Correct one's own message within 5 minutes; `message.history` has the old text."""
        message = await storage.write(lambda work: edit_message(work, caller, params.message_id, params.body))
        return serializers.message(message)

    @table.method(
        "message.list",
        allow=KNOWN,
        page=True,
        errors=[Unauthenticated, NotFound, Unavailable],
        examples=_LISTS,
    )
    async def list_(caller: Caller, params: ListMessages) -> Encoded[Thread]:
        """Read a ticket's last messages, oldest first: an agent with the notes, its customer without.

        Continue with `next_cursor`, page by page, to the beginning of the thread.
        """
        return await storage.read(lambda snapshot: _list(snapshot, caller, params))


def _list(snapshot: Snapshot, caller: Caller, params: ListMessages) -> Encoded[Thread]:
    before = BEHIND_ALL if params.cursor is None else ThreadPlace(*place_at(params.cursor, int, int))
    page = fill_page(iterate_messages(snapshot, caller, params.ticket_id, before), _encode, params.limit)
    cursor = None if page.last is None else cursor_at(millis(page.last.created_at), page.last.message_id)
    return Encoded.of(Thread, messages=array(reversed(page.items)), next_cursor=cursor, seq=snapshot.events.last_seq())


def _encode(message: Message) -> bytes:
    return serializers.message(message).model_dump_json().encode()


async def _write(
    storage: Storage, caller: Caller, kind: MessageKind, params: WriteMessage, options: ReplyOptions
) -> wire.Message:
    if not params.attachments and is_blank(params.body):
        fault = FieldFault("body", FaultKind.EMPTY_MESSAGE, "a message needs a text or an attachment")
        raise misfit(NOTE if kind is MessageKind.NOTE else REPLY, [fault])
    message = await storage.write(
        lambda work: write_message(
            work,
            caller,
            kind,
            params.ticket_id,
            body=params.body,
            client_token=params.client_token,
            attachment_ids=params.attachments,
            options=options,
        )
    )
    return serializers.message(message)
