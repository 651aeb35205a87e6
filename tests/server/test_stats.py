"""Figures, against a model that counts one ticket after the other; and that each lists the tickets it counts."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import Millis, Status, TicketId, UserId
from hero_assistance_server.rpc.params import TIME_LIMIT
from hero_assistance_server.stats.model import Day, Figure, Key, Measure, Only, Span
from hero_assistance_server.storage.sql.tickets.stats import _FACTS, SqlStats
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.session import SqliteSession
from hero_assistance_server.time_zones import DAY_MS
from tests.capabilities import sqlite_only
from tests.server.desk import Desk

BASE = int(datetime(2026, 3, 28, tzinfo=UTC).timestamp() * 1000)
PEOPLE = {"alice": "admin", "bob": "agent", "carol": "customer", "dave": "customer"}
DONE = {"solved", "closed"}
# Steps of 6 hours and a few milliseconds: moments meet, and fall on the edges of days and spans.
MOMENTS = st.builds(
    lambda step, rest: BASE + step * DAY_MS // 4 + rest, st.integers(0, 24), st.sampled_from([-1, 0, 1])
)
# On the second of these days clocks go forward: in Berlin at two, in Beirut at midnight.
ZONES = [
    *(timezone(timedelta(minutes=offset)) for offset in (0, 60, -210, 345, 840, -720)),
    *map(ZoneInfo, ("Europe/Berlin", "Asia/Beirut", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia")),
]
SPANS = st.builds(
    lambda one, two, zone: Span(Millis(min(one, two)), Millis(max(one, two) + 1), zone),
    MOMENTS,
    MOMENTS,
    st.sampled_from(ZONES),
)


@dataclass
class Filed:
    """A ticket of the model."""

    created_at: int
    tags: list[str]
    assignee: str | None
    collaborators: list[str]
    # Replies: when, by whom; the first by somebody of the team is the first response.
    replies: list[tuple[int, str]]
    # When, to which status, by whom.
    moves: list[tuple[int, str, str | None]]
    merged: bool
    ticket_id: int = 0
    history: list[tuple[int, str | None, str, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Moves happen after filing, in the order of time, each from where the one before left it."""
        self.replies = sorted((max(at, self.created_at), author) for at, author in self.replies)
        status: str | None = None
        for at, to, by in [(self.created_at, "new", "carol"), *sorted(self.moves, key=lambda move: move[0])]:
            if to != status:
                self.history.append((max(at, self.created_at), status, to, by))
                status = to
        if self.merged and status != "closed":
            self.history.append((self.history[-1][0], status, "closed", None))

    @property
    def answer(self) -> tuple[int, str] | None:
        outside = {"carol", *self.collaborators}
        return next(((at, author) for at, author in self.replies if author not in outside), None)

    def status_before(self, moment: int) -> str | None:
        return next((to for at, _, to, _ in reversed(self.history) if at < moment), None)


FILED = st.builds(
    Filed,
    MOMENTS,
    st.lists(st.sampled_from(["vpn", "net", "ä b"]), unique=True),
    st.sampled_from([None, "alice", "bob"]),
    st.sampled_from([[], ["dave"]]),
    st.lists(st.tuples(MOMENTS, st.sampled_from(["alice", "bob", "carol", "dave"])), max_size=3),
    st.lists(
        st.tuples(MOMENTS, st.sampled_from([s.value for s in Status if s != "new"]), st.sampled_from([None, *PEOPLE])),
        max_size=5,
    ),
    st.booleans(),
)


@pytest.fixture(scope="module")
def empty() -> Iterator[apsw.Connection]:
    connection = apsw.Connection(":memory:")
    migrate(connection, migrations())
    connection.executemany(
        "INSERT INTO users (user_id, name, role, created_at) VALUES (?, ?, ?, 0)",
        [(name, name, role) for name, role in PEOPLE.items()],
    )
    yield connection
    connection.close()


