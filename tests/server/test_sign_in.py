"""Signing in by a link or a code, the sessions that come of it, and who may administer them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from hero_assistance_sdk.errors import Unauthenticated
from hero_assistance_sdk.event_client import subscribe
from hero_assistance_sdk.limits import Limits
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import JSON_HEADERS, encode_request
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.identity.authentication import AuthMode
from tests.limits import NO_RATES
from tests.server.databases import execute, read_database
from tests.server.desk import OPERATOR, STOP_S, Desk, running
from tests.server.signing_in import EMAIL, PAGE, ask, reason, set_up, token_of

pytestmark = pytest.mark.anyio

PEER = {"x-hero-assistance-page": "ui 203.0.113.9"}


@pytest.fixture
async def hero(paths: Paths) -> AsyncIterator[Desk]:
    """A server in hero mode on an empty database, with a customer and an admin who have addresses."""
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        await set_up(desk)
        yield desk


async def link(desk: Desk, email: str = EMAIL) -> dict[str, Any]:
    found: dict[str, Any] = await desk.call("user.link", OPERATOR, email=email)
    return found


def token_in(access: dict[str, Any]) -> str:
    return token_of(access["link"])


async def sign_in(desk: Desk, email: str = EMAIL, **headers: str) -> str:
    """Sign a user in as the page does; returns the session."""
    done = await ask(desk, "auth.redeem", headers, token=token_in(await link(desk, email)))
    return str(done["session"])


def session(token: str) -> dict[str, str]:
    return {"x-hero-session": token}


async def test_a_link_signs_its_user_in_once(hero: Desk) -> None:
    token = token_in(await link(hero))
    done = await ask(hero, "auth.redeem", {}, token=token, device_name="Carol's laptop")
    assert done["user"]["email"] == EMAIL
    assert (await ask(hero, "user.me", session(done["session"])))["user_id"] == "carol"
    assert await reason(hero, "auth.redeem", {}, token=token) == "not-found"
    (found,) = (await ask(hero, "auth.sessions", session(done["session"])))["sessions"]
    assert (found["device_name"], found["method"], found["is_current"]) == ("Carol's laptop", "link", True)
    assert found["expires_at"] == done["expires_at"]


async def test_a_code_signs_in_with_its_address_alone(hero: Desk) -> None:
    code = (await link(hero))["code"]
    other = "alice@example.org"
    assert await reason(hero, "auth.redeem", {}, email=other, code=code) == "not-found"
    done = await ask(hero, "auth.redeem", {}, email="CAROL@example.org", code=code)
    assert (await ask(hero, "user.me", session(done["session"])))["user_id"] == "carol"
    assert await reason(hero, "auth.redeem", {}, email=EMAIL, code=code) == "not-found"


async def test_the_sixth_code_is_refused_even_if_it_is_right(hero: Desk) -> None:
    access = await link(hero)
    wrong = f"{(int(access['code']) + 1) % 10**6:06}"
    for _ in range(5):
        assert await reason(hero, "auth.redeem", {}, email=EMAIL, code=wrong) == "not-found"
    assert await reason(hero, "auth.redeem", {}, email=EMAIL, code=access["code"]) == "not-found"
    # Somebody who guesses does not lock out the user, who has the link.
    assert await reason(hero, "auth.redeem", {}, token=token_in(access)) is None


async def test_a_newer_link_ends_an_older_one(hero: Desk) -> None:
    older = await link(hero)
    newer = await link(hero)
    assert await reason(hero, "auth.redeem", {}, token=token_in(older)) == "not-found"
    assert await reason(hero, "auth.redeem", {}, email=EMAIL, code=older["code"]) == "not-found"
    assert await reason(hero, "auth.redeem", {}, token=token_in(newer)) is None


async def test_a_late_link_is_refused(hero: Desk) -> None:
    access = await link(hero)
    hero.execute("UPDATE sign_in_tokens SET expires_at = 1, code_expires_at = 1")
    assert await reason(hero, "auth.redeem", {}, token=token_in(access)) == "not-found"
    assert await reason(hero, "auth.redeem", {}, email=EMAIL, code=access["code"]) == "not-found"


@pytest.mark.parametrize("email", [EMAIL, "stranger@example.org", "STRANGER@example.org"])
async def test_a_request_is_answered_alike_for_every_address(hero: Desk, email: str) -> None:
    assert await ask(hero, "auth.request_link", {}, email=email) is True
    found = {bytes(key): user for key, user in hero.execute("SELECT address_hash, user_id FROM sign_in_tokens")}
    key = hashlib.sha256(b"address\0" + email.lower().encode()).digest()
    assert found[key] == ("carol" if email == EMAIL else None)


async def test_a_deactivated_user_gets_no_link_and_is_signed_out(hero: Desk) -> None:
    token = await sign_in(hero)
    late = token_in(await link(hero))
    await hero.call("user.deactivate", OPERATOR, user_id="carol")
    assert await reason(hero, "user.me", session(token)) == "unauthenticated"
    assert await reason(hero, "auth.redeem", {}, token=late) == "not-found"
    assert await ask(hero, "auth.request_link", {}, email=EMAIL) is True
    with pytest.raises(RpcFailure, match="deactivated"):
        await link(hero)
    await hero.call("user.reactivate", OPERATOR, user_id="carol")
    assert await reason(hero, "user.me", session(token)) == "unauthenticated"


async def test_nothing_that_signs_in_is_stored(hero: Desk) -> None:
    access = await link(hero)
    token = await sign_in(hero)
    stored = read_database(hero.paths.data)
    for secret in (token, token_in(access)):
        assert secret.encode() not in stored
    assert hashlib.sha256(token.encode()).digest() in stored


async def test_a_session_is_made_at_each_sign_in_and_the_old_one_ends(hero: Desk) -> None:
    """A session that somebody else has put into the browser does not become the user's."""
    planted = await sign_in(hero, "alice@example.org")
    own = await sign_in(hero, **session(planted))
    assert own != planted
    assert (await ask(hero, "user.me", session(own)))["user_id"] == "carol"
    assert await reason(hero, "user.me", session(planted)) == "unauthenticated"


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 60_000, "é"])
async def test_a_session_that_is_none_is_refused(hero: Desk, token: str) -> None:
    assert await reason(hero, "ticket.list", {"x-hero-session": token.encode()}) == "unauthenticated"  # type: ignore[dict-item]


