"""The names that the edge speaks: bound to users, and never ids of users."""

from __future__ import annotations

import asyncio
import contextlib
import json
import unicodedata
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given
from hypothesis.strategies import text

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import JSON_HEADERS, decode_answer, encode_request
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import Event, UserId
from hero_assistance_server.identity.authentication import AuthMode, vouched_email
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.store import DATABASE
from hero_assistance_server.users.ids.user_ids import is_made_of, make_user_id
from hero_assistance_server.users.login_names import fold_name, is_login
from tests.capabilities import sqlite_only
from tests.server.desk import STOP_S, Desk, running
from tests.server.test_presence import screen

BOSS = {"email": "boss@corp.example", "name": "Root", "role": "admin"}


async def refusal(desk: Desk, method: str, user: str, **params: Any) -> str:
    with pytest.raises(RpcFailure) as refused:
        await desk.call(method, user, **params)
    return refused.value.remote_reason


async def who(desk: Desk, name: str, claims: str = "") -> dict[str, Any]:
    """The user whom the edge's headers name."""
    headers: list[Any] = [*JSON_HEADERS.items(), ("x-hero-user", name.encode())]
    headers += [("x-hero-claims", claims.encode())] if claims else []
    response = await desk.http().post("/rpc", content=encode_request("user.me", {}), headers=headers)
    user: dict[str, Any] = decode_answer("desk", response.status_code, response.content)
    return user


@pytest.mark.pure
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("carol", "Carol", True),
        ("jos\u00e9", "JOSE\u0301", True),
        ("\u212aim", "kim", True),
        ("\u03c3\u0301", "\u03a3\u0301", True),
        ("stra\u00dfe", "strasse", False),
        ("carol", "\u0441arol", False),
        ("root", "\uff52oot", False),
    ],
)
def test_which_names_are_the_same(one: str, other: str, same: bool) -> None:
    assert (fold_name(one) == fold_name(other)) is same
    assert fold_name(fold_name(one)) == fold_name(one)


@pytest.mark.pure
@given(text())
def test_a_name_is_the_same_in_every_form_of_unicode(name: str) -> None:
    folded = fold_name(name)
    assert fold_name(folded) == folded
    assert fold_name(unicodedata.normalize("NFD", name)) == fold_name(unicodedata.normalize("NFC", name)) == folded


@pytest.mark.pure
@pytest.mark.parametrize(
    ("text", "accepted"),
    [("a", True), ("a b", False), ("a\u00a0b", False), ("", False), ("x" * 254, True), ("x" * 255, False)],
)
def test_what_can_be_a_login(text: str, accepted: bool) -> None:
    assert is_login(text) is accepted


@pytest.mark.pure
def test_a_free_id_is_found_in_a_few_steps() -> None:
    taken = {UserId("user"), *(UserId(f"user-{number}") for number in range(2, 10_000))}
    asked: list[UserId] = []

    def is_taken(user_id: UserId) -> bool:
        asked.append(user_id)
        return user_id in taken

    assert make_user_id("王", is_taken) == "user-10000"
    assert len(asked) < 40


@pytest.mark.pure
@pytest.mark.parametrize(
    ("name", "user_id", "expected"),
    [("Root", "root", True), ("Root", "root-12", True), ("Root", "boss", False), ("Root", "root-x", False)],
)
def test_which_ids_are_made_of_a_name(name: str, user_id: str, expected: bool) -> None:
    assert is_made_of(name, UserId(user_id)) is expected


@pytest.mark.pure
@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ("email=Boss@corp.example, email_verified=true", "boss@corp.example"),
        ("admin,email_verified=true,email=boss@corp.example,x=y", "boss@corp.example"),
        ("email=boss@corp.example", None),
        ("email=boss@corp.example,email_verified=false", None),
        ("email=boss@corp.example,email_verified=true,email_verified=false", None),
        ("email=boss@corp.example,email=eve@corp.example,email_verified=true", None),
        ("email=boss,email_verified=true", None),
        ("email_verified=true", None),
        ("", None),
    ],
)
def test_what_the_edge_vouches_for(claims: str, expected: str | None) -> None:
    assert vouched_email(claims) == expected


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["root", "Root", "ROOT"])
async def test_the_id_of_an_enrolled_admin_is_no_name_of_the_edge(paths: Paths, name: str) -> None:
    async with running(paths, mode=AuthMode.HERO) as desk:
        boss = await desk.call("user.enrol", "alice", **BOSS)
        stranger = await who(desk, name)
        assert (boss["user_id"], boss["role"]) == ("root", "admin")
        assert (stranger["user_id"], stranger["role"], stranger["name"]) == ("root-2", "customer", name)


