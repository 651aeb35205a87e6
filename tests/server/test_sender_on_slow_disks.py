"""The sender where a write is committed so late that its caller has given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from hero_assistance_server.outbox import sender as senders
from hero_assistance_server.outbox.in_flight import InFlight
from hero_assistance_server.outbox.model import DeliveryState, Held, Outcome, Sent, StoredDelivery
from hero_assistance_server.outbox.sender import Sender, sending
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.test_sender import ListChannel, _now, add, all_in, opened, send, wait_for

pytestmark = pytest.mark.anyio

T = TypeVar("T")


class SlowStore:
    """A store some of whose writes are committed after their caller was told that they failed."""

    def __init__(self, store: FileStorage, *late: int) -> None:
        self._store = store
        self._late = set(late)
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def write(self, command: Callable[[UnitOfWork], T]) -> T:
        self.writes += 1
        number = self.writes
        result = await self._store.write(command)
        if number in self._late:
            raise StoreUnavailable("the disk is too slow")
        return result


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "RETRY_STORE_S", 0.02)


@pytest.mark.parametrize("late", range(2, 8))
async def test_whichever_write_is_late_all_is_sent_once_and_attempts_are_counted_once(
    hero_root: Path, late: int
) -> None:
    """The first write releases what the last process left."""
    channel = ListChannel(send)
    async with opened(hero_root) as store:
        await add(store, "a", "b", "c", "d", "e")
        slow: Any = SlowStore(store, late)
        async with sending(Sender(slow, [channel], _now)):
            found = await wait_for(store, all_in(DeliveryState.DONE))
    assert sorted(channel.delivered) == ["a", "b", "c", "d", "e"]
    assert {one.attempts for one in found} == {1}
    assert slow.writes >= late


@pytest.mark.parametrize("late", range(2, 14))
async def test_a_delivery_that_is_alone_is_sent_whichever_write_is_late(hero_root: Path, late: int) -> None:
    """What was begun is not due, so that nothing else would lead to it."""
    channel = ListChannel(send)
    async with opened(hero_root) as store:
        await add(store, "a")
        slow: Any = SlowStore(store, late)
        async with sending(Sender(slow, [channel], _now)):
            found = await wait_for(store, all_in(DeliveryState.DONE))
    assert (channel.delivered, found[0].attempts) == (["a"], 1)


async def test_a_late_outcome_takes_no_attempt_back_twice(hero_root: Path) -> None:
    answers: list[Outcome] = [Held("away", timedelta(milliseconds=100)), Sent()]

    async def answer(_delivery: StoredDelivery) -> Outcome:
        return answers.pop(0)

    async with opened(hero_root) as store:
        await add(store, "a")
        for _ in range(3):
            await store.write(lambda work: work.outbox.begin("mail", work.now, 1))
            await store.write(lambda work: work.outbox.fail(1, "later", work.now, work.now))
        slow: Any = SlowStore(store, 3)
        async with sending(Sender(slow, [ListChannel(answer)], _now)):
            found = await wait_for(store, all_in(DeliveryState.DONE))
    assert found[0].attempts == 4


async def test_what_a_late_write_began_is_released_and_what_is_under_way_is_kept(hero_root: Path) -> None:
    async with opened(hero_root) as store:
        await add(store, "a", "b", "c")
        slow: Any = SlowStore(store, 2)
        in_flight = InFlight(slow)

        def begin(work: UnitOfWork) -> list[StoredDelivery]:
            return work.outbox.begin("mail", work.now, 1)

        (kept,) = await in_flight.begin(begin)
        with pytest.raises(StoreUnavailable):
            await in_flight.begin(begin)
        (again,) = await in_flight.begin(begin)
        (other,) = await in_flight.begin(begin)
        assert [(one.key, one.attempts) for one in (kept, again, other)] == [("a", 1), ("b", 1), ("c", 1)]


async def test_an_outcome_that_is_written_late_ends_no_later_attempt(hero_root: Path) -> None:
    async with opened(hero_root) as store:
        await add(store, "a")
        in_flight = InFlight(store)
        await in_flight.begin(lambda work: work.outbox.begin("mail", work.now, 1))
        assert not await store.write(lambda work: in_flight.has_ended(work, 1))
        await store.write(lambda work: work.outbox.fail(1, "later", work.now, work.now))
        assert await store.write(lambda work: in_flight.has_ended(work, 1))
        await in_flight.begin(lambda work: work.outbox.begin("mail", work.now, 1))
        assert await store.write(lambda work: in_flight.has_ended(work, 1))
        in_flight.end(1)
        assert not await store.write(lambda work: in_flight.has_ended(work, 1))
