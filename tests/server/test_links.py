"""The kinds of links, what each letter holds, what the database knows of a code, and the work for a stranger."""

from __future__ import annotations

import contextlib
import hashlib
import stat
from collections.abc import AsyncIterator
from typing import Any

import apsw
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.secret_tokens import hash_address
from hero_assistance_server.identity.sign_in import rules
from hero_assistance_server.storage.sqlite import store
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from tests.capabilities import sqlite_only
from tests.server.databases import read_database
from tests.server.desk import OPERATOR, Desk, running, until
from tests.server.signing_in import EMAIL, ask, hand_over, list_codes, list_letters, reason, set_up, token_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hero(paths: Paths) -> AsyncIterator[Desk]:
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        await set_up(desk)
        yield desk


async def settled(desk: Desk) -> None:
    """Wait until the outbox has sent everything."""

    def is_done() -> bool:
        return desk.execute("SELECT count(*) FROM deliveries WHERE state = 'waiting'") == [(0,)]

    await until(is_done)


async def test_what_a_stranger_asks_for_ends_nothing_of_the_operator(hero: Desk) -> None:
    handed_over = await hand_over(hero)
    invited = await hero.call("user.add", OPERATOR, email=EMAIL)
    for _ in range(3):
        assert await ask(hero, "auth.request_link", {}, email=EMAIL) is True
    assert await reason(hero, "auth.redeem", {}, email=EMAIL, code=handed_over["code"]) is None
    # A sign-in uses up all links of the address.
    assert await reason(hero, "auth.redeem", {}, token=token_of(invited["link"])) == "not-found"


@pytest.mark.parametrize("method", ["user.link", "user.add"])
async def test_a_link_of_an_admin_or_the_operator_outlives_requests(hero: Desk, method: str) -> None:
    link = (await hero.call(method, OPERATOR, email=EMAIL))["link"]
    await ask(hero, "auth.request_link", {}, email=EMAIL)
    assert await reason(hero, "auth.redeem", {}, token=token_of(link)) is None


async def test_a_new_request_ends_the_one_before_it(hero: Desk) -> None:
    await settled(hero)
    codes: list[str] = []
    for count in (1, 2):
        await ask(hero, "auth.request_link", {}, email=EMAIL)
        await settled(hero)
        found = list_codes(hero)
        assert len(found) == count
        codes += [code for code in found if code not in codes]
    first, second = codes[0], codes[-1]
    assert first == second or await reason(hero, "auth.redeem", {}, email=EMAIL, code=first) == "not-found"
    assert await reason(hero, "auth.redeem", {}, email=EMAIL, code=second) is None


async def test_an_invitation_has_a_link_and_no_code(hero: Desk) -> None:
    await settled(hero)
    assert all("/sign-in/link?token=" in letter for letter in list_letters(hero))
    assert list_codes(hero) == []
    link = (await hand_over(hero, "alice@example.org"))["link"]
    session = (await ask(hero, "auth.redeem", {}, token=token_of(link)))["session"]
    added = await ask(hero, "user.add", {"x-hero-session": session}, email="bob@example.org")
    assert (added["code"], added["code_expires_at"]) == (None, None)
    query = "SELECT code_hash FROM sign_in_tokens WHERE address_hash = ?"
    assert hero.execute(query, hash_address("bob@example.org")) == [(None,)]


async def test_a_code_counts_for_a_quarter_of_an_hour_and_its_link_for_longer(hero: Desk) -> None:
    made = await hand_over(hero)
    assert made["expires_at"] - made["code_expires_at"] == (24 * 60 - 15) * 60_000
    hero.execute("UPDATE sign_in_tokens SET code_expires_at = 1")
    assert await reason(hero, "auth.redeem", {}, email=EMAIL, code=made["code"]) == "not-found"
    assert await reason(hero, "auth.redeem", {}, token=token_of(made["link"])) is None


