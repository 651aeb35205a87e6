"""What every engine must do with messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from hero_assistance_sdk.wire import MessageId, MessageKind, TicketId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages import rules
from hero_assistance_server.messages.model import Message
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.tickets.merging import merge_split
from tests.server.contract.ticket_changes import BOB, CAROL, NOON, create, write

pytestmark = pytest.mark.anyio


def write_thread(work: UnitOfWork) -> list[Message]:
    """Write a reply, a note and a reply on a new ticket."""
    ticket, thread = create(work), list[Message]()
    for kind, author in ((MessageKind.REPLY, BOB), (MessageKind.NOTE, BOB), (MessageKind.REPLY, CAROL)):
        ticket, message = write(work, ticket, kind, f"body {len(thread)}", author)
        thread.append(message)
    return thread


async def test_a_thread_is_listed_in_order_with_or_without_notes(storage: Storage) -> None:
    thread = await storage.write(write_thread)
    ticket_id, public = thread[0].ticket_id, [thread[0], thread[2]]

    def lists(snapshot: Snapshot) -> list[list[Message]]:
        messages = snapshot.messages
        return [
            [*messages.iterate_after(ticket_id, MessageId(0), notes=True)],
            [*messages.iterate_after(ticket_id, MessageId(0), notes=False)],
            [*messages.iterate_newest(ticket_id, notes=True)],
            [*messages.iterate_newest(ticket_id, notes=False)],
            *([*one] for one in messages.iterate_newest_of([ticket_id, TicketId(99)], notes=True)),
            *([*one] for one in messages.iterate_newest_of([ticket_id], notes=False)),
            [*messages.iterate_after(ticket_id, thread[0].message_id, notes=True)],
            [*messages.iterate_after(ticket_id, thread[0].message_id, notes=False)],
        ]

    newest = [thread[::-1], public[::-1], thread[::-1], [], public[::-1]]
    expected = [thread, public, *newest, thread[1:], thread[2:]]
    assert await storage.read(lists) == expected


async def test_a_message_is_found_by_its_id(storage: Storage) -> None:
    thread = await storage.write(write_thread)
    assert await storage.read(lambda snapshot: snapshot.messages.find(thread[1].message_id)) == thread[1]
    assert await storage.read(lambda snapshot: snapshot.messages.find(MessageId(9))) is None


@pytest.mark.parametrize(("asked", "notes", "expected"), [(0, 2, 0), (2, 2, 2), (2, 0, 1), (3, 0, 3), (99, 2, 3)])
async def test_the_last_message_that_was_seen_is_one_of_the_thread(
    storage: Storage, asked: int, notes: int, expected: int
) -> None:
    (first, *_) = await storage.write(write_thread)
    found = await storage.read(
        lambda snapshot: snapshot.messages.find_last_seen(first.ticket_id, MessageId(asked), notes=bool(notes))
    )
    assert found == expected


async def test_the_time_of_the_last_message(storage: Storage) -> None:
    thread = await storage.write(write_thread)
    times = await storage.read(
        lambda snapshot: [snapshot.messages.last_time(TicketId(number)) for number in (thread[0].ticket_id, 99)]
    )
    assert times == [thread[-1].created_at, None]


async def test_a_merged_thread_is_in_the_order_of_times(storage: Storage) -> None:
    """The text of the merged ticket has the greatest id, and is listed where that ticket was filed."""

    def merge(work: UnitOfWork) -> TicketId:
        source, target = create(work, now=NOON), create(work, now=NOON)
        for day, ticket in ((3, source), (1, target), (4, target)):
            change = rules.note(
                ticket=ticket, author=BOB, message_id=work.messages.next_id(), body=str(day), now=NOON + timedelta(day)
            )
            work.apply(change, Caller(BOB))
        late = replace(source, created_at=NOON + timedelta(2))
        changes = merge_split.merge(
            source=late,
            target=target,
            entries=work.messages.list_entries(source.ticket_id),
            last_of_target=work.messages.list_entries(target.ticket_id),
            message_id=work.messages.next_id(),
            now=work.now,
        )
        for each in changes:
            work.apply(each, Caller(BOB))
        return target.ticket_id

    ticket_id = await storage.write(merge)

    def lists(snapshot: Snapshot) -> list[Sequence[int]]:
        messages = snapshot.messages
        return [
            [message.message_id for message in messages.iterate_newest(ticket_id, notes=True)][::-1],
            [entry.message_id for entry in messages.list_entries(ticket_id)],
            [message.message_id for message in messages.iterate_after(ticket_id, MessageId(0), notes=True)],
            [2, *(message.message_id for message in messages.iterate_after(ticket_id, MessageId(2), notes=True))],
            [
                MessageId(2),
                MessageId(4),
                *(m.message_id for m in messages.iterate_after(ticket_id, MessageId(4), notes=True)),
            ],
        ]

    assert await storage.read(lists) == [[2, 4, 1, 3]] * 5
    own = await storage.read(lambda snapshot: [entry.own for entry in snapshot.messages.list_entries(ticket_id)])
    assert own == [True, False, False, True]


async def test_ids_are_of_the_whole_project(storage: Storage) -> None:
    await storage.write(write_thread)
    assert [message.message_id for message in await storage.write(write_thread)] == [4, 5, 6]


async def test_an_edited_message_keeps_its_place(storage: Storage) -> None:
    def edit(work: UnitOfWork) -> Message:
        message, ticket = work.messages.find(MessageId(1)), work.tickets.find(thread[0].ticket_id)
        assert message is not None
        assert ticket is not None
        change = rules.edit(ticket=ticket, message=message, by=BOB, body="better", now=work.now)
        assert change is not None
        work.apply(change, Caller(BOB))
        return change.message

    thread = await storage.write(write_thread)
    edited = await storage.write(edit)
    assert edited == replace(thread[0], body="better", edited_at=edited.edited_at)
    found = await storage.read(
        lambda snapshot: [*snapshot.messages.iterate_after(thread[0].ticket_id, MessageId(0), notes=True)]
    )
    assert found == [edited, *thread[1:]]


async def test_messages_move_with_a_split(storage: Storage) -> None:
    def split(work: UnitOfWork) -> None:
        source = work.tickets.find(thread[0].ticket_id)
        assert source is not None
        changes = merge_split.split(
            source=source,
            entries=work.messages.list_entries(source.ticket_id),
            chosen=frozenset({thread[2].message_id}),
            ticket_id=work.tickets.next_id(),
            title="split",
            now=work.now,
        )
        for change in changes:
            work.apply(change, Caller(BOB))

    thread = await storage.write(write_thread)
    await storage.write(split)
    entries = await storage.read(
        lambda snapshot: [
            [entry.message_id for entry in snapshot.messages.list_entries(ticket_id)]
            for ticket_id in (thread[0].ticket_id, TicketId(thread[0].ticket_id + 1))
        ]
    )
    assert entries == [[1, 2], [3]]