async def test_two_sessions_in_one_request_are_refused(hero: Desk) -> None:
    token = await sign_in(hero)
    headers = [*JSON_HEADERS.items(), ("x-hero-session", token), ("X-Hero-Session", token)]
    response = await hero.http().post("/rpc", content=encode_request("user.me", {}), headers=headers)
    assert response.status_code == 400


async def test_the_name_that_the_edge_speaks_comes_before_a_session(hero: Desk) -> None:
    token = await sign_in(hero)
    assert (await ask(hero, "user.me", {**session(token), "x-hero-user": "erin"}))["user_id"] == "erin"


async def test_dev_mode_ignores_sessions(desk: Desk) -> None:
    assert (await ask(desk, "user.me", session("x" * 43)))["user_id"] == "alice"


async def test_signing_out_ends_the_session_and_its_streams_alone(hero: Desk) -> None:
    token, other = await sign_in(hero), await sign_in(hero)
    async with stream(hero, token) as ended, stream(hero, other) as goes_on:
        assert await ask(hero, "auth.sign_out", session(token)) is True
        await asyncio.wait_for(ended, STOP_S)
        assert not goes_on.done()
    assert await reason(hero, "user.me", session(token)) == "unauthenticated"
    assert (await ask(hero, "user.me", session(other)))["user_id"] == "carol"
    assert await ask(hero, "auth.sign_out", session(token)) is False


@contextlib.asynccontextmanager
async def stream(desk: Desk, token: str) -> AsyncIterator[asyncio.Task[None]]:
    """An open event stream of a session, as a task that is done when the server ends it."""
    opened = asyncio.Event()

    async def read() -> None:
        # The client comes back by itself, and is then refused.
        with contextlib.suppress(Unauthenticated):
            await follow()

    async def follow() -> None:
        async with contextlib.aclosing(subscribe(desk.events_socket, headers=session(token), since=0)) as events:
            async for _event in events:
                opened.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(read())
        await asyncio.wait_for(opened.wait(), STOP_S)
        yield task
        task.cancel()