def fill(db: apsw.Connection, filed: list[Filed]) -> None:
    """Write the model's tickets as the store keeps them."""
    for number, one in enumerate(filed, 1):
        one.ticket_id = number
        db.execute(
            """INSERT INTO tickets (ticket_id, title, body, status, priority, tags, customer, created_at, updated_at,
            public_updated_at, reply_count, note_count, assignee, collaborators, first_response_at, merged_into)
            VALUES (?, '', '', ?, 'normal', ?, 'carol', ?, 0, 0, 0, 0, ?, ?, ?, ?)""",
            (
                number,
                one.history[-1][2],
                json.dumps(one.tags),
                one.created_at,
                one.assignee,
                json.dumps(one.collaborators),
                one.answer[0] if one.answer else None,
                number if one.merged else None,
            ),
        )
        db.executemany(
            "INSERT INTO messages (ticket_id, kind, author, body, created_at) VALUES (?, 'reply', ?, '', ?)",
            [(number, author, at) for at, author in one.replies],
        )
        db.executemany(
            """INSERT INTO status_changes (ticket_id, changed_at, from_status, to_status, changed_by)
            VALUES (?, ?, ?, ?, ?)""",
            [(number, *change) for change in one.history],
        )
        db.execute(
            """INSERT INTO tallies VALUES ('all', ?, 1)
            ON CONFLICT (scope, status) DO UPDATE SET count = count + 1""",
            (one.history[-1][2],),
        )
        if one.merged:
            db.execute("INSERT INTO listings VALUES ('merged', 'closed', 0, ?)", (number,))


def counted(filed: list[Filed]) -> list[Filed]:
    """Those that were merged into others count on the others."""
    return [one for one in filed if not one.merged]


@dataclass(frozen=True)
class Fact:
    """What a figure counts in the model."""

    filed: Filed
    at: int
    took: int
    agent: str | None


def facts(filed: list[Filed], figure: Figure, span: Span) -> list[Fact]:
    found = []
    for one in counted(filed):
        if figure is Figure.CREATED:
            found.append(Fact(one, one.created_at, 0, one.assignee))
        elif figure is Figure.FIRST_RESPONSE and one.answer:
            found.append(Fact(one, one.answer[0], one.answer[0] - one.created_at, one.answer[1]))
        elif figure is Figure.SOLVED:
            solved = [
                Fact(one, at, at - one.created_at, by)
                for at, was, to, by in one.history
                if to in DONE and was not in DONE and span.start <= at < span.end
            ]
            found += solved[-1:]
        elif figure is Figure.BACKLOG and one.status_before(span.end) not in (None, *DONE):
            found.append(Fact(one, span.start, 0, one.assignee))
    return [fact for fact in found if span.start <= fact.at < span.end]


def measure(found: list[Fact]) -> Measure:
    if not found:
        return Measure()
    took = sorted(fact.took for fact in found)
    return Measure(len(took), took[math.ceil(len(took) * 0.5) - 1], took[math.ceil(len(took) * 9 / 10) - 1])


