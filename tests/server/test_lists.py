"""Views and filters: what they find, page by page, is what their meaning says of each ticket; and so are the counts."""

from __future__ import annotations

import contextlib
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import Role, Status, TicketId, UserId
from hero_assistance_server.rpc.example_fixtures import make_listed as listed_as
from hero_assistance_server.search.filters import parse
from hero_assistance_server.storage.sql.tickets import ticket_lists, tickets
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.store import DATABASE
from hero_assistance_server.ticket_lists.list_index import places, scopes
from hero_assistance_server.ticket_lists.list_query import VIEWS, build_list_query
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.rpc import ViewName
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User
from tests.capabilities import sqlite_only
from tests.server.databases import execute, opened_session
from tests.server.desk import Desk
from tests.server.list_matching import matches

pytestmark = pytest.mark.anyio

BOB = User(UserId("bob"), "Bob", Role.AGENT)
CAROL = User(UserId("carol"), "Carol", Role.CUSTOMER)
FILTERS = [
    "",
    "status:open",
    "status:open status:waiting",
    "-status:closed -status:new",
    "assignee:me",
    "assignee:bob assignee:alice priority:high",
    "tag:vpn",
    "tag:vpn tag:mail",
    "tag:vpn -tag:mail",
    "is:unassigned is:active",
    "-is:unassigned",
    "-is:active",
    "customer:me",
    "customer:carol -priority:normal",
    "after:2020-01-01",
    "before:2020-01-01",
    "tag:nothing",
    "status:open -status:open",
    "is:merged",
    "-is:merged is:done",
    "is:merged is:active",
]


async def walk(desk: Desk, steps: int, seed: int = 3) -> None:
    """Do what people do, at random."""
    choice = random.Random(seed)  # noqa: S311
    for user in ("carol", "dave", "carol"):
        await desk.call("ticket.create", user, title="t", body="b")
    count = 3
    for _ in range(steps):
        at = {"ticket_id": choice.randint(1, count)}
        what, by, params = choice.choice(_STEPS)
        about = at if what != "ticket.create" else {}
        given = {name: choice.choice(values) for name, values in params.items()}
        if what == "ticket.merge":
            given["into"] = choice.randint(1, count)
        # What cannot be done, such as a reply on a closed ticket, is refused and changes nothing.
        with contextlib.suppress(RpcFailure):
            done = await desk.call(what, choice.choice(by), **about, **given)
            count = max(count, done["ticket_id"])


_TEAM = ["alice", "bob"]
_TAGS: list[Any] = [["vpn"], ["mail"], ["vpn", "mail"], ["ümlaut tag"]]
_STEPS: list[tuple[str, list[str], dict[str, list[Any]]]] = [
    ("ticket.create", ["carol", "dave", "bob"], {"title": ["t"], "body": ["b"], "tags": [[], *_TAGS]}),
    ("ticket.create", ["carol", "dave"], {"title": ["t"], "body": ["b"], "priority": ["low", "high", "urgent"]}),
    ("ticket.update", _TEAM, {"status": ["open", "waiting", "solved", "closed"]}),
    ("ticket.update", _TEAM, {"status": ["snoozed"], "snoozed_until": [4_000_000_000_000]}),
    ("ticket.update", _TEAM, {"assignee": [None, "alice", "bob"]}),
    ("ticket.update", _TEAM, {"add_tags": _TAGS, "priority": ["low", "normal", "high"]}),
    ("ticket.update", _TEAM, {"remove_tags": _TAGS}),
    ("ticket.follow", _TEAM, {}),
    ("ticket.unfollow", _TEAM, {}),
    ("ticket.invite", _TEAM, {"user_id": ["carol", "dave"]}),
    ("ticket.uninvite", _TEAM, {"user_id": ["carol", "dave"]}),
    ("ticket.merge", _TEAM, {}),
    ("message.reply", ["carol", "dave", *_TEAM], {"body": ["b"]}),
    ("message.note", _TEAM, {"body": ["b"]}),
]


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    """A desk on which much has happened."""
    await desk.call("project.update", "alice", share_tags=True, share_assignee=True)
    await walk(desk, 220)
    return desk


def every_ticket(folder: Path) -> list[Ticket]:
    """What the rows of tickets say."""
    with opened_session(folder) as session:
        last = tickets.next_id(session.direct)
        found = [tickets.find(session.direct, TicketId(number)) for number in range(1, last)]
        return [ticket for ticket in found if ticket is not None]


def kept(folder: Path) -> dict[str, set[Any]]:
    """The rows beside the tickets."""
    return {
        "places": set(execute(folder, "SELECT user_id, at, ticket_id FROM places")),
        "listings": set(execute(folder, "SELECT scope, status, at, ticket_id FROM listings")),
        "tallies": set(execute(folder, "SELECT scope, status, count FROM tallies WHERE count > 0")),
    }


