"""When a user is deactivated, or a session's time is over, nothing by which they came in counts any more."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from hero_assistance_sdk.errors import Unauthenticated
from hero_assistance_sdk.event_client import subscribe
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.identity import expiry
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.oidc.model import OidcIdentity
from hero_assistance_server.identity.passkeys.model import Passkey
from hero_assistance_server.identity.sessions import service
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.users.demo_users import remove_demo_users
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.users.login_service import seed_users
from hero_assistance_server.users.model import Device
from tests.server.databases import open_store
from tests.server.desk import OPERATOR, STOP_S, Desk, running
from tests.server.signing_in import ask, hand_over, reason, set_up, token_of

pytestmark = pytest.mark.anyio

CAROL = UserId("carol")
# Every table whose rows let a user in; logins stay, or the edge's name of who is deactivated would be a new customer.
TABLES = ("device_bindings", "oidc_identities", "passkeys", "sessions", "sign_in_tokens")


def give_access(work: UnitOfWork) -> None:
    """Let Carol in by a device, a passkey and a provider."""
    work.devices.save(Device("400::7", CAROL, "laptop", Millis(1), None))
    work.devices.save(Device("400:0:0:1::7", CAROL, "phone", Millis(2), None, "0a" * 32))
    work.passkeys.save(Passkey("AAAA", CAROL, b"key", 0, "a phone", Millis(1)))
    work.oidc_identities.add(OidcIdentity("https://login.example.org", "1", CAROL, Millis(1)))


def count_access(desk: Desk, user_id: str) -> dict[str, int]:
    """How many rows each table has of a user."""
    query = "SELECT count(*) FROM {} WHERE user_id = ?"
    return {table: int(desk.execute(query.format(table), user_id)[0][0]) for table in TABLES}


async def sign_in(desk: Desk) -> dict[str, str]:
    """Sign Carol in at a browser; returns its headers."""
    link = (await hand_over(desk))["link"]
    return {"x-hero-session": (await ask(desk, "auth.redeem", {}, token=token_of(link)))["session"]}


async def test_who_is_deactivated_comes_in_by_nothing_any_more(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        await set_up(desk)
    async with open_store(paths.data, clock=lambda: datetime.now(UTC), publish=lambda _event: None) as store:
        await store.write(give_access)
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        browser = await sign_in(desk)
        link = (await hand_over(desk))["link"]
        assert all(count_access(desk, CAROL).values())
        await desk.call("user.deactivate", OPERATOR, user_id=CAROL)
        assert count_access(desk, CAROL) == dict.fromkeys(TABLES, 0)
        await desk.call("user.reactivate", OPERATOR, user_id=CAROL)
        assert await reason(desk, "user.me", browser) == "unauthenticated"
        assert await reason(desk, "auth.redeem", {}, token=token_of(link)) == "not-found"
        assert (await desk.call("user.devices", OPERATOR, user_id=CAROL))["devices"] == []
        assert (await desk.call("auth.passkeys", OPERATOR, user_id=CAROL))["passkeys"] == []
        await sign_in(desk)


async def test_demo_users_that_are_removed_leave_no_way_in(paths: Paths) -> None:
    paths.data.mkdir(mode=0o700, parents=True)
    async with open_store(paths.data, clock=lambda: datetime.now(UTC), publish=lambda _event: None) as store:
        await store.write(lambda work: seed_users(work, DEMO_USERS, demo=True))
        await store.write(give_access)
        await store.write(remove_demo_users)
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        assert count_access(desk, CAROL) == dict.fromkeys(TABLES, 0)


async def test_another_seed_adds_only_what_is_missing(paths: Paths) -> None:
    async with running(paths) as desk:
        await desk.call("user.update", "alice", user_id=CAROL, email="carol@example.org", name="Caroline")
        await desk.call("user.update", "alice", user_id="bob", role="admin")
        await desk.call("user.deactivate", "alice", user_id="dave")
    async with running(paths) as desk:
        users = {one["user_id"]: one for one in (await desk.call("user.list", "alice"))["users"]}
    assert (users[CAROL]["email"], users[CAROL]["name"]) == ("carol@example.org", "Caroline")
    assert (users["bob"]["role"], users["dave"]["active"]) == ("admin", False)


async def test_demo_users_that_were_removed_are_back_with_another_seed(paths: Paths) -> None:
    async with running(paths) as desk:
        await desk.call("user.update", "alice", user_id=CAROL, email="carol@example.org")
    async with open_store(paths.data, clock=lambda: datetime.now(UTC), publish=lambda _event: None) as store:
        await store.write(remove_demo_users)
    async with running(paths) as desk:
        carol = await desk.call("user.me", CAROL)
    assert (carol["active"], carol["email"]) == (True, "carol@example.org")


@contextlib.asynccontextmanager
async def streaming(desk: Desk, headers: dict[str, str]) -> AsyncIterator[asyncio.Task[None]]:
    """An open event stream, as a task that is done once the server has ended it for good."""
    opened = asyncio.Event()

    async def read() -> None:
        with contextlib.suppress(Unauthenticated):
            async with contextlib.aclosing(subscribe(desk.events_socket, headers=headers, since=0)) as events:
                async for _event in events:
                    opened.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(read())
        await asyncio.wait_for(opened.wait(), STOP_S)
        yield task
        task.cancel()


async def test_a_stream_ends_with_its_session(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "EVERY_S", 0.05)
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        await set_up(desk)
        goes_on = await sign_in(desk)
        monkeypatch.setattr(service, "SESSION_LIFE", timedelta(seconds=2))
        async with streaming(desk, await sign_in(desk)) as ended, streaming(desk, goes_on) as other:
            await asyncio.wait_for(asyncio.shield(ended), STOP_S)
            assert not other.done()
    # Its row goes at the latest when the server ends.
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        assert count_access(desk, CAROL)["sessions"] == 1


def test_a_stream_outlives_its_session_by_less_than_a_minute() -> None:
    assert expiry.EVERY_S < 60