async def test_a_session_is_revoked_by_its_user_and_by_admins(hero: Desk) -> None:
    phone, laptop = await sign_in(hero), await sign_in(hero)
    admin = await sign_in(hero, "alice@example.org")
    first, second = (await ask(hero, "auth.sessions", session(laptop)))["sessions"]
    assert [first["is_current"], second["is_current"]] == [False, True]
    (alices,) = (await ask(hero, "auth.sessions", session(admin)))["sessions"]
    revoke = "auth.revoke_session"
    assert await ask(hero, revoke, session(laptop), session_id=alices["session_id"]) is False
    assert await reason(hero, "auth.sessions", session(laptop), user_id="alice") == "forbidden"
    await hero.call("user.add", OPERATOR, email="bob@example.org", role="agent")
    agent = await sign_in(hero, "bob@example.org")
    shown = (await ask(hero, "auth.sessions", session(agent), user_id="carol"))["sessions"]
    assert [one["session_id"] for one in shown] == [first["session_id"], second["session_id"]]
    assert await ask(hero, revoke, session(agent), session_id=first["session_id"]) is False
    assert await reason(hero, "auth.sessions", session(agent), user_id="alice") == "forbidden"
    async with stream(hero, phone) as ended:
        assert await ask(hero, revoke, session(laptop), session_id=first["session_id"]) is True
        await asyncio.wait_for(ended, STOP_S)
    assert await ask(hero, revoke, session(admin), session_id=second["session_id"]) is True
    assert await reason(hero, "user.me", session(laptop)) == "unauthenticated"
    entries = (await hero.call("audit.list", OPERATOR, action="auth.session_revoked"))["entries"]
    assert [entry["actor"] for entry in entries] == ["alice", "carol"]


async def test_sessions_survive_a_restart_and_say_when_they_were_used(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        await desk.call("project.update", OPERATOR, page_address=PAGE)
        await desk.call("user.add", OPERATOR, email=EMAIL)
        token = await sign_in(desk)
    execute(paths.data, "UPDATE sessions SET last_seen_at = 5")
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        assert (await ask(desk, "user.me", session(token)))["user_id"] == "carol"
        (found,) = (await ask(desk, "auth.sessions", session(token)))["sessions"]
        assert found["last_seen_at"] > 5
    assert execute(paths.data, "SELECT last_seen_at FROM sessions") == [(found["last_seen_at"],)]
    execute(paths.data, "UPDATE sessions SET expires_at = 6")
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        assert await reason(desk, "user.me", session(token)) == "unauthenticated"


async def test_the_fifty_first_session_ends_the_first(hero: Desk) -> None:
    first = await sign_in(hero)
    second = await sign_in(hero)
    for _ in range(49):
        await sign_in(hero)
    assert await reason(hero, "user.me", session(first)) == "unauthenticated"
    assert await reason(hero, "user.me", session(second)) is None


@pytest.mark.parametrize(
    ("limits", "calls", "refused"),
    [
        ({"links_per_hour": 2}, [("auth.request_link", {"email": EMAIL})] * 2, {"email": EMAIL.upper()}),
        (
            {"links_per_hour_per_peer": 2},
            [("auth.request_link", {"email": f"{n}@x.org"}) for n in range(2)],
            {"email": "3@x.org"},
        ),
        ({"sign_ins_per_hour_per_peer": 2}, [("auth.redeem", {"token": "x"})] * 2, {"token": "y"}),
        (
            {"codes_per_day": 2},
            [("auth.redeem", {"email": EMAIL, "code": "000000"})] * 2,
            {"email": EMAIL, "code": "1" * 6},
        ),
    ],
    ids=["links of an address", "links of a peer", "tries of a peer", "codes of an address"],
)
async def test_what_is_asked_too_often_is_refused(
    paths: Paths, limits: dict[str, float], calls: list[tuple[str, dict[str, str]]], refused: dict[str, str]
) -> None:
    bounded: Limits = replace(NO_RATES, **limits)
    async with running(paths, mode=AuthMode.HERO, seed=False, limits=bounded) as desk:
        for method, params in calls:
            assert await reason(desk, method, PEER, **params) in (None, "not-found")
        assert await reason(desk, calls[0][0], PEER, **refused) == "too-often"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"email": EMAIL},
        {"code": "123456"},
        {"token": "t", "code": "123456"},
        {"email": EMAIL, "code": "12345"},
        {"email": EMAIL, "code": "１２３４５６"},
        {"token": ""},
        {"token": "t", "device_name": "a\nb"},
    ],
)
async def test_half_a_proof_is_a_wrong_param(hero: Desk, params: dict[str, str]) -> None:
    assert await reason(hero, "auth.redeem", {}, **params) == "invalid-params"


