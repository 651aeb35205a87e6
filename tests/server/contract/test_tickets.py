"""What every engine must do with tickets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.wire import Status, TicketId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.project.service import update_project
from hero_assistance_server.search.filters import parse
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.texts import EXCERPT_SOURCE
from hero_assistance_server.ticket_lists import list_index
from hero_assistance_server.ticket_lists.list_order import Order
from hero_assistance_server.ticket_lists.list_query import ListQuery, build_list_query
from hero_assistance_server.tickets import rules
from hero_assistance_server.tickets.json_row import decode_row
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.repository import START, START_OF_SMALLEST, Position
from hero_assistance_server.tickets.ticket_update import Patch
from hero_assistance_server.timestamps import millis
from tests.server.contract.ticket_changes import BOB, CAROL, DAVE, NOON, create, set_fields

pytestmark = pytest.mark.anyio

BOBS = Caller(BOB)


def query_of(text: str) -> ListQuery:
    return build_list_query(parse(text), BOB)


async def test_a_ticket_is_found_as_it_was_written(storage: Storage) -> None:
    odd = 'a "quoted"\nline\r\n\u2028 \U0001f4a9 \\n'
    ticket = await storage.write(lambda work: create(work, odd, tags=("ä b", "vpn")))
    assert await storage.read(lambda snapshot: snapshot.tickets.find(ticket.ticket_id)) == ticket
    assert await storage.read(lambda snapshot: snapshot.tickets.find(TicketId(9))) is None


async def test_ids_count_from_one_without_a_gap(storage: Storage) -> None:
    def fails(work: UnitOfWork) -> None:
        create(work)
        raise Conflict("refused")

    assert (await storage.write(create)).ticket_id == 1
    with pytest.raises(Conflict):
        await storage.write(fails)
    assert (await storage.write(create)).ticket_id == 2


async def test_what_changed_is_written(storage: Storage) -> None:
    def change(work: UnitOfWork) -> Ticket:
        patch = Patch(title="other", status=Status.SOLVED, assignee=BOB, tags=("new",))
        return set_fields(work, create(work), patch)

    ticket = await storage.write(change)
    assert await storage.read(lambda snapshot: snapshot.tickets.find(ticket.ticket_id)) == ticket


async def test_pages_go_from_the_latest_activity_to_the_first(storage: Storage) -> None:
    async def page(after: Position) -> list[Ticket]:
        rows = (await storage.read(lambda snapshot: snapshot.tickets.list_page(None, after, 2))).rows
        return [decode_row(row) for row in rows]

    def fill(work: UnitOfWork) -> list[Ticket]:
        return [create(work, now=NOON + timedelta(hours=hours)) for hours in (1, 3, 3, 2)]

    made = await storage.write(fill)
    first = await page(START)
    rest = await page(Position(millis(first[-1].updated_at), first[-1].ticket_id))
    assert [*first, *rest] == [made[2], made[1], made[3], made[0]]


@pytest.mark.parametrize("order", Order)
async def test_a_row_has_the_beginning_of_its_text_in_every_order(storage: Storage, order: Order) -> None:
    start = START if order is Order.ACTIVITY else START_OF_SMALLEST

    def fill(work: UnitOfWork) -> Ticket:
        update_project(work, BOBS, {"first_response_minutes": {"normal": 60}})
        return create(work, body="word " * 5000)

    made = await storage.write(fill)
    page = await storage.read(lambda snapshot: snapshot.tickets.list_page(None, start, 2, order=order))
    rows = [decode_row(row) for row in page.rows]
    assert rows == [replace(made, body=made.body[: EXCERPT_SOURCE + 1])]


@pytest.mark.parametrize("order", Order)
async def test_a_list_of_no_status_is_empty(storage: Storage, order: Order) -> None:
    """Its filter excludes each of them."""
    await storage.write(create)
    start = START if order is Order.ACTIVITY else START_OF_SMALLEST
    query = query_of("status:new -status:new")
    assert query.statuses == frozenset()
    page = await storage.read(lambda snapshot: snapshot.tickets.list_page(query, start, 2, order=order))
    assert list(page.rows) == []


async def test_pages_go_from_the_answer_that_is_due_first_to_the_last(storage: Storage) -> None:
    def fill(work: UnitOfWork) -> list[Ticket]:
        create(work)
        update_project(work, BOBS, {"first_response_minutes": {"normal": 60}})
        made = [create(work, tags=("vpn",), now=NOON + timedelta(hours=hours)) for hours in (3, 1, 3, 2)]
        set_fields(work, create(work), Patch(status=Status.SOLVED))
        return made

    async def page(after: Position, limit: int, text: str | None) -> list[int]:
        query = None if text is None else query_of(text)
        order = Order.FIRST_RESPONSE_DUE
        found = await storage.read(lambda snapshot: snapshot.tickets.list_page(query, after, limit, order=order))
        return [decode_row(row).ticket_id for row in found.rows]

    made = await storage.write(fill)
    expected = [made[index].ticket_id for index in (1, 3, 0, 2)]
    due = made[0].first_response_due
    assert due is not None
    for text in (None, "tag:vpn", "status:new -tag:net"):
        assert await page(START_OF_SMALLEST, 10, text) == expected
        assert await page(START_OF_SMALLEST, 3, text) == expected[:3]
        assert await page(Position(millis(due), made[0].ticket_id), 3, text) == expected[3:]
    assert await page(START_OF_SMALLEST, 10, "-tag:vpn") == []


@pytest.mark.parametrize("filter_", [None, "tag:vpn"])
async def test_a_customer_sees_their_own_and_those_they_were_invited_to(storage: Storage, filter_: str | None) -> None:
    def command(work: UnitOfWork) -> None:
        create(work, tags=("vpn",), customer=DAVE)
        shared = create(work, tags=("vpn",), customer=DAVE)
        for change in rules.invite(ticket=shared, guest=CAROL, now=work.now):
            work.apply(change, BOBS)
        create(work, tags=("vpn",))

    def seen(snapshot: Snapshot) -> list[int]:
        query = None if filter_ is None else query_of(filter_)
        page = snapshot.tickets.list_page(query, START, 10, seen_by=CAROL.user_id)
        return [decode_row(row).ticket_id for row in page.rows]

    await storage.write(command)
    assert await storage.read(seen) == [3, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [3, 2, 1]),
        ("tag:vpn", [2, 1]),
        ("-tag:vpn", [3]),
        ("tag:vpn tag:net", [2]),
        ("status:solved", [3]),
        ("assignee:bob", [3]),
        ("is:unassigned", [2, 1]),
        ("tag:none", []),
    ],
)
async def test_a_list_has_what_matches_and_counts_it(storage: Storage, text: str, expected: list[int]) -> None:
    def command(work: UnitOfWork) -> None:
        create(work, tags=("vpn",))
        create(work, tags=("vpn", "net"))
        set_fields(work, create(work), Patch(status=Status.SOLVED, assignee=BOB))

    await storage.write(command)
    page = await storage.read(lambda snapshot: snapshot.tickets.list_page(query_of(text), START, 10))
    assert ([decode_row(row).ticket_id for row in page.rows], page.end) == (expected, None)
    count = await storage.read(lambda snapshot: snapshot.tickets.count(query_of(text), 10))
    assert (count.count, count.or_more) == (len(expected), False)


async def test_a_count_stops_at_its_cap(storage: Storage) -> None:
    for _ in range(3):
        await storage.write(lambda work: create(work, tags=("a", "b")))
    count = await storage.read(lambda snapshot: snapshot.tickets.count(query_of("tag:a tag:b"), 2))
    assert (count.count, count.or_more) == (2, True)


async def test_a_scope_counts_by_status(storage: Storage) -> None:
    def count(snapshot: Snapshot) -> list[int]:
        asked = [(list_index.of_tag("vpn"), frozenset(found)) for found in ({Status.NEW}, {Status.SOLVED}, set(Status))]
        return snapshot.tickets.count_in_scopes([*asked, (list_index.of_tag("printer"), frozenset(Status))])

    ticket = await storage.write(lambda work: create(work, tags=("vpn",)))
    assert await storage.read(count) == [1, 0, 1, 0]
    await storage.write(lambda work: set_fields(work, ticket, Patch(status=Status.SOLVED)))
    assert await storage.read(count) == [0, 1, 1, 0]


async def test_snoozed_tickets_wake_in_their_order(storage: Storage) -> None:
    def command(work: UnitOfWork) -> None:
        for hours in (2, 1, 3):
            until = NOON + timedelta(hours=hours)
            set_fields(work, create(work), Patch(status=Status.SNOOZED, snoozed_until=until))

    assert await storage.read(lambda snapshot: snapshot.tickets.next_wake()) is None
    await storage.write(command)
    assert await storage.read(lambda snapshot: snapshot.tickets.next_wake()) == NOON + timedelta(hours=1)
    due = NOON + timedelta(hours=2)
    assert await storage.read(lambda snapshot: snapshot.tickets.list_due_to_wake(due, 5)) == [2, 1]
    assert await storage.read(lambda snapshot: snapshot.tickets.list_due_to_wake(due, 1)) == [2]


async def test_a_snapshot_gives_no_ids(storage: Storage) -> None:
    with pytest.raises(TypeError):
        await storage.read(lambda snapshot: snapshot.tickets.next_id())
