"""What every engine must do with client tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from tests.server.contract.ticket_changes import BOB, CAROL, NOON

pytestmark = pytest.mark.anyio


async def test_a_token_is_of_one_user_and_one_method(storage: Storage) -> None:
    def find(snapshot: Snapshot) -> list[int | None]:
        tokens = snapshot.client_tokens
        return [
            tokens.find(BOB.user_id, "m", "t"),
            tokens.find(CAROL.user_id, "m", "t"),
            tokens.find(BOB.user_id, "n", "t"),
            tokens.find(BOB.user_id, "m", "u"),
        ]

    await storage.write(lambda work: work.client_tokens.add(BOB.user_id, "m", "t", 7, work.now))
    assert await storage.read(find) == [7, None, None, None]


async def test_without_a_token_nothing_is_remembered(storage: Storage) -> None:
    await storage.write(lambda work: work.client_tokens.add(BOB.user_id, "m", None, 7, work.now))
    assert await storage.read(lambda snapshot: snapshot.client_tokens.find(BOB.user_id, "m", None)) is None


async def test_the_oldest_are_pruned_in_portions(storage: Storage) -> None:
    def add(work: UnitOfWork) -> None:
        for hours in range(4):
            work.client_tokens.add(BOB.user_id, "m", str(hours), hours, NOON + timedelta(hours=hours))

    def left(snapshot: Snapshot) -> list[bool]:
        return [snapshot.client_tokens.find(BOB.user_id, "m", str(hours)) is not None for hours in range(4)]

    await storage.write(add)
    before = NOON + timedelta(hours=3)
    assert await storage.write(lambda work: work.client_tokens.prune(before, 2)) == 2
    assert await storage.read(left) == [False, False, True, True]
    assert await storage.write(lambda work: work.client_tokens.prune(before, 2)) == 1
    assert await storage.read(left) == [False, False, False, True]