async def test_the_operator_adds_users_and_hands_over_links(hero: Desk) -> None:
    added = await hero.call("user.add", OPERATOR, email="Bob@Example.org", role="agent", name="Bob")
    assert (added["user"]["role"], added["user"]["name"], added["mailed"]) == ("agent", "Bob", False)
    done = await ask(hero, "auth.redeem", {}, token=token_in(added))
    assert done["user"]["user_id"] == "bob"
    again = await hero.call("user.add", OPERATOR, email="bob@example.org")
    assert again["user"] == added["user"]
    promoted = await hero.call("user.add", OPERATOR, email="bob@example.org", role="admin")
    assert promoted["user"]["role"] == "admin"
    entries = (await hero.call("audit.list", OPERATOR, action="user.enrolled"))["entries"]
    assert {(entry["actor"], entry["origin"]) for entry in entries} == {(None, "operator")}


async def test_where_no_letter_arrives_an_admin_hands_over_the_link_of_who_was_never_here(hero: Desk) -> None:
    admin = session(await sign_in(hero, "alice@example.org"))
    first = await ask(hero, "user.add", admin, email="bob@example.org", role="agent")
    assert (first["code"], first["mailed"]) == (None, False)
    again = await ask(hero, "user.add", admin, email="bob@example.org")
    made = (await hero.call("audit.list", OPERATOR, action="auth.link_made"))["entries"]
    assert [(entry["actor"], entry["detail"]["user_id"]) for entry in made[:2]] == [("alice", "bob")] * 2
    # The newer one takes the place of the one before it.
    assert await reason(hero, "auth.redeem", {}, token=token_in(first)) == "not-found"
    done = await ask(hero, "auth.redeem", {}, token=token_in(again))
    assert done["user"]["user_id"] == "bob"


async def test_no_admin_sees_the_link_of_who_was_here(hero: Desk) -> None:
    admin = session(await sign_in(hero, "alice@example.org"))
    await sign_in(hero, EMAIL)
    assert (await ask(hero, "user.add", admin, email=EMAIL))["link"] is None
    await hero.call("user.add", OPERATOR, email="bob@example.org", role="agent")
    await hero.call("user.bind_login", OPERATOR, user_id="bob", login="bob")
    # The edge lets them in by this name, and the desk keeps no entry of that.
    assert (await ask(hero, "user.add", admin, email="bob@example.org"))["link"] is None
    assert await reason(hero, "user.link", admin, email="bob@example.org") == "forbidden"
    assert await reason(hero, "user.add", session(await sign_in(hero)), email="x@example.org") == "forbidden"


async def test_the_last_admin_stays_one(hero: Desk) -> None:
    with pytest.raises(RpcFailure, match="last admin"):
        await hero.call("user.add", OPERATOR, email="alice@example.org", role="customer")


async def test_without_an_address_of_the_page_there_is_a_code(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        added = await desk.call("user.add", OPERATOR, email=EMAIL)
        assert added["link"] is None
        assert (await ask(desk, "auth.redeem", {}, email=EMAIL, code=added["code"]))["session"]


async def test_everybody_may_know_how_to_sign_in(hero: Desk) -> None:
    ways = {"link": False, "passkey": True, "oidc": []}
    assert await ask(hero, "project.info", {}) == {"name": "Support", "page_address": f"{PAGE}/", "sign_in": ways}


async def test_names_of_the_edge_become_no_customers_where_a_setting_says_so(hero: Desk) -> None:
    await hero.call("project.update", OPERATOR, enrol_newcomers=False)
    assert await reason(hero, "user.me", {"x-hero-user": "mallory"}) == "unauthenticated"
    claims = {"x-hero-claims": f"email={EMAIL},email_verified=true"}
    assert (await ask(hero, "user.me", {"x-hero-user": "carol@corp", **claims}))["user_id"] == "carol"
    await hero.call("project.update", OPERATOR, enrol_newcomers=True)
    assert (await ask(hero, "user.me", {"x-hero-user": "mallory"}))["role"] == "customer"