def derived(found: list[Ticket]) -> dict[str, set[Any]]:
    """What `kept` must be."""
    counted = [(scope, ticket.status) for ticket in found for scope in scopes(ticket)]
    return {
        "places": {(p.user_id, millis(p.at), ticket.ticket_id) for ticket in found for p in places(ticket)},
        "listings": {(scope, k.status, millis(k.updated_at), k.ticket_id) for k in found for scope in scopes(k)},
        "tallies": {(*which, counted.count(which)) for which in counted},
    }


async def pages(desk: Desk, user: str, limit: int, **asked: Any) -> list[dict[str, Any]]:
    """Every page of a list, put together; bounded by the number of tickets there can be."""
    found: list[dict[str, Any]] = []
    cursor = None
    for _ in range(1000):
        page = await desk.call("ticket.list", user, limit=limit, cursor=cursor, **asked)
        assert len(page["tickets"]) <= limit
        found += page["tickets"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError("the pages have no end")


async def listed_ids(desk: Desk, user: str, **asked: Any) -> list[int]:
    return [ticket["ticket_id"] for ticket in await pages(desk, user, 5, **asked)]


def expected(found: list[Ticket], reader: User, text: str, view: str | None) -> list[int]:
    """The ids of the tickets that fit, in the order of the list."""
    sought = build_list_query(parse(text), reader, view)
    own = [ticket for ticket in found if reader.is_staff or reader.user_id in ticket.people]
    fit = [ticket for ticket in own if matches(ticket, sought)]
    fit.sort(key=lambda t: (t.updated_at if reader.is_staff else t.public_updated_at, t.ticket_id), reverse=True)
    return [ticket.ticket_id for ticket in fit]


async def test_what_is_kept_beside_the_tickets_is_what_they_say(busy: Desk) -> None:
    found = every_ticket(busy.paths.data)
    assert len({ticket.status for ticket in found}) == len(Status)
    assert kept(busy.paths.data) == derived(found)


@pytest.mark.parametrize(("user", "limit"), [("bob", 4), ("bob", 200), ("carol", 3)])
async def test_every_filter_finds_what_it_means(busy: Desk, user: str, limit: int) -> None:
    found = every_ticket(busy.paths.data)
    reader = BOB if user == "bob" else CAROL
    for text in ("", *FILTERS):
        listed = await pages(busy, user, limit, filter=text, unread=not text)
        assert [t["ticket_id"] for t in listed] == expected(found, reader, text, None), text
        read = await busy.call("read.list", user, ticket_ids=[ticket["ticket_id"] for ticket in listed])
        for ticket, receipt in zip(listed, read["reads"], strict=True):
            whole = await busy.call("ticket.get", user, ticket_id=ticket["ticket_id"])
            assert ticket == listed_as(whole, unread=None if text else receipt["unread"])


async def test_every_view_with_every_filter(busy: Desk) -> None:
    found = every_ticket(busy.paths.data)
    counts = {view["name"]: view["count"] for view in (await busy.call("view.list", "bob"))["views"]}
    assert list(counts) == list(VIEWS) == list(get_args(ViewName))
    for view in VIEWS:
        for text in FILTERS:
            listed = await pages(busy, "bob", 50, filter=text, view=view)
            assert [t["ticket_id"] for t in listed] == expected(found, BOB, text, view), (view, text)
            if not text:
                assert len(listed) == counts[view]


async def test_a_walk_that_finds_little_goes_on_in_the_next_page(busy: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """With so little work in one call, pages are short and may be empty; together they are everything."""
    found = every_ticket(busy.paths.data)
    monkeypatch.setattr(ticket_lists, "WALK_LIMIT", 3)
    for user, reader in (("bob", BOB), ("carol", CAROL)):
        for text in FILTERS:
            listed = await pages(busy, user, 2, filter=text)
            assert [t["ticket_id"] for t in listed] == expected(found, reader, text, None), text
    await busy.call("view.save", "bob", name="v", filter="tag:vpn -tag:mail")
    (saved,) = (await busy.call("view.list", "bob"))["saved"]
    assert saved["or_more"] is True
    assert saved["count"] <= len(expected(found, BOB, "tag:vpn -tag:mail", None))


async def test_the_pages_are_stable_while_tickets_move(busy: Desk) -> None:
    """What does not move meanwhile is listed once, whatever else happens."""
    before = [t["ticket_id"] for t in await pages(busy, "bob", 200, filter="is:active")]
    seen: list[int] = []
    moved: set[int] = set()
    cursor = None
    for _ in range(len(before)):
        page = await busy.call("ticket.list", "bob", filter="is:active", limit=3, cursor=cursor)
        seen += [ticket["ticket_id"] for ticket in page["tickets"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        touched = before[len(moved)]
        moved.add(touched)
        await busy.call("message.note", "bob", ticket_id=touched, body="n")
    assert [ticket for ticket in seen if ticket not in moved] == [t for t in before if t not in moved]


async def test_a_saved_view_counts_what_it_lists(busy: Desk) -> None:
    for text in FILTERS:
        await busy.call("view.save", "bob", name=f"v {text}", filter=text)
    for entry in (await busy.call("view.list", "bob"))["saved"]:
        listed = await pages(busy, "bob", 200, filter=entry["view"]["filter"])
        assert (entry["count"], entry["or_more"]) == (len(listed), False), entry


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"filter": "statsu:open"}, "invalid-params"),
        ({"filter": "words"}, "invalid-params"),
        ({"filter": '"a phrase"'}, "invalid-params"),
        ({"view": "yours"}, "invalid-params"),
        ({"filter": "x" * 1001}, "invalid-params"),
    ],
)
async def test_what_is_not_understood_is_refused(desk: Desk, params: dict[str, Any], reason: str) -> None:
    with pytest.raises(RpcFailure) as refused:
        await desk.call("ticket.list", "bob", **params)
    assert refused.value.remote_reason == reason
    assert refused.value.data["faults"]


