"""`message.history`: the texts that a message had before it was edited."""

from __future__ import annotations

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Result
from hero_assistance_server.audit.repository import StoredAuditEntry
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.messages.service import iterate_edits
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.example_fixtures import NOTED
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import ID_LIMIT, KnownMessageId
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage

_EDITS = Call("bob", "message.edit", {"message_id": 1, "body": "Which address do you see there?"})
_READS = Example(
    "An agent looks what was written first",
    "alice",
    {"message_id": 1},
    {"versions": [{"body": "Which address do you see?", "until": NOTED}], "next_cursor": None},
    after=(_EDITS,),
    varies=frozenset({"until"}),
)


class ListVersions(PageParams):
    """The message, and which page of its earlier texts."""

    message_id: KnownMessageId


class MessageVersion(Result):
    """A text that a message had until it was edited."""

    body: str
    until: wire.Millis


class MessageHistory(Result):
    """The earlier texts of a message, the one that was replaced last first."""

    versions: list[MessageVersion]
    next_cursor: str | None


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the method."""

    @table.method(
        "message.history",
        allow=KNOWN,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Unavailable],
        examples=[_READS],
    )
    async def history(caller: Caller, params: ListVersions) -> Encoded[MessageHistory]:
        """List the texts that a message had before: to agents, and to the customer who wrote it."""
        return await storage.read(lambda snapshot: _list(snapshot, caller, params))


def _list(snapshot: Snapshot, caller: Caller, params: ListVersions) -> Encoded[MessageHistory]:
    (before,) = (ID_LIMIT,) if params.cursor is None else place_at(params.cursor, int)
    page = fill_page(iterate_edits(snapshot, caller, params.message_id, before), _encode, params.limit)
    cursor = None if page.last is None else cursor_at(page.last.audit_id)
    return Encoded.of(MessageHistory, versions=page.json, next_cursor=cursor)


def _encode(entry: StoredAuditEntry) -> bytes:
    return MessageVersion(body=entry.detail["old"], until=entry.at).model_dump_json().encode()
