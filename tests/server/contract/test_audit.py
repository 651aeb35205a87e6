"""What every engine must do with the audit trail."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.wire import MessageKind, TicketId
from hero_assistance_server.audit.repository import AuditQuery
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.timestamps import millis
from tests.server.contract.ticket_changes import BOB, CAROL, NOON, create, write

pytestmark = pytest.mark.anyio


async def listed(storage: Storage, query: AuditQuery, before: int = 100, limit: int = 10) -> list[int]:
    found = await storage.read(lambda snapshot: [*snapshot.audit.iterate_newest(query, before)][:limit])
    return [entry.audit_id for entry in found]


async def test_entries_are_found_by_ticket_actor_and_action(storage: Storage) -> None:
    def command(work: UnitOfWork) -> None:
        write(work, create(work), MessageKind.REPLY, "b")
        write(work, create(work), MessageKind.REPLY, "b")

    await storage.write(command)
    for query, expected in (
        (AuditQuery(), [4, 3, 2, 1]),
        (AuditQuery(ticket_id=TicketId(1)), [2, 1]),
        (AuditQuery(actor=BOB.user_id), [4, 2]),
        (AuditQuery(actor=CAROL.user_id, action="ticket.created"), [3, 1]),
        (AuditQuery(action="ticket.merged"), []),
    ):
        assert await listed(storage, query) == expected
    assert await listed(storage, AuditQuery(), before=4, limit=2) == [3, 2]


async def test_an_entry_without_an_event(storage: Storage) -> None:
    await storage.write(
        lambda work: work.record_audit_entry("attachment.deleted", Caller(BOB, origin="unix"), {"name": "ä.txt"})
    )
    entry = (await storage.read(lambda snapshot: [*snapshot.audit.iterate_newest(AuditQuery(), 100)][:1]))[0]
    assert (entry.at, entry.actor, entry.origin, entry.action) == (millis(NOON), "bob", "unix", "attachment.deleted")
    assert (entry.ticket_id, entry.message_id, entry.detail) == (None, None, {"name": "ä.txt"})
    assert await storage.read(lambda snapshot: snapshot.events.last_seq()) == 0