@pytest.mark.anyio
async def test_a_bound_name_is_its_user(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO) as desk:
        boss = await desk.call("user.enrol", "alice", **BOSS)
        bound = await desk.call("user.bind_login", "alice", user_id="root", login="The.Boss")
        assert (await who(desk, "the.boss")) == boss
        assert await desk.call("user.bind_login", "alice", user_id="root", login="THE.BOSS") == bound
        assert await refusal(desk, "user.bind_login", "alice", user_id="bob", login="the.boss") == "conflict"
        assert await refusal(desk, "user.bind_login", "alice", user_id="nobody", login="x") == "not-found"
        assert await refusal(desk, "user.bind_login", "alice", user_id="bob", login="a b") == "invalid-params"
        for caller in ("bob", "carol"):
            assert await refusal(desk, "user.bind_login", caller, user_id="root", login="x") == "forbidden"
        assert (await desk.call("user.logins", "alice", user_id="root"))["logins"] == [bound]
        (entry,) = (await desk.call("audit.list", "alice", action="user.login_bound", limit=1))["entries"]
        assert (entry["actor"], entry["detail"]) == ("alice", {"user_id": "root", "login": "The.Boss"})


@pytest.mark.anyio
async def test_an_admin_enrols_with_the_login(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO) as desk:
        boss = await desk.call("user.enrol", "alice", **BOSS, login="boss")
        assert await who(desk, "boss") == boss
        customer = {"email": "erin@example.org", "name": "Erin"}
        assert await refusal(desk, "user.enrol", "bob", **customer, login="erin") == "forbidden"
        assert await refusal(desk, "user.enrol", "alice", **customer, login="BOSS") == "conflict"
        # Nothing of a refused enrolment stays.
        assert (await desk.call("user.enrol", "bob", **customer))["user_id"] == "erin"


@pytest.mark.anyio
async def test_a_name_that_is_taken_off_its_user_is_a_new_customers(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO) as desk:
        async with screen(desk, "bob") as bob:
            assert await desk.call("user.unbind_login", "alice", login="BOB") is True
            async with asyncio.timeout(STOP_S):
                assert {event.event async for event in bob.events} <= {"counts"}
        assert await desk.call("user.unbind_login", "alice", login="bob") is False
        assert (await who(desk, "bob"))["user_id"] == "bob-2"
        assert (await desk.call("user.logins", "alice", user_id="bob"))["logins"] == []


@pytest.mark.anyio
async def test_the_last_name_of_an_admin_stays(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO) as desk:
        assert await refusal(desk, "user.unbind_login", "alice", login="alice") == "conflict"
        await desk.call("user.bind_login", "alice", user_id="alice", login="root")
        assert await desk.call("user.unbind_login", "alice", login="alice") is True
        assert (await who(desk, "root"))["user_id"] == "alice"


@pytest.mark.anyio
async def test_names_that_differ_in_case_or_form_are_one_user(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        names = ["Carol", "carol", "CAROL", "Jose\u0301", "jos\u00e9"]
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(who(desk, name)) for name in names for _ in range(5)]
        ids = [call.result()["user_id"] for call in calls]
        assert ids == ["carol"] * 15 + ["jose"] * 10
        users = (await desk.call("user.list", "carol"))["users"]
        assert [user["user_id"] for user in users] == ["carol"]


