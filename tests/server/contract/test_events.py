"""What every engine must do with events."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.wire import MessageKind, Seq
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.users.model import User
from tests.server.contract.tables import Tables
from tests.server.contract.ticket_changes import BOB, CAROL, DAVE, NOON, create, write

pytestmark = pytest.mark.anyio


async def listed(storage: Storage, reader: User, after: int = 0, limit: int = 10) -> list[int]:
    found = await storage.read(lambda snapshot: snapshot.events.list_after(Seq(after), limit, reader=reader).events)
    return [event.seq for event in found]


async def test_each_reader_gets_what_they_may_know_of(storage: Storage) -> None:
    def command(work: UnitOfWork) -> None:
        ticket = create(work)
        write(work, ticket, MessageKind.NOTE, "for us")
        create(work, customer=DAVE)

    await storage.write(command)
    assert [await listed(storage, reader) for reader in (BOB, CAROL, DAVE)] == [[1, 2, 3], [1], [3]]
    assert await listed(storage, BOB, after=1, limit=1) == [2]


async def test_a_customer_gets_a_text_without_what_is_among_staff(storage: Storage) -> None:
    def command(work: UnitOfWork) -> None:
        ticket, _ = write(work, create(work), MessageKind.NOTE, "for us")
        write(work, ticket, MessageKind.REPLY, "for all")

    await storage.write(command)
    event = (await storage.read(lambda snapshot: snapshot.events.list_after(Seq(2), 1, reader=CAROL).events))[0]
    assert '"message_count":2' in event.text_for(staff=True)
    assert '"message_count":1' in event.text_for(staff=False)


async def test_a_command_that_fails_takes_no_number(storage: Storage) -> None:
    def fails(work: UnitOfWork) -> None:
        create(work)
        raise Conflict("refused")

    await storage.write(create)
    with pytest.raises(Conflict):
        await storage.write(fails)
    assert await storage.read(lambda snapshot: snapshot.events.last_seq()) == 1
    await storage.write(create)
    assert await listed(storage, BOB) == [1, 2]


async def complete_after(storage: Storage) -> set[int]:
    """The numbers after which nothing is missing."""

    def known(snapshot: Snapshot) -> set[int]:
        return {seq for seq in range(-1, 9) if snapshot.events.has_all_after(seq)}

    return await storage.read(known)


async def test_a_reader_goes_on_only_where_nothing_is_missing(storage: Storage) -> None:
    later = NOON + timedelta(days=1)
    assert await complete_after(storage) == {0}
    for _ in range(4):
        await storage.write(create)
    assert await complete_after(storage) == {0, 1, 2, 3, 4}
    await storage.write(lambda work: work.events.prune(later, 2, 10))
    assert await complete_after(storage) == {2, 3, 4}
    await storage.write(lambda work: work.events.prune(later, 0, 10))
    assert await complete_after(storage) == {4}


async def test_a_portion_ends_with_its_last_event(storage: Storage) -> None:
    for _ in range(3):
        await storage.write(create)
    ends = await storage.read(lambda snapshot: [snapshot.events.find_end(Seq(after), 2) for after in range(4)])
    assert ends == [2, 3, 3, None]


async def test_pruning_leaves_the_last_ones_and_the_number(storage: Storage) -> None:
    def ranges(snapshot: Snapshot) -> tuple[int, int, int]:
        stored = snapshot.events.stored_range()
        return stored.first, stored.last, snapshot.events.last_seq()

    assert await storage.read(ranges) == (1, 0, 0)
    for _ in range(5):
        await storage.write(create)
    later = NOON + timedelta(days=1)
    assert await storage.write(lambda work: work.events.prune(NOON, 0, 10)) == 0
    assert await storage.write(lambda work: work.events.prune(later, 2, 2)) == 2
    assert await storage.read(ranges) == (3, 5, 5)
    assert await storage.write(lambda work: work.events.prune(later, 2, 2)) == 1
    assert await storage.write(lambda work: work.events.prune(later, 0, 10)) == 2
    assert await storage.read(ranges) == (6, 5, 5)


async def test_pruning_leaves_as_many_where_a_restore_left_numbers_out(storage: Storage, tables: Tables) -> None:
    """They are counted by their numbers, and between these there were no events."""
    later, left_out = NOON + timedelta(days=1), 2**40
    for _ in range(5):
        await storage.write(create)
    tables.leave_out_numbers(left_out)
    assert await storage.write(lambda work: work.events.prune(later, 4, 10)) == 1
    assert await listed(storage, BOB) == [2, 3, 4, 5]
    for _ in range(2):
        await storage.write(create)
    assert await storage.write(lambda work: work.events.prune(later, 4, 10)) == 2
    assert await listed(storage, BOB) == [4, 5, left_out + 1, left_out + 2]
    assert await storage.write(lambda work: work.events.prune(later, 2, 10)) == 2
    assert await storage.write(lambda work: work.events.prune(later, 1, 10)) == 1
    assert await listed(storage, BOB) == [left_out + 2]


async def test_a_reader_goes_on_only_behind_what_a_restore_left_out(storage: Storage, tables: Tables) -> None:
    def known(snapshot: Snapshot) -> list[int]:
        seen = (1, 2, 3, 1000, left_out - 1000, left_out, left_out + 1)
        return [seq for seq in seen if snapshot.events.has_all_after(seq)]

    left_out = 2**40
    for _ in range(2):
        await storage.write(create)
    tables.leave_out_numbers(left_out)
    assert await storage.read(known) == [1, 2, left_out]
    await storage.write(create)
    assert await storage.read(known) == [1, 2, left_out, left_out + 1]
    ends = await storage.read(lambda snapshot: [snapshot.events.find_end(Seq(after), 2) for after in (1, 2, left_out)])
    assert ends == [left_out + 1] * 3