def _local_day(moment: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(moment / 1000, zone).date()


def _groups(days: list[date], size: int) -> list[list[date]]:
    """Days put together, from the last one on."""
    return [days[max(0, end - size) : end] for end in range(len(days), 0, -size)][::-1]


def _days(filed: list[Filed], span: Span, size: int = 1) -> list[Day]:
    """Each day by the calendar of the zone, found by asking it of every quarter of an hour."""
    quarters = range(span.start // DAY_MS * DAY_MS - 2 * DAY_MS, span.end + DAY_MS, 900_000)
    starts: dict[date, int] = {}
    for quarter in quarters:
        starts.setdefault(_local_day(quarter, span.zone), quarter)
    first, last = _local_day(span.start, span.zone), _local_day(span.end - 1, span.zone)
    days = []
    for group in _groups([day for day in starts if first <= day <= last], size):
        created, answered, solved = (
            measure([fact for fact in facts(filed, figure, span) if _local_day(fact.at, span.zone) in group])
            for figure in (Figure.CREATED, Figure.FIRST_RESPONSE, Figure.SOLVED)
        )
        standing = 0
        for one in counted(filed):
            past = [to for at, _, to, _ in one.history if at < span.end and _local_day(at, span.zone) <= group[-1]]
            standing += bool(past) and past[-1] not in DONE
        start = Millis(starts[group[0]])
        medians = (answered.median, solved.median)
        days.append(Day(start, created.count, answered.count, solved.count, standing, *medians))
    return days


@sqlite_only("counts in SQLite's memory; contract/test_stats.py has both")
@settings(max_examples=150, deadline=None)
@given(filed=st.lists(FILED, max_size=8), span=SPANS)
def test_every_figure_is_what_counting_gives(empty: apsw.Connection, filed: list[Filed], span: Span) -> None:
    stats = SqlStats(SqliteSession(empty))
    empty.execute("BEGIN")
    try:
        fill(empty, filed)
        for figure in (Figure.CREATED, Figure.FIRST_RESPONSE, Figure.SOLVED):
            found = facts(filed, figure, span)
            assert stats.measure(figure, span) == measure(found)
            agents = Counter(fact.agent for fact in found if PEOPLE.get(fact.agent or "carol") != "customer")
            by_agent = {name: measure([fact for fact in found if fact.agent == name]) for name in agents}
            assert stats.measure_by(figure, span, Key.AGENT) == by_agent
            tags = {tag for fact in found for tag in fact.filed.tags}
            by_tag = {tag: measure([fact for fact in found if tag in fact.filed.tags]) for tag in tags}
            assert stats.measure_by(figure, span, Key.TAG) == by_tag
        for moment in (span.start, span.end):
            standing = [one for one in counted(filed) if one.status_before(moment) not in (None, *DONE)]
            assert stats.backlog(moment) == len(standing)
        for size in (1, 2, 5):
            assert stats.list_days(span, size) == _days(filed, span, size)
        _lists_what_it_counts(empty, filed, span)
    finally:
        empty.execute("ROLLBACK")


def _lists_what_it_counts(db: apsw.Connection, filed: list[Filed], span: Span) -> None:
    stats = SqlStats(SqliteSession(db))
    for figure in Figure:
        found = facts(filed, figure, span)
        for agent, tag in ((None, None), ("bob", None), (None, "vpn"), ("alice", "ä b")):
            wanted = [
                fact.filed.ticket_id
                for fact in found
                if agent in (None, fact.agent) and (tag is None or tag in fact.filed.tags)
            ]
            only = Only(UserId(agent) if agent else None, tag)
            assert stats.list_tickets(figure, span, only, TicketId(0), 100) == wanted
            assert stats.list_tickets(figure, span, only, TicketId(1), 2) == [one for one in wanted if one > 1][:2]


@sqlite_only("asks for a plan of SQLite")
@pytest.mark.parametrize("figure", [Figure.CREATED, Figure.FIRST_RESPONSE, Figure.SOLVED])
def test_a_span_is_found_by_an_index(empty: apsw.Connection, figure: Figure) -> None:
    query = f"EXPLAIN QUERY PLAN {_FACTS[figure]}"
    plan = [row[3] for row in empty.execute(query, {"start": 0, "end": 1})]
    assert not [line for line in plan if line.startswith(("SCAN tickets", "SCAN status_changes", "SCAN messages"))], (
        plan
    )


@pytest.mark.anyio
async def test_the_figures_of_a_desk(desk: Desk) -> None:
    for title in ("one", "two", "three"):
        await desk.call("ticket.create", "carol", title=title, body="b", tags=["vpn"])
    await desk.call("message.reply", "bob", ticket_id=1, body="b")
    await desk.call("ticket.update", "bob", ticket_id=1, status="solved")
    await desk.call("ticket.update", "carol", ticket_id=2, status="solved")
    end = (await desk.call("ticket.get", "bob", ticket_id=3))["created_at"] + DAY_MS
    span = {"start": end - 2 * DAY_MS, "end": end}
    found = await desk.call("stats.overview", "bob", **span)
    assert (found["created"], found["first_response"]["count"], found["solved"]["count"]) == (3, 1, 2)
    assert (found["backlog_before"], found["backlog_after"]) == (0, 1)
    rows = (await desk.call("stats.by_agent", "bob", **span))["rows"]
    assert [(row["name"], row["solved"]["count"]) for row in rows] == [("bob", 1)]
    for zone in ({"utc_offset_minutes": 345}, {"time_zone": "Asia/Kathmandu"}, {}):
        days = (await desk.call("stats.by_day", "bob", **span, **zone))["days"]
        assert (sum(day["created"] for day in days), days[-1]["backlog"]) == (3, 1)
    page = await desk.call("stats.tickets", "bob", **span, figure="created", limit=2)
    assert ([one["ticket_id"] for one in page["tickets"]], page["next_after"]) == ([1, 2], 2)
    rest = await desk.call("stats.tickets", "bob", **span, figure="created", after=2)
    assert ([one["ticket_id"] for one in rest["tickets"]], rest["next_after"]) == ([3], None)
    for method, start, end in (("overview", 5, 5), ("overview", 6, 5), ("by_day", 0, 1101 * DAY_MS)):
        with pytest.raises(RpcFailure) as refused:
            await desk.call(f"stats.{method}", "bob", start=start, end=end)
        assert refused.value.remote_reason == "invalid-params"


@pytest.mark.anyio
async def test_days_begin_at_midnight_on_both_sides_of_a_change_of_clocks(desk: Desk) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start, end = (int(datetime(2026, 10, day, tzinfo=berlin).timestamp() * 1000) for day in (24, 28))
    days = (await desk.call("stats.by_day", "bob", start=start, end=end, time_zone="Europe/Berlin"))["days"]
    begins = [datetime.fromtimestamp(day["start"] / 1000, berlin) for day in days]
    assert [(time.day, time.hour) for time in begins] == [(24, 0), (25, 0), (26, 0), (27, 0)]
    assert [later["start"] - day["start"] for day, later in pairwise(days)] == [DAY_MS, DAY_MS + 3_600_000, DAY_MS]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "days",
    [
        {"time_zone": "Europe/Berlni"},
        {"time_zone": "Europe"},
        {"time_zone": "../etc/passwd"},
        {"time_zone": ""},
        {"time_zone": "UTC", "utc_offset_minutes": 0},
    ],
)
async def test_a_time_zone_is_one_that_is_known(desk: Desk, days: dict[str, object]) -> None:
    with pytest.raises(RpcFailure) as refused:
        await desk.call("stats.by_day", "bob", start=0, end=DAY_MS, **days)
    assert refused.value.remote_reason == "invalid-params"
    assert days != {"time_zone": "Europe/Berlni"} or "did you mean Europe/Berlin?" in str(refused.value.data)


@pytest.mark.anyio
async def test_the_last_days_of_the_calendar_are_counted(desk: Desk) -> None:
    for zone in ("UTC", "Pacific/Kiritimati", "America/New_York"):
        found = await desk.call("stats.by_day", "bob", start=TIME_LIMIT - 3 * DAY_MS, end=TIME_LIMIT, time_zone=zone)
        assert {day["created"] for day in found["days"]} == {0}


@pytest.mark.anyio
async def test_a_ticket_that_was_merged_away_counts_in_no_figure(desk: Desk) -> None:
    for title in ("one", "the same again"):
        await desk.call("ticket.create", "carol", title=title, body="b", tags=["vpn"])
    await desk.call("message.reply", "bob", ticket_id=2, body="b")
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    end = (await desk.call("ticket.get", "bob", ticket_id=1))["updated_at"] + DAY_MS
    span = {"start": end - 2 * DAY_MS, "end": end}
    found = await desk.call("stats.overview", "bob", **span)
    assert (found["created"], found["solved"]["count"]) == (1, 0)
    assert (found["backlog_before"], found["backlog_after"]) == (0, 1)
    assert [row["created"] for row in (await desk.call("stats.by_tag", "bob", **span))["rows"]] == [1]
    for figure in ("created", "backlog"):
        page = await desk.call("stats.tickets", "bob", **span, figure=figure)
        assert [ticket["ticket_id"] for ticket in page["tickets"]] == [1]
    days = (await desk.call("stats.by_day", "bob", **span))["days"]
    assert (sum(day["created"] for day in days), days[-1]["backlog"]) == (1, 1)