@pytest.mark.anyio
async def test_a_program_follows_the_events_of_any_name(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        ticket = {"title": "t", "body": "b"}
        headers = [*JSON_HEADERS.items(), ("x-hero-user", "jos\u00e9".encode())]
        await desk.http().post("/rpc", content=encode_request("ticket.create", ticket), headers=headers)  # type: ignore[arg-type]
        async with contextlib.aclosing(desk.subscribe("jos\u00e9", 0)) as events, asyncio.timeout(STOP_S):
            event = await anext(events)
    assert isinstance(event, Event)
    assert event.kind == "ticket.created"


@pytest.mark.anyio
async def test_an_address_that_the_edge_vouches_for_finds_its_user(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO) as desk:
        boss = await desk.call("user.enrol", "alice", **BOSS)
        claims = "email=Boss@corp.example,email_verified="
        assert (await who(desk, "b0", f"{claims}false"))["role"] == "customer"
        assert (await who(desk, "boss@corp.example"))["role"] == "customer"
        assert await who(desk, "b1", f"{claims}true") == boss
        # From then on the name is bound.
        assert await who(desk, "b1") == boss
        (entry,) = (await desk.call("audit.list", "alice", action="user.login_bound", limit=1))["entries"]
        assert entry["detail"] == {"user_id": "root", "login": "b1", "email": "boss@corp.example"}
        newcomer = await who(desk, "b2", "email=new@corp.example,email_verified=true")
        assert (newcomer["email"], newcomer["role"]) == ("new@corp.example", "customer")
        await desk.call("user.deactivate", "alice", user_id="root")
        with pytest.raises(RpcFailure, match="root is deactivated"):
            await who(desk, "b3", f"{claims}true")


@pytest.mark.anyio
async def test_logins_are_listed_in_pages(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO) as desk:
        first = await desk.call("user.logins", "alice", limit=3)
        assert [login["login"] for login in first["logins"]] == ["alice", "bob", "carol"]
        rest = await desk.call("user.logins", "alice", limit=3, after=first["next_after"])
        assert ([login["login"] for login in rest["logins"]], rest["next_after"]) == (["dave"], None)


@pytest.mark.anyio
async def test_a_script_in_dev_mode_may_write_a_name_in_capitals(desk: Desk) -> None:
    assert (await desk.call("user.me", "CAROL"))["user_id"] == "carol"


def _desk_of_before(path: Path) -> apsw.Connection:
    """A desk that took the edge's names for ids."""
    connection = open_writer(path)
    migrate(connection, [one for one in migrations() if one.title != "logins"][:12])
    people = [
        ("Carol", "Carol", "customer", None),  # came by this name, as did
        ("carol", "carol", "customer", None),
        ("boss", "Boss", "admin", "boss@corp.example"),  # enrolled under a name of the edge's, never here
        ("chief-2", "Chief", "admin", "chief@corp.example"),  # enrolled, never here
        ("root", "Renamed", "admin", "root@corp.example"),  # enrolled as Root, never here
        ("erin", "Erin", "agent", "erin@corp.example"),  # enrolled, and came by this name
    ]
    for number, (user_id, name, role, email) in enumerate(people):
        row = (user_id, name, role, number, email)
        connection.execute("INSERT INTO users (user_id, name, role, created_at, email) VALUES (?, ?, ?, ?, ?)", row)
    for actor, user_id, name in [
        ("Carol", "Carol", "Carol"),
        ("carol", "carol", "carol"),
        ("carol", "boss", "The Boss"),
        ("carol", "chief-2", "Chief"),
        ("carol", "root", "Root"),
        ("carol", "erin", "Erin"),
    ]:
        detail = json.dumps({"user_id": user_id, "name": name})
        connection.execute(
            "INSERT INTO audit (at, actor, origin, action, detail) VALUES (1, ?, 'unix', 'user.enrolled', ?)",
            (actor, detail),
        )
    connection.execute(
        "INSERT INTO audit (at, actor, origin, action, detail) VALUES (1, 'erin', 'unix', 'ticket.updated', '{}')"
    )
    return connection


@sqlite_only("migrates a file of an earlier release")
def test_a_desk_of_before_keeps_the_names_that_were_ids(hero_root: Path) -> None:
    connection = _desk_of_before(hero_root / DATABASE)
    migrate(connection, migrations())
    found = connection.execute("SELECT login, user_id, folded, bound_at FROM logins ORDER BY bound_at").fetchall()
    connection.close()
    assert found == [
        ("Carol", "Carol", "carol", 0),
        ("carol", "carol", "carol", 1),
        ("boss", "boss", "boss", 2),
        ("erin", "erin", "erin", 5),
    ]


@sqlite_only("migrates a file of an earlier release")
@pytest.mark.anyio
async def test_the_people_of_a_desk_of_before_come_in_as_they_did(paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    _desk_of_before(paths.data / DATABASE).close()
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        ids = [(await who(desk, name))["user_id"] for name in ("Carol", "carol", "CAROL", "boss", "erin", "root")]
    assert ids == ["Carol", "carol", "Carol", "boss", "erin", "root-2"]
