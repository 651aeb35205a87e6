"""`draft.*`: what the caller has begun to write, on whichever screen."""

from __future__ import annotations

from typing import Annotated

import apsw
from pydantic import Field, StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server.drafts import rules as commands
from hero_assistance_server.drafts.rules import DraftKey
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.rpc.example_fixtures import NOTED
from hero_assistance_server.rpc.params import TITLE_LIMIT, KnownTicketId, OptionalText
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.sqlite import drafts, events, tickets
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.tickets.rpc import visible
from hero_assistance_server.timestamps import millis

_BEGUN = {"ticket_id": 1, "body": "It is the old"}
_DRAFT = {"ticket_id": 1, "kind": "reply", "title": "", "body": "It is the old", "updated_at": NOTED}
_SAVES = Example("An agent pauses in writing", "bob", _BEGUN, _DRAFT)
_GETS = Example(
    "Another screen of theirs goes on", "bob", {"ticket_id": 1}, _DRAFT, (Call("bob", "draft.save", _BEGUN),)
)
_LISTS = Example("A customer has begun nothing", "carol", {}, {"drafts": [], "seq": 3})
_DELETES = Example("It is not wanted", "bob", {"ticket_id": 1}, True, (Call("bob", "draft.save", _BEGUN),))
_ERRORS = (Unauthenticated, Forbidden, NotFound, Unavailable)


class KnownDraft(Params):
    """Which of the caller's drafts."""

    ticket_id: Annotated[KnownTicketId | None, Field(description="Null is a new ticket.")]
    kind: wire.MessageKind = wire.MessageKind.REPLY


class SaveDraft(KnownDraft):
    """What has been written so far."""

    title: Annotated[
        str,
        StringConstraints(max_length=TITLE_LIMIT, pattern=r"^[^\x00]*$"),
        Field(description="Of a new ticket; nothing else has one."),
    ] = ""
    body: OptionalText


class Draft(Result):
    """A draft of the caller's; `ticket_id` is null for that of a new ticket."""

    ticket_id: wire.TicketId | None
    kind: wire.MessageKind
    title: str
    body: str
    updated_at: wire.Millis


class DraftList(Result):
    """The caller's drafts, the latest first; `seq` is the number of the last event that is in them."""

    drafts: list[Draft]
    seq: wire.Seq


def add_methods(table: MethodRegistry, store: Store) -> None:
    """Register the methods."""

    @table.method("draft.save", allow=KNOWN, errors=[*_ERRORS, Conflict], examples=[_SAVES])
    async def save(caller: Caller, params: SaveDraft) -> Draft:
        """Keep what the caller has begun to write, in place of what they had; nobody else sees it.

        `message.reply`, `message.note` and `ticket.create` delete the draft of what they send.
        """
        return _shown(await store.write(lambda t: _save(t, caller, params)))

    @table.method("draft.get", allow=KNOWN, errors=_ERRORS, examples=[_GETS])
    async def get(caller: Caller, params: KnownDraft) -> Draft | None:
        """Read one draft; null when there is none."""

        def query(db: apsw.Connection) -> commands.Draft | None:
            return drafts.find(db, _key(db, caller, params))

        found = await store.query(query)
        return None if found is None else _shown(found)

    @table.method("draft.list", allow=KNOWN, errors=[Unauthenticated, Unavailable], examples=[_LISTS])
    async def list_(caller: Caller, _params: NoParams) -> DraftList:
        """List everything that the caller has begun to write, the latest first."""

        def query(db: apsw.Connection) -> tuple[list[commands.Draft], wire.Seq]:
            found = drafts.of_author(db, caller.known().user_id)
            return [draft for draft in found if _may_send(db, caller, draft.key)], events.last_seq(db)

        found, seq = await store.query(query)
        return DraftList(drafts=[_shown(draft) for draft in found], seq=seq)

    @table.method("draft.delete", allow=KNOWN, errors=_ERRORS, examples=[_DELETES])
    async def delete(caller: Caller, params: KnownDraft) -> bool:
        """Delete a draft; whether there was one."""

        def command(transaction: SqliteUnitOfWork) -> bool:
            key = _key(transaction.connection, caller, params)
            found = drafts.delete(transaction.connection, key)
            if found:
                transaction.apply(commands.deleted(key), caller)
            return found

        return await store.write(command)


def _save(transaction: SqliteUnitOfWork, caller: Caller, params: SaveDraft) -> commands.Draft:
    db = transaction.connection
    key = _key(db, caller, params)
    if params.title and key.ticket_id is not None:
        raise Conflict("only a new ticket has a title", hint="leave the title out")
    draft = commands.Draft(key, params.title, params.body, transaction.now)
    change = commands.saved(draft, drafts.others(db, key))
    drafts.save(transaction, draft)
    transaction.apply(change, caller)
    return draft


def _key(db: apsw.Connection, caller: Caller, params: KnownDraft) -> DraftKey:
    """The draft's key; raises `NotFound` for a ticket that the caller does not see, `Forbidden` for a note."""
    if params.ticket_id is not None:
        visible(db, caller, params.ticket_id)
    if params.kind is wire.MessageKind.NOTE and not caller.is_staff:
        raise Forbidden("notes are among agents")
    return DraftKey(caller.known().user_id, params.ticket_id, params.kind)


def _may_send(db: apsw.Connection, caller: Caller, key: DraftKey) -> bool:
    """Whether the author may still do what they began: they may have been an agent, or a collaborator, then."""
    if caller.is_staff or key.ticket_id is None:
        return caller.is_staff or key.kind is wire.MessageKind.REPLY
    ticket = tickets.find(db, key.ticket_id)
    return ticket is not None and caller.sees(ticket) and key.kind is wire.MessageKind.REPLY


def _shown(draft: commands.Draft) -> Draft:
    key = draft.key
    return Draft(
        ticket_id=key.ticket_id,
        kind=key.kind,
        title=draft.title,
        body=draft.body,
        updated_at=millis(draft.updated_at),
    )
