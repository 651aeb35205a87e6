"""What every engine must find by words."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.wire import MessageKind
from hero_assistance_server.search.filters import parse
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.tickets.ticket_update import Patch
from hero_assistance_server.users.model import User
from tests.server.contract.ticket_changes import BOB, CAROL, DAVE, create, set_fields, write

pytestmark = pytest.mark.anyio


async def found(storage: Storage, text: str, reader: User, before: int = 100, limit: int = 10) -> list[int]:
    tickets = await storage.read(lambda snapshot: snapshot.search.find(parse(text), reader, before, limit))
    return [ticket.ticket_id for ticket in tickets]


def fill(work: UnitOfWork) -> None:
    ticket, _ = write(work, create(work, "Café printer", tags=("office",)), MessageKind.REPLY, "the red gateway")
    write(work, ticket, MessageKind.NOTE, "secret password")
    create(work, "Laptop", customer=DAVE)


@pytest.mark.parametrize(
    ("text", "bobs", "carols", "daves"),
    [
        ("cafe", [1], [1], []),
        ("GATEWAY", [1], [1], []),
        ("gatew*", [1], [1], []),
        ('"red gateway"', [1], [1], []),
        ('"gateway red"', [], [], []),
        ("secret", [1], [], []),
        ("laptop", [2], [], [2]),
        ("tag:office", [1], [1], []),
        ("-laptop", [1], [1], []),
        ("after:2026-11-22", [2, 1], [1], [2]),
        ("before:2026-11-22", [], [], []),
    ],
)
async def test_each_reader_finds_what_they_can_read(
    storage: Storage, text: str, bobs: list[int], carols: list[int], daves: list[int]
) -> None:
    await storage.write(fill)
    assert [await found(storage, text, reader) for reader in (BOB, CAROL, DAVE)] == [bobs, carols, daves]


async def test_a_changed_ticket_is_found_as_it_is_now(storage: Storage) -> None:
    ticket = await storage.write(lambda work: create(work, "Laptop"))
    await storage.write(lambda work: set_fields(work, ticket, Patch(title="Keyboard")))
    assert [await found(storage, text, BOB) for text in ("laptop", "keyboard")] == [[], [1]]


async def test_results_come_in_pages(storage: Storage) -> None:
    for _ in range(4):
        await storage.write(create)
    assert await found(storage, "laptop", BOB, limit=2) == [4, 3]
    assert await found(storage, "laptop", BOB, before=3, limit=2) == [2, 1]
