"""`draft.*`: texts that the caller has begun to write, on any of their screens."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, DraftMoved, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.attachments.rpc import Attachments
from hero_assistance_server.attachments.service import find_unused_uploads
from hero_assistance_server.drafts import rules
from hero_assistance_server.drafts.repository import FIRST, DraftPlace
from hero_assistance_server.drafts.service import DraftText, delete_draft, draft_key, iterate_drafts, save_draft
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.example_fixtures import NOTED
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import TIME_LIMIT, TITLE_LIMIT, ClientToken, KnownTicketId, OptionalText
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.timestamps import millis

_BEGUN = {"ticket_id": 1, "body": "It is the old"}
_DRAFT = {
    "ticket_id": 1,
    "kind": "reply",
    "title": "",
    "body": "It is the old",
    "attachments": [],
    "client_token": None,
    "updated_at": NOTED,
}
_SAVES = Example("An agent pauses in writing", "bob", _BEGUN, _DRAFT)
_FIRST = {"ticket_id": 1, "body": "It is the old", "client_token": "3f2a", "based_on": 0}
_SAVES_ONCE = Example(
    "The first words, with the token that they are sent with", "bob", _FIRST, _DRAFT | {"client_token": "3f2a"}
)
_NEW = {"ticket_id": None, "title": "No sound", "body": "Since the update"}
_SAVES_NEW = Example(
    "A customer begins a new ticket",
    "carol",
    _NEW,
    _DRAFT | _NEW,
)
_GETS = Example(
    "Another screen of theirs goes on", "bob", {"ticket_id": 1}, _DRAFT, (Call("bob", "draft.save", _BEGUN),)
)
_LISTS = Example("A customer has begun nothing", "carol", {}, {"drafts": [], "next_cursor": None, "seq": 3})
_DELETES = Example("It is not wanted", "bob", {"ticket_id": 1}, True, (Call("bob", "draft.save", _BEGUN),))
_ERRORS = (Unauthenticated, Forbidden, NotFound, Unavailable)


Version = Annotated[
    Annotated[wire.Millis, Field(ge=0, le=TIME_LIMIT)] | None,
    Field(description="The `updated_at` of the draft that this goes on from, 0 for none; null asks for no check."),
]


class KnownDraft(Params):
    """One of the caller's drafts."""

    ticket_id: Annotated[KnownTicketId | None, Field(description="Null is a new ticket.")]
    kind: wire.MessageKind = wire.MessageKind.REPLY


class SaveDraft(KnownDraft):
    """The text so far."""

    title: Annotated[
        str,
        StringConstraints(max_length=TITLE_LIMIT, pattern=r"^[^\x00]*$"),
        Field(description="Of a new ticket; nothing else has one."),
    ] = ""
    body: OptionalText
    attachments: Attachments = ()
    client_token: Annotated[
        ClientToken, Field(description="What it is sent with; a save after that is refused: it comes too late.")
    ] = None
    based_on: Version = None


class DeleteDraft(KnownDraft):
    """The draft, and what the caller knows of it."""

    based_on: Version = None


class DraftList(Result):
    """The caller's drafts, the latest first; `seq` is the number of the last event that is in them."""

    drafts: list[wire.Draft]
    next_cursor: str | None
    seq: wire.Seq


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""

    @table.method(
        "draft.save",
        allow=KNOWN,
        adds=Usage.TEXTS,
        page=True,
        errors=[*_ERRORS, Conflict, DraftMoved],
        examples=[_SAVES, _SAVES_ONCE, _SAVES_NEW],
    )
    async def save(caller: Caller, params: SaveDraft) -> wire.Draft:
        """Save a draft of the caller, in place of the one before; no other user sees it.

        `message.reply`, `message.note` and `ticket.create` delete the draft of what they send. Uploads of a draft are
        kept as long as it is; those that are gone are left out.
        """
        text = DraftText(params.body, params.title, params.client_token, params.attachments, params.based_on)

        def command(work: UnitOfWork) -> wire.Draft:
            return _serialize(work, caller, save_draft(work, caller, params.ticket_id, params.kind, text))

        return await storage.write(command)

    @table.method("draft.get", allow=KNOWN, page=True, errors=_ERRORS, examples=[_GETS])
    async def get(caller: Caller, params: KnownDraft) -> wire.Draft | None:
        """Read one draft; null when there is none."""

        def query(snapshot: Snapshot) -> wire.Draft | None:
            found = snapshot.drafts.find(draft_key(snapshot, caller, params.ticket_id, params.kind))
            return None if found is None else _serialize(snapshot, caller, found)

        return await storage.read(query)

    @table.method("draft.list", allow=KNOWN, page=True, errors=[Unauthenticated, Unavailable], examples=[_LISTS])
    async def list_(caller: Caller, params: PageParams) -> Encoded[DraftList]:
        """List the drafts of the caller, the latest first."""
        return await storage.read(lambda snapshot: _list(snapshot, caller, params))

    @table.method("draft.delete", allow=KNOWN, page=True, errors=[*_ERRORS, DraftMoved], examples=[_DELETES])
    async def delete(caller: Caller, params: DeleteDraft) -> bool:
        """Delete a draft; whether there was one."""
        return await storage.write(
            lambda work: delete_draft(work, caller, params.ticket_id, params.kind, params.based_on)
        )


def _list(snapshot: Snapshot, caller: Caller, params: PageParams) -> Encoded[DraftList]:
    after = FIRST if params.cursor is None else DraftPlace(*place_at(params.cursor, int, int, str))
    rows = iterate_drafts(snapshot, caller, after)
    page = fill_page(rows, lambda draft: _serialize(snapshot, caller, draft).model_dump_json().encode(), params.limit)
    cursor = None if page.last is None else cursor_at(*_place_of(page.last))
    return Encoded.of(DraftList, drafts=page.json, next_cursor=cursor, seq=snapshot.events.last_seq())


def _place_of(draft: rules.Draft) -> DraftPlace:
    return DraftPlace(millis(draft.updated_at), draft.key.ticket_id or 0, draft.key.kind.value)


def _serialize(snapshot: Snapshot, caller: Caller, draft: rules.Draft) -> wire.Draft:
    uploads = find_unused_uploads(snapshot, caller, draft.attachment_ids)
    return wire.Draft(
        ticket_id=draft.key.ticket_id,
        kind=draft.key.kind,
        title=draft.title,
        body=draft.body,
        attachments=[serializers.attachment(upload) for upload in uploads],
        client_token=draft.client_token,
        updated_at=millis(draft.updated_at),
    )