@sqlite_only("the key of codes is a file; postgres/test_shared_secrets.py has the row")
async def test_who_reads_the_database_finds_out_no_code(hero: Desk) -> None:
    """A million codes are tried against what is stored, in the ways that need no key."""
    code = (await hand_over(hero))["code"]
    address_hash = hash_address(EMAIL)
    rows = hero.execute("SELECT code_hash FROM sign_in_tokens WHERE code_hash IS NOT NULL")
    stored = {bytes(row[0]) for row in rows}
    assert stored
    guesses = [code.encode(), b"code\0" + code.encode(), b"code\0" + address_hash + code.encode()]
    assert not stored & {hashlib.sha256(guess).digest() for guess in guesses}
    key = hero.paths.data / "code.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 32
    assert key.read_bytes() not in read_database(hero.paths.data)


@sqlite_only("the key of codes is a file; postgres/test_shared_secrets.py has the row")
async def test_codes_survive_a_restart_and_a_damaged_key_ends_codes_alone(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        await set_up(desk)
        first = await hand_over(desk)
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        assert await reason(desk, "auth.redeem", {}, email=EMAIL, code=first["code"]) is None
        second = await hand_over(desk)
    (paths.data / "code.key").write_bytes(b"short")
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        assert await reason(desk, "auth.redeem", {}, email=EMAIL, code=second["code"]) == "not-found"
        assert await reason(desk, "auth.redeem", {}, token=token_of(second["link"])) is None


@sqlite_only("the key of codes is a file; postgres/test_shared_secrets.py has the row")
async def test_where_the_key_cannot_be_kept_no_code_is_made(hero: Desk) -> None:
    # Nothing can be written in the place of a folder.
    async with running_without_key(hero.paths) as desk:
        assert await reason(desk, "auth.request_link", {}, email=EMAIL) == "unavailable"


@contextlib.asynccontextmanager
async def running_without_key(paths: Paths) -> AsyncIterator[Desk]:
    """A second desk, in whose data folder a folder has the name of the key."""
    other = Paths(paths.root / "b", paths.root / "b" / "s", paths.root / "b" / "v")
    (other.data / "code.key" / "x").mkdir(parents=True)
    async with running(other, mode=AuthMode.HERO, seed=False) as desk:
        yield desk


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements of the connection that writes, from now on."""
    found: list[str] = []

    def open_traced(*arguments: Any, **options: Any) -> apsw.Connection:
        connection = open_writer(*arguments, **options)

        def note(_cursor: Any, statement: str, _bindings: Any) -> bool:
            found.append(" ".join(statement.split()))
            return True

        connection.exec_trace = note
        return connection

    monkeypatch.setattr(store, "open_writer", open_traced)
    return found


@sqlite_only("traces the statements of SQLite")
async def test_the_work_for_a_stranger_is_that_for_a_user(statements: list[str], paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        await set_up(desk)
        await desk.call("user.add", OPERATOR, email="gone@example.org")
        await desk.call("user.deactivate", OPERATOR, user_id="gone")
        found = {}
        for email in ("first@example.org", EMAIL, "nobody@example.org", "gone@example.org"):
            await settled(desk)
            statements.clear()
            await ask(desk, "auth.request_link", {}, email=email)
            await settled(desk)
            found[email] = [one for one in statements if one not in ("BEGIN IMMEDIATE", "COMMIT")]
        targets = [row[0] for row in desk.execute("SELECT target FROM deliveries ORDER BY delivery_id")]
    assert found["nobody@example.org"] == found[EMAIL] == found["gone@example.org"]
    assert any("INSERT INTO deliveries" in one for one in found[EMAIL])
    # No address of a stranger is stored.
    assert targets[-4:] == ["no user has this address", EMAIL, *["no user has this address"] * 2]


@pytest.mark.pure
def test_what_counts_for_days_has_no_code_that_does() -> None:
    assert rules.INVITATION.has_code is False
    assert rules.CODE_LIFE.total_seconds() == 900
