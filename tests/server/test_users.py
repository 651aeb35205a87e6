"""Who is of a project: enrolled, renamed, promoted, deactivated, and their devices."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.errors import Deactivated
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import Event, Reset, UserId
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.storage.sql.repositories.users import SqlUsers
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.session import SqliteSession
from hero_assistance_server.storage.sqlite.store import DATABASE
from hero_assistance_server.users.ids.user_ids import make_user_id
from tests.capabilities import sqlite_only
from tests.server.desk import STOP_S, Desk, running
from tests.server.test_presence import screen


async def refusal(desk: Desk, method: str, user: str, **params: Any) -> str:
    with pytest.raises(RpcFailure) as refused:
        await desk.call(method, user, **params)
    return refused.value.remote_reason


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("Erin Example", [], "erin-example"),
        ("Zoë  O'Neill!", [], "zoe-o-neill"),
        ("Erin", ["erin", "erin-2"], "erin-3"),
        ("王", [], "user"),
        ("Łukasz Dąbrowski", [], "lukasz-dabrowski"),
        ("Søren Ærø Straße", [], "soren-aero-strasse"),
        ("Иван Щербаков", [], "ivan-shcherbakov"),
        ("Ольга Соловьёва", [], "olga-soloveva"),
        ("Γιώργος Παπαδόπουλος", [], "giorgos-papadopoulos"),
        ("ﬁ ① ½", [], "fi-1-1-2"),
        ("A\u2013B", [], "a-b"),
        ("Erin@corp.example", [], "erin"),
        ("x" * 99, [], "x" * 60),
    ],
)
def test_a_user_id_is_made_of_the_name(name: str, taken: list[str], expected: str) -> None:
    assert make_user_id(name, lambda user_id: user_id in taken) == UserId(expected)


@pytest.mark.parametrize(
    ("name", "email", "expected"),
    [
        ("王小明", "Ming.Wang@example.org", "ming-wang"),
        ("محمد", "m@example.org", "m"),
        ("王 Wang", "ming@example.org", "ming"),
        ("王", "王@example.org", "user"),
        ("Erin", "someone@example.org", "erin"),
        ("Иван", "x1@example.org", "ivan"),
        ("王", None, "user"),
    ],
)
def test_a_name_that_cannot_be_written_gives_the_id_of_the_address(name: str, email: str | None, expected: str) -> None:
    assert make_user_id(name, lambda _: False, email) == UserId(expected)


@given(st.text(max_size=80))
def test_every_name_gives_an_id_that_can_be_mentioned(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", make_user_id(name, lambda _: False, "x@example.org"))


@pytest.mark.anyio
async def test_whoever_is_enrolled_may_come_in_at_once(desk: Desk) -> None:
    erin = await desk.call("user.enrol", "bob", email="Erin@Example.org", name="Erin Example")
    assert (erin["user_id"], erin["email"], erin["role"]) == ("erin-example", "erin@example.org", "customer")
    assert await desk.call("user.me", "erin-example") == erin
    jose = await desk.call("user.enrol", "bob", email="Jose\u0301@example.org", name="José")
    assert (jose["user_id"], jose["email"]) == ("jose", "jos\u00e9@example.org")
    assert await refusal(desk, "user.enrol", "bob", email="JOS\u00c9@example.org", name="José") == "conflict"
    again = {"email": "ERIN@example.org", "name": "Erin"}
    assert await refusal(desk, "user.enrol", "bob", **again) == "conflict"
    other = await desk.call("user.enrol", "bob", email="x@example.org", name="Carol")
    assert other["user_id"] == "carol-2"
    assert await refusal(desk, "user.enrol", "bob", email="y@example.org", name="X", user_id="x") == "invalid-params"
    assert await refusal(desk, "user.enrol", "bob", email="x@example.org", name="X", role="admin") == "forbidden"
    for email in ("x", "@", "a b@example.org", "a@b@c"):
        assert await refusal(desk, "user.enrol", "bob", email=email, name="X") == "invalid-params"


@pytest.mark.anyio
async def test_no_customer_learns_an_address(desk: Desk) -> None:
    """Neither from a list nor from an event; their own they are told by `user.me`."""
    await desk.call("user.update", "alice", user_id="bob", email="bob@secret.example")
    await desk.call("user.update", "alice", user_id="carol", email="carol@secret.example")
    await desk.call("user.update", "alice", user_id="bob", name="Robert")
    told = "".join(event.model_dump_json() for event in await desk.heard("carol", 0))
    assert "Robert" in told
    assert "secret.example" not in told
    assert "secret.example" not in str(await desk.call("user.list", "carol"))
    assert "bob@secret.example" in str(await desk.call("user.list", "alice"))
    assert (await desk.call("user.me", "carol"))["email"] == "carol@secret.example"


@pytest.mark.anyio
async def test_the_last_admin_stays_one(desk: Desk) -> None:
    for method, params in (("user.update", {"role": "agent"}), ("user.deactivate", {})):
        assert await refusal(desk, method, "alice", user_id="alice", **params) == "conflict"
    await desk.call("user.update", "alice", user_id="bob", role="admin")
    await desk.call("user.update", "bob", user_id="alice", role="agent")
    assert await refusal(desk, "user.update", "alice", user_id="bob", role="agent") == "forbidden"
    assert await refusal(desk, "user.deactivate", "bob", user_id="bob") == "conflict"


@pytest.mark.anyio
@pytest.mark.parametrize("mode", list(AuthMode))
async def test_who_is_deactivated_is_refused_everywhere_at_once(paths: Paths, mode: AuthMode) -> None:
    async with running(paths, mode=mode) as desk:
        async with screen(desk, "bob") as bob:
            await desk.call("user.deactivate", "alice", user_id="bob")
            async with asyncio.timeout(STOP_S):
                assert {event.event async for event in bob.events} <= {"counts", "user.deactivated"}
        assert await refusal(desk, "ticket.list", "bob") == "deactivated"
        response = await desk.http("events").get("/events", headers=desk.headers("bob"))
        error = response.json()["error"]
        assert (response.status_code, error["data"]["reason"]) == (403, "deactivated")
        assert error["message"] == "bob is deactivated in this project"
        for path in ("/attachments?name=a", "/attachments/1"):
            method = "POST" if "?" in path else "GET"
            answer = await desk.http().request(method, path, headers=desk.headers("bob"))
            assert (answer.status_code, answer.json()["error"]["data"]["reason"]) == (403, "deactivated")
        await desk.call("user.reactivate", "alice", user_id="bob")
        assert (await desk.call("user.me", "bob"))["role"] == "agent"


@pytest.mark.anyio
async def test_a_program_of_a_user_who_is_deactivated_learns_why_and_ends(desk: Desk) -> None:
    async with contextlib.aclosing(desk.subscribe("bob", 0)) as events, asyncio.timeout(STOP_S):
        await desk.call("ticket.create", "carol", title="t", body="b")
        assert (await anext(events)).seq == 1
        await desk.call("user.deactivate", "alice", user_id="bob")
        with pytest.raises(Deactivated, match="bob is deactivated in this project"):
            await _read_all(events)


async def _read_all(events: AsyncIterator[Event | Reset]) -> None:
    async for event in events:
        assert isinstance(event, Event)


@pytest.mark.anyio
async def test_a_changed_role_ends_the_streams_and_counts_at_once(desk: Desk) -> None:
    await desk.call("ticket.create", "carol", title="c", body="b")
    async with screen(desk, "bob") as bob:
        await desk.call("user.update", "alice", user_id="bob", role="customer")
        async with asyncio.timeout(STOP_S):
            assert {event.event async for event in bob.events} <= {"counts", "user.updated"}
    assert (await desk.call("ticket.list", "bob"))["tickets"] == []
    assert [event.kind for event in await desk.heard("bob", 0)] == ["user.updated"]
    await desk.call("user.update", "alice", user_id="dave", role="agent")
    assert len((await desk.call("ticket.list", "dave"))["tickets"]) == 2


@pytest.mark.anyio
async def test_what_somebody_had_is_listed_and_unassigned_on_request(desk: Desk) -> None:
    for number, status in enumerate(("open", "waiting", "snoozed", "solved"), 1):
        await desk.call("ticket.create", "carol", title="t", body="b")
        sleep = {"snoozed_until": 4_000_000_000_000} if status == "snoozed" else {}
        await desk.call("ticket.update", "bob", ticket_id=number, assignee="bob", status=status, **sleep)
    assert (await desk.call("user.deactivate", "alice", user_id="bob"))["open_tickets"] == [1, 2, 3]
    answer = await desk.call("user.deactivate", "alice", user_id="bob", unassign=True)
    assert (answer["user"]["active"], answer["open_tickets"]) == (False, [])
    tickets = (await desk.call("ticket.list", "alice"))["tickets"]
    assert {ticket["ticket_id"]: ticket["assignee"] for ticket in tickets} == {1: None, 2: None, 3: None, 4: "bob"}


@pytest.mark.anyio
async def test_whoever_has_only_old_messages_of_somebody_hears_of_the_new_name(desk: Desk) -> None:
    """Dave is on no ticket of Carol's any more; what he wrote is, on the one it was moved to as well."""
    await desk.call("ticket.create", "carol", title="c", body="b")
    await desk.call("ticket.invite", "bob", ticket_id=1, user_id="dave")
    written = [(await desk.call("message.reply", "dave", ticket_id=1, body=text))["message_id"] for text in "xy"]
    split = await desk.call("ticket.split", "bob", ticket_id=1, message_ids=written, title="of its own")
    for ticket_id in (1, split["ticket_id"]):
        await desk.call("ticket.uninvite", "bob", ticket_id=ticket_id, user_id="dave")
    since = (await desk.call("ticket.list", "carol"))["seq"]
    await desk.call("user.update", "alice", user_id="dave", name="David")
    (told,) = await desk.heard("carol", since)
    assert told.record is not None
    assert told.record.model_dump()["name"] == "David"
    thread = await desk.call("message.list", "carol", ticket_id=split["ticket_id"])
    assert {message["author_name"] for message in thread["messages"]} == {"David"}


