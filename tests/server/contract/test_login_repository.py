"""`LoginRepository`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from hero_assistance_sdk.wire import Millis
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.users.model import Login

pytestmark = pytest.mark.anyio

T = TypeVar("T")

ALICE, BOB, CAROL, DAVE = DEMO_USERS
OLD = Login("Carol", CAROL.user_id, Millis(1))
NEW = Login("carol", DAVE.user_id, Millis(2))
ADMIN = Login("root", ALICE.user_id, Millis(3))


async def _after(storage: Storage, query: Callable[[Snapshot], T], *logins: Login) -> T:
    def save(work: UnitOfWork) -> None:
        for login in logins:
            work.logins.save(login)

    await storage.write(save)
    return await storage.read(query)


@pytest.mark.parametrize("name", ["Carol", "carol", "CAROL"])
async def test_a_name_is_found_in_any_case(storage: Storage, name: str) -> None:
    assert await _after(storage, lambda snapshot: snapshot.logins.find(name), OLD) == OLD


@pytest.mark.parametrize(("name", "expected"), [("Carol", OLD), ("carol", NEW), ("CAROL", OLD), ("caro", None)])
async def test_the_name_that_is_written_like_it_comes_first(storage: Storage, name: str, expected: Login) -> None:
    """A desk of a release that told them apart has both."""
    assert await _after(storage, lambda snapshot: snapshot.logins.find(name), NEW, OLD) == expected


async def test_one_character_or_two_is_the_same_name(storage: Storage) -> None:
    composed = replace(OLD, login="jos\u00e9")
    assert await _after(storage, lambda snapshot: snapshot.logins.find("JOSE\u0301"), composed) == composed


async def test_logins_are_listed_in_pages_and_by_user(storage: Storage) -> None:
    assert await _after(storage, lambda snapshot: snapshot.logins.list_after("", 2), NEW, OLD, ADMIN) == [OLD, NEW]
    assert await _after(storage, lambda snapshot: snapshot.logins.list_after("carol", 2)) == [ADMIN]
    assert await _after(storage, lambda snapshot: snapshot.logins.list_after("", 2, ALICE.user_id)) == [ADMIN]
    assert await _after(storage, lambda snapshot: snapshot.logins.list_all()) == [OLD, NEW, ADMIN]


async def test_the_logins_of_active_admins_are_counted(storage: Storage) -> None:
    def count(snapshot: Snapshot) -> int:
        return snapshot.logins.count_of_admins(except_login="other")

    assert await _after(storage, count, OLD, ADMIN) == 1
    assert await _after(storage, lambda snapshot: snapshot.logins.count_of_admins(except_login="root")) == 0
    await storage.write(lambda work: work.users.save(replace(ALICE, active=False), work.now))
    assert await _after(storage, count) == 0


async def test_a_deleted_login_is_gone(storage: Storage) -> None:
    await _after(storage, lambda _snapshot: None, OLD, NEW)
    await storage.write(lambda work: work.logins.delete("Carol"))
    assert await _after(storage, lambda snapshot: snapshot.logins.list_all()) == [NEW]