async def test_a_key_that_is_mistyped_is_suggested(desk: Desk) -> None:
    with pytest.raises(RpcFailure) as refused:
        await desk.call("ticket.list", "bob", filter="statsu:open")
    assert refused.value.hint == "did you mean status:?"


async def test_a_ticket_that_was_merged_away_is_found_as_such(desk: Desk) -> None:
    for title in ("one", "two", "three"):
        await desk.call("ticket.create", "carol", title=title, body="b")
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    for user in ("bob", "carol"):
        assert await listed_ids(desk, user, filter="is:merged") == [2]
        assert sorted(await listed_ids(desk, user, filter="-is:merged")) == [1, 3]
        found = await desk.call("search.tickets", user, query="is:merged two")
        assert [one["ticket"]["ticket_id"] for one in found["found"]] == [2]


async def test_the_days_of_a_filter_begin_in_the_time_zone_of_its_caller(desk: Desk) -> None:
    """A ticket of this moment is of today or tomorrow: there is a zone on each side of the date line."""
    created = (await desk.call("ticket.create", "carol", title="t", body="b"))["created_at"] / 1000
    await desk.call("view.save", "bob", name="v", filter="is:active")
    for name in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"):
        today = datetime.fromtimestamp(created, ZoneInfo(name)).date()
        tomorrow = today + timedelta(days=1)
        for filter_, listed in ((f"after:{today} before:{tomorrow}", [1]), (f"before:{today}", [])):
            zone = {"time_zone": name}
            assert await listed_ids(desk, "bob", filter=filter_, **zone) == listed
            found = await desk.call("search.tickets", "bob", query=filter_, **zone)
            assert [one["ticket"]["ticket_id"] for one in found["found"]] == listed
            await desk.call("view.save", "bob", view_id=1, name="v", filter=filter_)
            assert (await desk.call("view.list", "bob", **zone))["saved"][0]["count"] == len(listed)
    with pytest.raises(RpcFailure) as refused:
        await desk.call("ticket.list", "bob", time_zone="Europe/Berlni")
    assert "did you mean Europe/Berlin?" in refused.value.data["faults"][0]


async def test_a_customer_has_filters_and_no_views(desk: Desk) -> None:
    """And a filter shows nothing that a ticket would not: what is snoozed is open to its customer."""
    await desk.call("ticket.create", "carol", title="t", body="b")
    await desk.call("ticket.update", "bob", ticket_id=1, status="snoozed", snoozed_until=4_000_000_000_000)
    for text, listed in (("status:open", 1), ("is:active", 1), ("status:snoozed", 0), ("-status:open", 0)):
        assert len(await pages(desk, "carol", 5, filter=text)) == listed, text
    with pytest.raises(RpcFailure) as refused:
        await desk.call("ticket.list", "carol", view="open")
    assert refused.value.remote_reason == "forbidden"


async def test_who_may_keep_which_view(desk: Desk) -> None:
    async def refusal(user: str, method: str, **params: Any) -> str:
        with pytest.raises(RpcFailure) as refused:
            await desk.call(method, user, **params)
        return refused.value.remote_reason

    own = (await desk.call("view.save", "bob", name="own", filter="tag:a"))["view_id"]
    shared = (await desk.call("view.save", "alice", name="all", filter="tag:b", shared=True))["view_id"]
    assert await refusal("bob", "view.save", name="x", filter="", shared=True) == "forbidden"
    assert await refusal("bob", "view.save", name="x", filter="", view_id=shared) == "forbidden"
    assert await refusal("bob", "view.delete", view_id=shared) == "forbidden"
    assert await refusal("alice", "view.delete", view_id=own) == "not-found"
    assert await refusal("bob", "view.save", name="own", filter="") == "conflict"
    assert await refusal("bob", "view.save", name="x", filter="tag") == "invalid-params"
    assert [e["view"]["name"] for e in (await desk.call("view.list", "alice"))["saved"]] == ["all"]
    assert [e["view"]["name"] for e in (await desk.call("view.list", "bob"))["saved"]] == ["all", "own"]
    await desk.call("view.delete", "bob", view_id=own)
    assert (await desk.call("view.save", "bob", name="own", filter=""))["view_id"] > shared


