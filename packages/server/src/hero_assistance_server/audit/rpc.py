"""`audit.*`: the audit entries."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.audit.repository import AuditQuery, StoredAuditEntry
from hero_assistance_server.identity.permissions import OPERATORS, STAFF, Caller
from hero_assistance_server.rpc.example_fixtures import NOTED
from hero_assistance_server.rpc.pages import fill_page
from hero_assistance_server.rpc.params import ID_LIMIT, PAGE_DEFAULT, PAGE_LIMIT, KnownTicketId, UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage

_ACTION = r"^[a-z_]+\.[a-z_]+$"


class AuditEntry(Result):
    """One entry; `actor` is null for what the server did by itself.

    `origin` is `operator` for the operator, `unix` for another program of this machine, an address of the overlay, `ui
    ADDRESS` or `ui.sock ADDRESS` for the page (over TCP or through a proxy, which may not say the address), `rpc.sock
    ADDRESS` for what a proxy or a browser's request brings to the ticket server's own socket, or a timer's name.

    `detail` is texts by name, other ones for each action, such as the old text of an edited message.
    """

    audit_id: int
    at: wire.Millis
    actor: wire.UserId | None
    origin: str
    action: str
    ticket_id: wire.TicketId | None
    message_id: wire.MessageId | None
    detail: dict[str, str]


class ListAudit(Params):
    """Whose entries, on which ticket; what is null does not matter."""

    ticket_id: KnownTicketId | None = None
    actor: UserName | None = None
    action: Annotated[str, StringConstraints(max_length=50, pattern=_ACTION)] | None = None
    before: Annotated[int, Field(ge=1, le=ID_LIMIT, description="`next_before` of the page before.")] = ID_LIMIT
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT


class AuditPage(Result):
    """Entries, newest first; `next_before` asks for the next page, null at the end."""

    entries: list[AuditEntry]
    next_before: int | None


_LISTS = Example(
    "What happened on a ticket last",
    "bob",
    {"ticket_id": 1, "limit": 1},
    {
        "entries": [
            {
                "audit_id": 3,
                "at": NOTED,
                "actor": "alice",
                "origin": "unix",
                "action": "message.noted",
                "ticket_id": 1,
                "message_id": 2,
                "detail": {},
            }
        ],
        "next_before": 3,
    },
    varies=frozenset({"at"}),
)


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the method."""

    @table.method(
        "audit.list", allow=STAFF | OPERATORS, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS]
    )
    async def list_(_caller: Caller, params: ListAudit) -> Encoded[AuditPage]:
        """List who did what, newest first."""
        return await storage.read(lambda snapshot: _list(snapshot, params))


def _list(snapshot: Snapshot, params: ListAudit) -> Encoded[AuditPage]:
    query = AuditQuery(params.ticket_id, params.actor, params.action)
    page = fill_page(snapshot.audit.iterate_newest(query, params.before), _encode, params.limit)
    return Encoded.of(AuditPage, entries=page.json, next_before=None if page.last is None else page.last.audit_id)


def _encode(entry: StoredAuditEntry) -> bytes:
    fields = {name: getattr(entry, name) for name in AuditEntry.model_fields}
    return AuditEntry(**fields).model_dump_json().encode()
