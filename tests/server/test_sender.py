"""The sender of the outbox: attempts, outcomes, and what an end leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hero_assistance_server.outbox.model import (
    Delivery,
    DeliveryState,
    Outcome,
    Refused,
    RetryLater,
    Sent,
    StoredDelivery,
)
from hero_assistance_server.outbox.rules import BACK_OFF, clean_note, next_attempt
from hero_assistance_server.outbox.sender import Sender, sending
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.sql.repositories.outbox.deliveries import SqlOutbox
from tests.server.databases import open_store

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
TIMEOUT_S = 20.0


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class ListChannel:
    """A channel that notes what it delivers, and answers as it is told."""

    answer: Callable[[StoredDelivery], Awaitable[Outcome]]
    name: str = "mail"
    at_once: int = 2
    ready: bool = True
    delivered: list[str] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    def is_ready(self) -> bool:
        return self.ready

    async def deliver(self, delivery: StoredDelivery) -> Outcome:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            self.delivered.append(delivery.key)
            return await self.answer(delivery)
        finally:
            self.under_way -= 1


async def send(_delivery: StoredDelivery) -> Outcome:
    await asyncio.sleep(0)
    return Sent("250 accepted")


async def refuse(_delivery: StoredDelivery) -> Outcome:
    return Refused("550 no such\r\nuser")


async def put_off(_delivery: StoredDelivery) -> Outcome:
    return RetryLater("451 later")


async def fail(_delivery: StoredDelivery) -> Outcome:
    raise ValueError("a defect")


async def add(store: FileStorage, *keys: str, channel: str = "mail") -> None:
    await store.write(
        lambda work: [
            work.outbox.add(Delivery(channel, key, "a@example.org", "{}", work.now), work.now) for key in keys
        ]
    )


async def wait_for(store: FileStorage, done: Callable[[list[StoredDelivery]], bool]) -> list[StoredDelivery]:
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            found = await store.read(lambda snapshot: list(snapshot.outbox.iterate_newest(None, None, 10_000)))
            if done(found):
                return found
            await asyncio.sleep(0.01)


def all_in(state: DeliveryState) -> Callable[[list[StoredDelivery]], bool]:
    return lambda found: bool(found) and all(one.state is state for one in found)


def opened(folder: Path) -> AbstractAsyncContextManager[FileStorage]:
    return open_store(folder, clock=_now, publish=lambda _event: None)


async def test_what_is_added_while_it_runs_is_sent_once_and_few_at_a_time(hero_root: Path) -> None:
    channel = ListChannel(send)
    async with opened(hero_root) as store, sending(Sender(store, [channel], _now)):
        await add(store, *(str(number) for number in range(40)))
        found = await wait_for(store, all_in(DeliveryState.DONE))
    assert sorted(channel.delivered, key=int) == [str(number) for number in range(40)]
    assert channel.most <= channel.at_once
    assert {one.note for one in found} == {"250 accepted"}


@pytest.mark.parametrize(
    ("answer", "state", "note"),
    [
        (refuse, DeliveryState.DEAD, "550 no such user"),
        (put_off, DeliveryState.WAITING, "451 later"),
        (fail, DeliveryState.WAITING, "the server failed; its log says why"),
    ],
)
async def test_an_attempt_that_fails(
    hero_root: Path, answer: Callable[[StoredDelivery], Awaitable[Outcome]], state: DeliveryState, note: str
) -> None:
    channel = ListChannel(answer)
    async with opened(hero_root) as store, sending(Sender(store, [channel], _now)):
        await add(store, "a")
        found = await wait_for(store, lambda found: bool(found and found[0].note))
    assert (found[0].state, found[0].note, found[0].in_flight, found[0].attempts) == (state, note, False, 1)
    if state is DeliveryState.WAITING:
        assert found[0].due_at > _now() + BACK_OFF[0] / 2


async def test_a_channel_that_is_not_ready_counts_no_attempt_and_holds_no_other_one_up(hero_root: Path) -> None:
    slow, quick = ListChannel(send, ready=False), ListChannel(send, name="webhook")
    async with opened(hero_root) as store, sending(Sender(store, [slow, quick], _now)):
        await add(store, "a")
        await add(store, "b", channel="webhook")
        found = await wait_for(store, lambda found: any(one.state is DeliveryState.DONE for one in found))
        assert [(one.key, one.attempts) for one in found] == [("b", 1), ("a", 0)]
        slow.ready = True
        await wait_for(store, all_in(DeliveryState.DONE))


async def test_a_stop_lets_an_attempt_finish(hero_root: Path) -> None:
    begun = asyncio.Event()

    async def take_a_moment(_delivery: StoredDelivery) -> Outcome:
        begun.set()
        await asyncio.sleep(0.2)
        return Sent()

    async with opened(hero_root) as store:
        async with sending(Sender(store, [ListChannel(take_a_moment)], _now)):
            await add(store, "a")
            await begun.wait()
        await wait_for(store, all_in(DeliveryState.DONE))


async def test_what_a_killed_process_had_in_flight_is_sent_by_the_next(hero_root: Path) -> None:
    channel = ListChannel(send)
    async with opened(hero_root) as store:
        await add(store, "a")
        await store.write(lambda work: work.outbox.begin("mail", work.now, 1))
    async with opened(hero_root) as store, sending(Sender(store, [channel], _now)):
        found = await wait_for(store, all_in(DeliveryState.DONE))
    assert found[0].attempts == 2


async def test_an_error_within_the_context_comes_out_as_it_is(hero_root: Path) -> None:
    async with opened(hero_root) as store:
        with pytest.raises(LookupError):
            async with sending(Sender(store, [ListChannel(send)], _now)):
                raise LookupError("of the server")


def test_attempts_are_further_and_further_apart_for_three_days() -> None:
    pauses = []
    attempts = 0
    while (again := next_attempt(attempts + 1, NOON)) is not None:
        attempts += 1
        pauses.append(again - NOON)
    assert pauses == sorted(pauses)
    assert timedelta(days=3) <= sum(pauses, timedelta()) <= timedelta(days=5)


def test_a_note_is_one_printable_line() -> None:
    assert clean_note("550 a\r\n\x1b[31mb\x00") == "550 a [31mb"
    assert len(clean_note("x" * 10_000)) == 500


async def test_a_channel_goes_on_after_a_defect(hero_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hero_assistance_server.outbox.sender.RETRY_STORE_S", 0.01)
    asked = 0

    def is_ready() -> bool:
        nonlocal asked
        asked += 1
        return True

    channel = ListChannel(send)
    begin = SqlOutbox.next_due

    def fail_once(outbox: SqlOutbox, name: str) -> datetime | None:
        if asked == 1:
            raise RuntimeError("a defect")
        return begin(outbox, name)

    monkeypatch.setattr(channel, "is_ready", is_ready)
    monkeypatch.setattr(SqlOutbox, "next_due", fail_once)
    async with opened(hero_root) as store:
        await add(store, "a")
        async with sending(Sender(store, [channel], _now)):
            await wait_for(store, all_in(DeliveryState.DONE))
    assert asked > 1