@pytest.mark.anyio
async def test_an_agent_who_switches_presence_off_is_seen_nowhere(desk: Desk) -> None:
    await desk.call("ticket.create", "carol", title="c", body="b")
    async with screen(desk, "bob") as bob, screen(desk, "carol") as carol, screen(desk, "alice") as alice:
        await bob.beat(1, "writing")
        await carol.sees(1, {"bob": "writing"})
        await desk.call("user.update_me", "bob", shows_presence=False)
        await carol.sees(1, {})
        await alice.sees(1, {})
        assert await bob.beat(1, "writing") is None
        assert (await desk.call("presence.list", "alice"))["tickets"] == []
    assert await refusal(desk, "user.update_me", "carol", shows_presence=False) == "forbidden"


def bind(desk: Desk, address: str, user: str) -> None:
    """What a magic link will do."""
    desk.execute("INSERT INTO device_bindings VALUES (?, ?, 'laptop', 5, NULL, NULL)", address, user)


@pytest.mark.anyio
async def test_devices_are_listed_and_revoked_by_their_user_and_by_admins(desk: Desk) -> None:
    for address, user in (("400::1", "carol"), ("400::2", "carol"), ("400::3", "bob")):
        bind(desk, address, user)
    mine = (await desk.call("user.devices", "carol"))["devices"]
    assert mine[0] == {
        "address": "400::1",
        "name": "laptop",
        "bound_at": 5,
        "last_seen_at": None,
        "bound_by": "address",
        "is_current": False,
    }
    assert (await desk.call("user.devices", "bob", user_id="carol"))["devices"] == mine
    assert await refusal(desk, "user.devices", "bob", user_id="alice") == "forbidden"
    assert await refusal(desk, "user.devices", "dave", user_id="carol") == "forbidden"
    assert await desk.call("user.revoke", "bob", address="400::1") is False
    assert await desk.call("user.revoke", "carol", address="400::3") is False
    assert await desk.call("user.revoke", "carol", address="400::1") is True
    assert await desk.call("user.revoke", "alice", address="400::2") is True
    assert (await desk.call("user.devices", "alice", user_id="carol"))["devices"] == []
    assert [one["address"] for one in (await desk.call("user.devices", "bob"))["devices"]] == ["400::3"]
    entries = (await desk.call("audit.list", "alice", action="user.revoked"))["entries"]
    assert [entry["actor"] for entry in entries] == ["alice", "carol"]


@pytest.mark.anyio
async def test_a_change_that_is_refused_leaves_memory_as_it_was(desk: Desk) -> None:
    """The address is taken: nothing of the rename stays, neither in the database nor in memory."""
    await desk.call("user.update", "alice", user_id="bob", email="b@example.org")
    refused = await refusal(desk, "user.update", "alice", user_id="carol", name="Caro", email="b@example.org")
    assert refused == "conflict"
    assert (await desk.call("user.me", "carol"))["name"] == "Carol"


@sqlite_only("migrates a file of an earlier release")
def test_people_of_the_version_before_are_active_and_without_an_address(hero_root: Path) -> None:
    before = [migration for migration in migrations() if migration.name < "0011_people.sql"]
    connection = open_writer(hero_root / DATABASE)
    migrate(connection, before)
    connection.execute("INSERT INTO users VALUES ('bob', 'Bob', 'agent', 0), ('carol', 'Carol', 'customer', 0)")
    migrate(connection, migrations())
    found = SqlUsers(SqliteSession(connection)).list_all()
    connection.close()
    assert [(user.user_id, user.email, user.active, user.shows_presence) for user in found] == [
        ("bob", None, True, True),
        ("carol", None, True, True),
    ]