async def test_each_agent_orders_the_views_for_themselves(desk: Desk) -> None:
    async def list_saved(user: str, **page: Any) -> list[str]:
        return [entry["view"]["name"] for entry in (await desk.call("view.list", user, **page))["saved"]]

    ids = [
        (await desk.call("view.save", user, name=name, filter="", shared=user == "alice"))["view_id"]
        for name, user in (("a", "bob"), ("b", "bob"), ("c", "alice"), ("d", "alice"))
    ]
    before = (await desk.call("view.list", "bob"))["seq"]
    answer = await desk.call("view.order", "bob", view_ids=[ids[3], ids[1], ids[3]])
    assert answer == {"view_ids": [ids[3], ids[1]]}
    assert (await list_saved("bob"), await list_saved("alice")) == (["d", "b", "a", "c"], ["c", "d"])
    cursor, seen = None, []
    for _ in range(4):
        page = await desk.call("view.list", "bob", limit=1, cursor=cursor)
        seen += [entry["view"]["name"] for entry in page["saved"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (["d", "b", "a", "c"], None)
    (event,) = await desk.heard("bob", before)
    assert event.record is not None
    assert event.record.model_dump() == {"noun": "view_order", "view_ids": [ids[3], ids[1]]}
    assert await desk.heard("alice", before) == []
    with pytest.raises(RpcFailure) as refused:
        await desk.call("view.order", "alice", view_ids=[ids[0]])
    assert refused.value.remote_reason == "not-found"


async def test_the_inbox_is_what_is_open_and_for_customers_all_of_theirs(desk: Desk) -> None:
    statuses = ("new", "open", "waiting", "snoozed", "solved", "closed")
    for status in statuses:
        number = (await desk.call("ticket.create", "carol", title=status, body="b"))["ticket_id"]
        until = {"snoozed_until": 4_000_000_000_000} if status == "snoozed" else {}
        if status != "new":
            await desk.call("ticket.update", "bob", ticket_id=number, status=status, **until)

    async def titles(user: str, **params: Any) -> set[str]:
        page = await desk.call("ticket.list", user, view="inbox", **params)
        return {ticket["title"] for ticket in page["tickets"]}

    assert await titles("bob") == {"new", "open", "waiting", "snoozed"}
    assert await titles("bob", filter="status:waiting") == {"waiting"}
    assert await titles("carol") == set(statuses)
    assert await titles("carol", filter="is:done") == {"solved", "closed"}
    assert await titles("dave") == set()
    with pytest.raises(RpcFailure) as refused:
        await desk.call("ticket.list", "carol", view="open")
    assert refused.value.remote_reason == "forbidden"


@sqlite_only("migrates a file of an earlier release")
def test_the_lists_of_the_version_before_are_made_from_its_rows(hero_root: Path) -> None:
    connection = open_writer(hero_root / DATABASE)
    migrate(connection, migrations()[:2])
    now = millis(datetime(2026, 1, 5, tzinfo=UTC))
    for user, role in (("carol", "customer"), ("dave", "customer"), ("bob", "agent"), ("alice", "admin")):
        connection.execute("INSERT INTO users VALUES (?, ?, ?, ?)", (user, user, role, now))
    for number, (status, assignee) in enumerate([("new", None), ("open", "bob"), ("closed", "alice")], 1):
        connection.execute(
            """INSERT INTO tickets (ticket_id, title, body, status, priority, tags, customer, created_at, updated_at,
                public_updated_at, reply_count, note_count, collaborators, assignee, followers)
            VALUES (?, 't', 'b', ?, 'high', '["a", "b", "a"]', 'carol', ?, ?, ?, 0, 0, '["dave"]', ?, '["bob"]')""",
            (number, status, now, now + number, now, assignee),
        )
        for user in ("carol", "dave"):
            connection.execute("INSERT INTO places VALUES (?, 'outside', ?, ?)", (user, now, number))
        connection.execute("INSERT INTO places VALUES ('bob', 'inside', ?, ?)", (now, number))
    connection.execute("UPDATE tickets SET merged_into = 1 WHERE ticket_id = 3")
    migrate(connection, migrations())
    connection.close()
    assert kept(hero_root) == derived(every_ticket(hero_root))
