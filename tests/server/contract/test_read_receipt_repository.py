"""`ReadReceiptRepository`."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.wire import MessageId, TicketId, UserId
from hero_assistance_server.read_receipts.model import ReadReceipt, TicketReader
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
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


def receipt(message_id: int, unread: int, ticket_id: TicketId = FIRST) -> ReadReceipt:
    return ReadReceipt(ticket_id, MessageId(message_id), unread)


async def test_what_others_wrote_is_unread_and_a_customer_sees_no_notes(storage: Storage) -> None:
    await storage.write(write_thread)
    for user, unread in ((ALICE, 2), (CAROL, 1), (BOB, 0)):
        found = await storage.read(lambda snapshot, user=user: snapshot.read_receipts.list_for(user, [FIRST]))  # type: ignore[misc]
        assert found == [receipt(0, unread)]


async def test_a_receipt_moves(storage: Storage) -> None:
    await storage.write(write_thread)
    for message_id, unread in ((1, 1), (2, 0), (1, 1)):

        def move(work: UnitOfWork, message_id: int = message_id) -> list[ReadReceipt]:
            work.read_receipts.save(ALICE.user_id, FIRST, MessageId(message_id), work.now)
            return work.read_receipts.list_for(ALICE, [FIRST])

        assert await storage.write(move) == [receipt(message_id, unread)]
    assert await storage.read(lambda snapshot: snapshot.read_receipts.last_read(ALICE.user_id, FIRST)) == 1
    assert await storage.read(lambda snapshot: snapshot.read_receipts.last_read(BOB.user_id, FIRST)) == 0


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
