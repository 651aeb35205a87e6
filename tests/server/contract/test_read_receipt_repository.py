"""`ReadReceiptRepository`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hero_assistance_sdk.wire import MessageId, TicketId, UserId
from hero_assistance_server.events.change_builder import build_filing
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.read_receipts.model import ReadReceipt, TicketReader
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.tickets.event_types import TICKET_SPLIT
from hero_assistance_server.timestamps import millis
from tests.server.contract.changes import ALICE, BOB, CAROL, DAVE, assign, file_ticket, note, reply
from tests.server.contract.conftest import NOW

pytestmark = pytest.mark.anyio

FIRST = TicketId(1)


def write_thread(work: UnitOfWork) -> None:
    """A ticket of Carol's with a reply and a note of Bob's, and one of Dave's."""
    ticket = reply(work, file_ticket(work, 1), 1)
    note(work, ticket, 2)
    file_ticket(work, 2, customer=DAVE)


def receipt(message_id: int, unread: int, *, opened: bool = True) -> ReadReceipt:
    return ReadReceipt(FIRST, MessageId(message_id), unread, opened)


async def test_what_others_wrote_is_unread_and_a_customer_sees_no_notes(storage: Storage) -> None:
    await storage.write(write_thread)
    for user, expected in (
        (ALICE, receipt(0, 3, opened=False)),
        (CAROL, receipt(0, 1)),
        (BOB, receipt(0, 0)),
    ):
        found = await storage.read(lambda snapshot, user=user: snapshot.read_receipts.list_for(user, [FIRST]))  # type: ignore[misc]
        assert found == [expected]


async def test_a_receipt_moves_forward_and_back_on_demand(storage: Storage) -> None:
    await storage.write(write_thread)
    for message_id, back, is_change, expected in (
        (0, False, True, receipt(0, 2)),
        (0, False, False, receipt(0, 2)),
        (1, False, True, receipt(1, 1)),
        (2, False, True, receipt(2, 0)),
        (1, False, False, receipt(2, 0)),
        (2, True, False, receipt(2, 0)),
        (0, True, True, receipt(0, 2)),
        (1, True, True, receipt(1, 1)),
    ):

        def move(work: UnitOfWork, message_id: int = message_id, back: bool = back) -> tuple[bool, list[ReadReceipt]]:
            moved = work.read_receipts.save(ALICE.user_id, FIRST, MessageId(message_id), work.now, back=back)
            return moved, work.read_receipts.list_for(ALICE, [FIRST])

        assert await storage.write(move) == (is_change, [expected])
    assert await storage.read(lambda snapshot: snapshot.read_receipts.last_read(ALICE.user_id, FIRST)) == 1
    assert await storage.read(lambda snapshot: snapshot.read_receipts.last_read(BOB.user_id, FIRST)) == 0


async def test_an_author_has_opened_the_ticket_also_when_the_messages_are_gone(storage: Storage) -> None:
    def move(work: UnitOfWork) -> list[ReadReceipt]:
        ticket = reply(work, file_ticket(work, 1), 1)
        part = file_ticket(work, 2)
        work.read_receipts.add_for_authors(FIRST, work.now)
        changed = replace(part, reply_count=1, last_reply_id=MessageId(1), last_message_id=MessageId(1))
        work.apply(replace(build_filing(TICKET_SPLIT, changed, moved=(MessageId(1),)), before=part), Caller(ALICE))
        assert ticket.reply_count == 1
        return [*work.read_receipts.list_for(BOB, [FIRST]), *work.read_receipts.list_for(ALICE, [FIRST])]

    assert await storage.write(move) == [receipt(0, 0), receipt(0, 1, opened=False)]


async def test_what_was_moved_is_read_where_it_was_until_it_is_a_part(storage: Storage) -> None:
    """Alice has read the first message of two, and Dave's other ticket not at all."""
    second = TicketId(2)

    def move(work: UnitOfWork) -> None:
        part = file_ticket(work, 2)
        ticket = file_ticket(work, 1 + 2)
        for number in (1, 2):
            ticket = reply(work, ticket, number)
        work.read_receipts.save(ALICE.user_id, ticket.ticket_id, MessageId(1), work.now)
        changed = replace(part, reply_count=2, last_reply_id=MessageId(2), last_message_id=MessageId(2))
        moved = (MessageId(1), MessageId(2))
        work.apply(replace(build_filing(TICKET_SPLIT, changed, moved=moved), before=part), Caller(ALICE))

    def unread(work: UnitOfWork) -> int:
        (found,) = work.read_receipts.list_for(ALICE, [second])
        return found.unread

    def copy(work: UnitOfWork) -> None:
        work.read_receipts.copy_to_part(second)

    await storage.write(lambda work: file_ticket(work, 1))
    await storage.write(move)
    # Its own text, and the second message.
    assert await storage.write(unread) == 2
    await storage.write(copy)
    # Who has opened the ticket that it comes from has opened the part.
    assert await storage.write(unread) == 1


async def test_receipts_come_in_the_order_of_the_tickets(storage: Storage) -> None:
    await storage.write(write_thread)
    wanted = [TicketId(2), TicketId(9), FIRST]
    found = await storage.read(lambda snapshot: snapshot.read_receipts.list_for(ALICE, wanted))
    assert [one.ticket_id for one in found] == [2, 1]


async def test_an_agent_takes_part_in_some_tickets_and_a_customer_sees_their_own(storage: Storage) -> None:
    def file_and_list(work: UnitOfWork) -> list[list[TicketId]]:
        write_thread(work)
        assign(work, file_ticket(work, 3, customer=DAVE), BOB)
        return [work.read_receipts.list_relevant_tickets(user) for user in (ALICE, BOB, CAROL, DAVE)]

    found = await storage.write(file_and_list)
    assert [sorted(tickets) for tickets in found] == [[], [1, 3], [1], [2, 3]]


async def test_the_readers_of_a_ticket_are_agents(storage: Storage) -> None:
    await storage.write(write_thread)
    for name in ("bob", "carol"):
        await storage.write(
            lambda work, name=name: work.read_receipts.save(UserId(name), FIRST, MessageId(1), work.now)  # type: ignore[misc]
        )
    found = await storage.read(lambda snapshot: [*snapshot.read_receipts.iterate_agents(FIRST)])
    assert found == [TicketReader(BOB.user_id, MessageId(1), millis(NOW))]
