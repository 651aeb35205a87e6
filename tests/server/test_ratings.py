"""Ratings: once for each solving, by those who asked, for a time; the team reads and counts them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hero_assistance_sdk.errors import Conflict, TicketMerged
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import Priority, Role, Score, Status, TicketId, UserId
from hero_assistance_server.ratings import rules
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CAROL = User(UserId("carol"), "Carol", Role.CUSTOMER)
BOB = User(UserId("bob"), "Bob", Role.AGENT)
SOLVED = Ticket(
    ticket_id=TicketId(1),
    title="t",
    body="b",
    status=Status.SOLVED,
    priority=Priority.NORMAL,
    tags=(),
    customer=CAROL.user_id,
    customer_name="Carol",
    created_at=NOON,
    updated_at=NOON,
    public_updated_at=NOON,
    solved_at=NOON,
    assignee=BOB.user_id,
)
FUTURE = 4_102_444_800_000


@pytest.fixture
async def solved(desk: Desk) -> Desk:
    """Carol's ticket 1, which Bob had and solved."""
    await desk.call("ticket.create", "carol", title="t", body="b", tags=["vpn"])
    await desk.call("ticket.update", "bob", ticket_id=1, assignee="bob", status="solved")
    return desk


def rated(ticket: Ticket, by: User, later: timedelta = timedelta()) -> Score:
    return rules.rate(ticket=ticket, by=by, score=Score.BAD, comment="", now=NOON + later).score


def test_the_answer_can_be_rated_for_a_time() -> None:
    assert rated(SOLVED, CAROL, rules.RATING_WINDOW) is Score.BAD
    with pytest.raises(Conflict, match="for 30 days"):
        rated(SOLVED, CAROL, rules.RATING_WINDOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("ticket", "by", "error"),
    [
        (replace(SOLVED, status=Status.OPEN, solved_at=None), CAROL, Conflict),
        (replace(SOLVED, merged_into=TicketId(2)), CAROL, TicketMerged),
        (SOLVED, BOB, Conflict),
        (SOLVED, replace(CAROL, user_id=UserId("dave")), Conflict),
    ],
)
def test_what_is_not_rated(ticket: Ticket, by: User, error: type[Exception]) -> None:
    with pytest.raises(error):
        rated(ticket, by)


async def test_a_later_rating_takes_the_place_of_the_first(solved: Desk) -> None:
    await solved.call("rating.rate", "carol", ticket_id=1, score="bad", comment="Slow.")
    await solved.call("rating.rate", "carol", ticket_id=1, score="good")
    (found,) = (await solved.call("rating.list", "alice"))["ratings"]
    assert (found["score"], found["comment"], found["user_id"], found["agent"]) == ("good", "", "carol", "bob")
    trail = (await solved.call("audit.list", "alice", action="rating.saved"))["entries"]
    assert trail[0]["detail"] == {
        "score": "good",
        "comment": "",
        "score.before": "bad",
        "comment.before": "Slow.",
    }


async def test_the_same_again_is_no_news(solved: Desk) -> None:
    first = await solved.call("rating.rate", "carol", ticket_id=1, score="good")
    assert await solved.call("rating.rate", "carol", ticket_id=1, score="good") == first
    told = (await solved.call("event.list", "bob", since=0))["events"]
    assert [one["kind"] for one in told].count("rating.saved") == 1


async def test_each_solving_is_rated_again(solved: Desk) -> None:
    await solved.call("rating.rate", "carol", ticket_id=1, score="bad")
    await solved.call("ticket.update", "carol", ticket_id=1, status="open")
    with pytest.raises(RpcFailure, match="is not solved"):
        await solved.call("rating.rate", "carol", ticket_id=1, score="good")
    await solved.call("ticket.update", "bob", ticket_id=1, status="solved")
    await solved.call("rating.rate", "carol", ticket_id=1, score="good")
    ratings = (await solved.call("rating.of_ticket", "bob", ticket_id=1))["ratings"]
    assert [one["score"] for one in ratings] == ["good", "bad"]


async def test_a_customer_is_not_told_whose_ticket_it_was(solved: Desk) -> None:
    rating = await solved.call("rating.rate", "carol", ticket_id=1, score="good")
    assert rating["agent"] is None
    assert (await solved.call("rating.of_ticket", "carol", ticket_id=1))["ratings"] == [rating]
    told = (await solved.call("event.list", "carol", since=0))["events"][-1]
    assert (told["kind"], told["record"]) == ("rating.saved", rating)


async def test_nobody_else_reads_or_writes_it(solved: Desk) -> None:
    await solved.call("rating.rate", "carol", ticket_id=1, score="good")
    for method, params in (("rating.of_ticket", {}), ("rating.rate", {"score": "bad"})):
        with pytest.raises(RpcFailure, match="there is no ticket 1"):
            await solved.call(method, "dave", ticket_id=1, **params)
    with pytest.raises(RpcFailure, match="rated by those who asked"):
        await solved.call("rating.rate", "bob", ticket_id=1, score="good")


async def test_stats_count_ratings(solved: Desk) -> None:
    await solved.call("rating.rate", "carol", ticket_id=1, score="bad")
    span = {"start": 0, "end": FUTURE}
    assert (await solved.call("stats.overview", "bob", **span))["ratings"] == {"good": 0, "bad": 1}
    assert (await solved.call("stats.overview", "bob", start=0, end=1))["ratings"] == {"good": 0, "bad": 0}
    for method, name in (("stats.by_agent", "bob"), ("stats.by_tag", "vpn")):
        rows = {row["name"]: row["ratings"] for row in (await solved.call(method, "bob", **span))["rows"]}
        assert rows == {name: {"good": 0, "bad": 1}}


async def test_the_list_is_filtered_and_goes_on(desk: Desk) -> None:
    for number in range(1, 6):
        await desk.call("ticket.create", "carol", title="t", body="b")
        await desk.call("ticket.update", "carol", ticket_id=number, status="solved")
        await desk.call("rating.rate", "carol", ticket_id=number, score="good" if number % 2 else "bad")
    found, cursor = list[int](), None
    while True:
        page = await desk.call("rating.list", "bob", score="good", limit=2, cursor=cursor)
        found += [one["ticket_id"] for one in page["ratings"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == [5, 3, 1]
    assert (await desk.call("rating.list", "bob", agent="bob"))["ratings"] == []
