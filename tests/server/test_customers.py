"""Customers whom an agent files a ticket for, found as they type."""

from __future__ import annotations

import asyncio
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.users import customer_names
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.model import User
from tests.server.desk import Desk

ERIN = {"email": "e.example@example.org", "name": "Érin  van Example"}


@pytest.mark.anyio
@pytest.mark.parametrize("prefix", ["é", "Érin van", "VAN", "exam", "e.exa", "erin-van", "  érin   van "])
async def test_a_customer_is_found_by_what_they_are_called(desk: Desk, prefix: str) -> None:
    erin = await desk.call("user.enrol", "bob", **ERIN)
    found = await desk.call("user.customers", "bob", prefix=prefix)
    assert [user["user_id"] for user in found["users"]] == [erin["user_id"]]
    assert found["users"][0]["email"] == ERIN["email"]


@pytest.mark.anyio
async def test_who_cannot_have_a_ticket_is_not_found(desk: Desk) -> None:
    erin = await desk.call("user.enrol", "bob", **ERIN)
    for prefix in ("bob", "rin", "x"):
        assert (await desk.call("user.customers", "bob", prefix=prefix))["users"] == []
    await desk.call("user.deactivate", "alice", user_id=erin["user_id"])
    assert (await desk.call("user.customers", "bob", prefix="é"))["users"] == []
    await desk.call("user.reactivate", "alice", user_id=erin["user_id"])
    await desk.call("user.update", "alice", user_id=erin["user_id"], name="Frank", email="f@example.org")
    assert (await desk.call("user.customers", "bob", prefix="é"))["users"] == []
    assert len((await desk.call("user.customers", "bob", prefix="f@"))["users"]) == 1


@pytest.mark.anyio
async def test_customers_are_not_shown_each_other(desk: Desk) -> None:
    with pytest.raises(RpcFailure, match="may not call"):
        await desk.call("user.customers", "carol", prefix="d")


NAMES = st.text(alphabet=string.ascii_letters + " é", min_size=1, max_size=8).filter(str.strip)
USERS = st.builds(
    User,
    user_id=st.sampled_from([UserId(f"user-{number}") for number in range(6)]),
    name=NAMES,
    role=st.sampled_from(Role),
    email=st.none() | NAMES.map(lambda name: f"{name.replace(' ', '')}@x"),
    active=st.booleans(),
)


@pytest.mark.anyio
async def test_changes_while_the_names_are_sorted_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first search sorts in a thread, in portions, and others are served meanwhile."""
    monkeypatch.setattr(customer_names, "PORTION", 2)
    users = [User(UserId(f"user-{number}"), f"Name {number}", Role.CUSTOMER) for number in range(5)]
    directory = Directory(users)
    both = [asyncio.create_task(directory.prepare_customers()) for _ in range(2)]
    await asyncio.sleep(0)
    directory.remove(UserId("user-3"))
    directory.add(User(UserId("user-9"), "Name 9", Role.CUSTOMER))
    directory.add(replace(users[0], name="Other"))
    both[0].cancel()
    await both[1]
    found = [user.user_id for user in directory.find_customers("name")]
    assert found == ["user-1", "user-2", "user-4", "user-9"]
    directory.remove(UserId("user-1"))
    assert [user.user_id for user in directory.find_customers("user-1")] == []


@pytest.mark.pure
@given(st.lists(USERS, max_size=6), st.lists(USERS, max_size=12), NAMES)
def test_what_changes_is_found_as_if_it_had_been_so(first: list[User], later: list[User], prefix: str) -> None:
    directory = Directory(first)
    list(directory.find_customers(prefix))
    for user in later:
        directory.add(user)
    fresh = Directory([*first, *later])
    assert list(directory.find_customers(prefix)) == list(fresh.find_customers(prefix))
