"""What every engine must count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from hero_assistance_sdk.wire import MessageKind, Millis, Status, TicketId
from hero_assistance_server.stats.model import Day, Figure, Key, Measure, Only, Span
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.tickets.ticket_update import Patch
from hero_assistance_server.time_zones import DAY_MS
from hero_assistance_server.timestamps import millis
from tests.server.contract.ticket_changes import BOB, NOON, create, set_fields, write

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000
SPAN = Span(Millis(millis(NOON) - DAY_MS // 2), Millis(millis(NOON) + DAY_MS // 2))


def fill(work: UnitOfWork) -> None:
    """Create a ticket an hour ago, that is answered and solved now, and one two hours ago, that is not."""
    ticket, _ = write(work, create(work, tags=("vpn",), now=NOON - timedelta(hours=1)), MessageKind.REPLY, "the answer")
    set_fields(work, ticket, Patch(status=Status.SOLVED))
    create(work, now=NOON - timedelta(hours=2))


async def test_figures_of_the_project(storage: Storage) -> None:
    def figures(snapshot: Snapshot) -> list[Measure]:
        return [
            snapshot.stats.measure(figure, SPAN) for figure in (Figure.CREATED, Figure.FIRST_RESPONSE, Figure.SOLVED)
        ]

    assert await storage.read(figures) == [Measure(), Measure(), Measure()]
    await storage.write(fill)
    assert await storage.read(figures) == [Measure(2, 0, 0), Measure(1, HOUR_MS, HOUR_MS), Measure(1, HOUR_MS, HOUR_MS)]


async def test_figures_by_agent_and_by_tag(storage: Storage) -> None:
    def figures(snapshot: Snapshot) -> list[Mapping[str, Measure]]:
        return [
            snapshot.stats.measure_by(figure, SPAN, key)
            for figure in (Figure.FIRST_RESPONSE, Figure.SOLVED)
            for key in (Key.AGENT, Key.TAG)
        ]

    await storage.write(fill)
    expected = Measure(1, HOUR_MS, HOUR_MS)
    assert await storage.read(figures) == [{"bob": expected}, {"vpn": expected}] * 2


async def test_the_backlog_and_its_days(storage: Storage) -> None:
    await storage.write(fill)
    moments = (SPAN.start, Millis(millis(NOON)), SPAN.end)
    assert await storage.read(lambda snapshot: [snapshot.stats.backlog(moment) for moment in moments]) == [0, 0, 1]
    assert await storage.read(lambda snapshot: snapshot.stats.list_days(SPAN)) == [
        Day(SPAN.start, 2, 1, 1, 1, HOUR_MS, HOUR_MS)
    ]


async def test_days_that_are_put_together(storage: Storage) -> None:
    """Three days, of which the tickets are on the last one, and the first stands alone."""
    start = Millis(SPAN.start - 2 * DAY_MS)
    span = Span(start, SPAN.end)
    await storage.write(fill)
    assert await storage.read(lambda snapshot: snapshot.stats.list_days(span, 2)) == [
        Day(start, 0, 0, 0, 0),
        Day(Millis(start + DAY_MS), 2, 1, 1, 1, HOUR_MS, HOUR_MS),
    ]


@pytest.mark.parametrize(
    ("figure", "only", "expected"),
    [
        (Figure.CREATED, Only(), [1, 2]),
        (Figure.CREATED, Only(tag="vpn"), [1]),
        (Figure.FIRST_RESPONSE, Only(agent=BOB.user_id), [1]),
        (Figure.SOLVED, Only(agent=BOB.user_id, tag="vpn"), [1]),
        (Figure.BACKLOG, Only(), [2]),
    ],
)
async def test_the_tickets_that_a_figure_counts(
    storage: Storage, figure: Figure, only: Only, expected: list[int]
) -> None:
    await storage.write(fill)
    listed = await storage.read(lambda snapshot: snapshot.stats.list_tickets(figure, SPAN, only, TicketId(0), 10))
    assert listed == expected
    behind = await storage.read(lambda snapshot: snapshot.stats.list_tickets(figure, SPAN, only, TicketId(1), 10))
    assert behind == [number for number in expected if number > 1]
