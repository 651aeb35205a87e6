"""Language and time zone of a user: set by themselves or an admin, and used where a call names no zone."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio

# One that is ahead of UTC by so much that its days are others for most of a day.
EARLY, LATE = "Pacific/Kiritimati", "Pacific/Niue"


async def test_a_user_chooses_and_chooses_none(desk: Desk) -> None:
    chosen = await desk.call("user.update_me", "bob", language="pt-BR", time_zone="Europe/Berlin")
    assert (chosen["language"], chosen["time_zone"]) == ("pt-BR", "Europe/Berlin")
    assert (await desk.call("user.update_me", "bob", name="Bobby"))["time_zone"] == "Europe/Berlin"
    assert (await desk.call("user.me", "bob"))["language"] == "pt-BR"
    cleared = await desk.call("user.update_me", "bob", language="", time_zone="")
    assert (cleared["language"], cleared["time_zone"]) == (None, None)


async def test_an_admin_sets_them_for_others(desk: Desk) -> None:
    changed = await desk.call("user.update", "alice", user_id="carol", language="fr", time_zone="Europe/Paris")
    assert (changed["language"], changed["time_zone"]) == ("fr", "Europe/Paris")
    assert (await desk.call("user.me", "carol"))["time_zone"] == "Europe/Paris"


async def test_customers_see_neither_of_others(desk: Desk) -> None:
    await desk.call("user.update_me", "bob", language="fr", time_zone="Europe/Paris")
    users = {one["user_id"]: one for one in (await desk.call("user.list", "carol"))["users"]}
    assert (users["bob"]["language"], users["bob"]["time_zone"]) == (None, None)
    told = (await desk.call("event.list", "carol", since=0))["events"]
    assert told == []


@pytest.mark.parametrize("params", [{"time_zone": "Europe/Berlim"}, {"language": "x"}, {"language": "fr_FR"}])
async def test_what_is_none_is_refused(desk: Desk, params: dict[str, str]) -> None:
    with pytest.raises(RpcFailure):
        await desk.call("user.update_me", "bob", **params)


async def test_days_begin_where_the_caller_is(desk: Desk) -> None:
    """The same filter finds it or not: at Kiritimati it is the next day already where it is still this one at Niue."""
    ticket = await desk.call("ticket.create", "carol", title="t", body="b")
    found = {}
    for zone in (EARLY, LATE):
        await desk.call("user.update_me", "bob", time_zone=zone)
        for method, name in (("ticket.list", "filter"), ("search.tickets", "query")):
            by_default = await desk.call(method, "bob", **{name: "after:2026-11-27"})
            named = await desk.call(method, "bob", time_zone=zone, **{name: "after:2026-11-27"})
            assert by_default == named
            found[zone, method] = by_default
        span = {"start": ticket["created_at"] - 1, "end": ticket["created_at"] + 1}
        by_default = await desk.call("stats.by_day", "bob", **span)
        assert by_default == await desk.call("stats.by_day", "bob", time_zone=zone, **span)
        found[zone, "stats"] = by_default
    assert found[EARLY, "stats"]["days"][0]["start"] != found[LATE, "stats"]["days"][0]["start"]
    # A zone that the call names goes before.
    other = await desk.call("stats.by_day", "bob", time_zone=EARLY, **span)
    assert other == found[EARLY, "stats"]
