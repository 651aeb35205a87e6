"""How often links and codes are asked for and tried: strangers run out, and lock no user out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hero_assistance_sdk.limits import DEFAULTS
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.sign_in.model import RatedUse
from hero_assistance_server.identity.sign_in.rates import AddressRate
from tests.limits import NO_RATES
from tests.server.databases import open_store
from tests.server.desk import Desk, running
from tests.server.signing_in import EMAIL, ask, at, hand_over, reason, set_up, token_of

pytestmark = pytest.mark.anyio

START = datetime(2026, 11, 27, 12, tzinfo=UTC)
STRANGER, USER = at("203.0.113.9"), at("198.51.100.7")


def another(code: str, number: int = 1) -> str:
    """A code that is not the given one."""
    return f"{(int(code) + number) % 10**6:06}"


async def guess(desk: Desk, headers: dict[str, str], code: str) -> str | None:
    return await reason(desk, "auth.redeem", headers, email=EMAIL, code=code)


async def redeem(desk: Desk, headers: dict[str, str]) -> str | None:
    """Try a link that is none."""
    return await reason(desk, "auth.redeem", headers, token="x")  # noqa: S106


async def test_one_stranger_cannot_use_up_the_code_of_a_user(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO, seed=False, limits=DEFAULTS) as desk:
        await set_up(desk)
        made = await hand_over(desk)
        tried = [await guess(desk, STRANGER, another(made["code"], number + 1)) for number in range(8)]
        assert tried == ["not-found"] * 3 + ["too-often"] * 5
        assert await guess(desk, USER, made["code"]) is None


async def test_many_strangers_slow_down_a_code_and_the_link_counts(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO, seed=False, limits=DEFAULTS) as desk:
        await set_up(desk)
        made = await hand_over(desk)
        tried = [await guess(desk, at(f"203.0.113.{number}"), another(made["code"])) for number in range(22)]
        assert tried == ["not-found"] * 20 + ["too-often"] * 2
        made = await hand_over(desk)
        with pytest.raises(RpcFailure) as refused:
            await ask(desk, "auth.redeem", USER, email=EMAIL, code=made["code"])
        assert (refused.value.remote_reason, refused.value.data["hint"]) == ("too-often", "use the link of the mail")
        assert 0 < refused.value.data["retry_after"] <= 600
        assert await reason(desk, "auth.redeem", USER, token=token_of(made["link"])) is None


async def test_what_was_tried_for_an_address_counts_after_a_restart(paths: Paths) -> None:
    limits = replace(NO_RATES, codes_per_day=2, links_per_hour=2)
    for tried, asked in ((["not-found"] * 2, [None] * 2), (["too-often"] * 2, ["too-often"] * 2)):
        async with running(paths, mode=AuthMode.HERO, seed=False, limits=limits) as desk:
            assert [await guess(desk, {}, "000000") for _ in range(2)] == tried
            assert [await reason(desk, "auth.request_link", {}, email=EMAIL) for _ in range(2)] == asked


async def test_a_flood_of_other_addresses_gives_no_new_tries(paths: Paths) -> None:
    """A node of the overlay, and who rents a server, has a network of addresses: it is one stranger."""
    limits = replace(NO_RATES, sign_ins_per_hour_per_peer=5)
    async with running(paths, mode=AuthMode.HERO, seed=False, limits=limits) as desk:
        tried = [await redeem(desk, at(f"2001:db8:0:1::{number:x}")) for number in range(1, 8)]
        assert tried == ["not-found"] * 5 + ["too-often"] * 2
        assert await redeem(desk, at("2001:db8:0:2::1")) == "not-found"


async def test_callers_without_an_address_are_counted_together(paths: Paths) -> None:
    limits = replace(NO_RATES, sign_ins_per_hour_per_peer=1)
    behind_proxy = {"x-hero-assistance-page": "ui.sock"}
    async with running(paths, mode=AuthMode.HERO, seed=False, limits=limits) as desk:
        tried = [await redeem(desk, behind_proxy) for _ in range(11)]
        assert tried == ["not-found"] * 10 + ["too-often"]
        assert await redeem(desk, USER) == "not-found"


async def test_a_stranger_begins_so_many_sign_ins(paths: Paths) -> None:
    limits = replace(NO_RATES, sign_ins_per_hour_per_peer=2)
    async with running(paths, mode=AuthMode.HERO, seed=False, limits=limits) as desk:
        await set_up(desk)
        found = [await reason(desk, "auth.passkey_start", STRANGER) for _ in range(3)]
    assert found == [None, None, "too-often"]


async def test_a_clock_that_was_ahead_locks_no_address(hero_root: Path) -> None:
    rate = AddressRate(RatedUse.LINK, 3, 1200)
    now = [START + timedelta(days=3650)]
    async with open_store(hero_root, clock=lambda: now[0], publish=lambda _event: None) as store:
        assert await store.write(lambda work: rate.take(work, b"x" * 32)) == 0
        now[0] = START
        waits = [await store.write(lambda work: rate.take(work, b"x" * 32)) for _ in range(3)]
        assert waits == [0, 1200, 1200]
        now[0] += timedelta(hours=1)
        waits = [await store.write(lambda work: rate.take(work, b"x" * 32)) for _ in range(4)]
        assert waits == [0, 0, 0, 1200]
