"""`OutboxRepository`."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hero_assistance_server.outbox.model import Delivery, DeliveryState, StoredDelivery
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from tests.server.contract.conftest import NOW

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(minutes=1)


def letter(key: str = "k", channel: str = "mail", *, due: timedelta = timedelta(), keeps: bool = False) -> Delivery:
    return Delivery(channel, key, "dan@example.org", '{"n": 1}', NOW + due, "a line", keeps_payload=keeps)


async def add(storage: Storage, *deliveries: Delivery) -> list[bool]:
    return await storage.write(lambda work: [work.outbox.add(one, work.now) for one in deliveries])


async def begin(storage: Storage, limit: int = 9, channel: str = "mail") -> list[int]:
    found = await storage.write(lambda work: work.outbox.begin(channel, NOW, limit))
    return [one.delivery_id for one in found]


async def find(storage: Storage, delivery_id: int = 1) -> StoredDelivery:
    found = await storage.read(lambda snapshot: snapshot.outbox.find(delivery_id))
    assert found is not None
    return found


async def test_a_known_key_adds_nothing(storage: Storage) -> None:
    assert await add(storage, letter("a"), letter("a", "webhook"), letter("b")) == [True, False, True]
    found = await storage.read(lambda snapshot: list(snapshot.outbox.iterate_newest(None, None, 100)))
    assert [(one.key, one.channel, one.state) for one in found] == [
        ("b", "mail", DeliveryState.WAITING),
        ("a", "mail", DeliveryState.WAITING),
    ]


async def test_a_key_stays_known_when_its_delivery_is_sent(storage: Storage) -> None:
    await add(storage, letter())
    await storage.write(lambda work: work.outbox.finish(1, "", work.now))
    assert await add(storage, letter()) == [False]


async def test_what_is_due_is_begun_in_order_and_once(storage: Storage) -> None:
    await add(storage, letter("a"), letter("b", due=timedelta(seconds=-5)), letter("c", due=timedelta(seconds=5)))
    await add(storage, letter("other", "webhook"))
    assert await begin(storage, 1) == [2]
    assert await begin(storage) == [1]
    assert await begin(storage) == []
    taken = await find(storage, 2)
    assert (taken.attempts, taken.in_flight, taken.payload) == (1, True, '{"n": 1}')
    assert await storage.read(lambda snapshot: snapshot.outbox.next_due("mail")) == NOW + timedelta(seconds=5)


async def test_what_was_in_flight_when_a_process_ended_is_due_again(storage: Storage) -> None:
    await add(storage, letter())
    await begin(storage)
    assert await storage.read(lambda snapshot: snapshot.outbox.next_due("mail")) is None
    assert await storage.write(lambda work: work.outbox.release_in_flight()) == 1
    assert await begin(storage) == [1]


async def test_an_attempt_that_fails_waits_and_one_that_is_given_up_is_dead(storage: Storage) -> None:
    await add(storage, letter())
    await begin(storage)
    await storage.write(lambda work: work.outbox.fail(1, "451 later", work.now, LATER))
    waiting = await find(storage)
    assert (waiting.state, waiting.due_at, waiting.note) == (DeliveryState.WAITING, LATER, "451 later")
    await storage.write(lambda work: work.outbox.fail(1, "550 no such user", work.now, None))
    assert (await find(storage)).state is DeliveryState.DEAD
    assert await begin(storage) == []


@pytest.mark.parametrize("keeps", [False, True])
async def test_what_is_sent_is_forgotten_unless_it_is_kept(storage: Storage, *, keeps: bool) -> None:
    await add(storage, letter(keeps=keeps))
    await begin(storage)
    await storage.write(lambda work: work.outbox.finish(1, "250 accepted", work.now))
    done = await find(storage)
    assert (done.state, done.in_flight, done.finished_at, done.note) == (DeliveryState.DONE, False, NOW, "250 accepted")
    assert done.payload == ('{"n": 1}' if keeps else "{}")
    assert done.summary == "a line"


async def test_what_is_dead_is_retried_with_attempts_counted_again(storage: Storage) -> None:
    await add(storage, letter("a"), letter("b"), letter("c", "webhook"))
    for delivery_id in (1, 2, 3):
        await storage.write(lambda work, one=delivery_id: work.outbox.fail(one, "no", work.now, None))  # type: ignore[misc]
    assert await storage.write(lambda work: work.outbox.retry(1, work.now))
    assert await storage.write(lambda work: work.outbox.retry_dead("mail", work.now, 10)) == 1
    assert await storage.write(lambda work: work.outbox.retry_dead(None, work.now, 10)) == 1
    assert await begin(storage) == [1, 2]


async def test_only_what_waits_for_one_target_is_hastened(storage: Storage) -> None:
    other = Delivery("mail", "other", "eve@example.org", "{}", NOW + timedelta(hours=1))
    await add(storage, letter("tried"), letter("in flight"), letter("later", due=timedelta(hours=1)), other)
    await begin(storage)
    await storage.write(lambda work: work.outbox.fail(1, "away", work.now, LATER))
    assert await storage.write(lambda work: work.outbox.hasten("webhook", "dan@example.org", work.now)) == 0
    assert await storage.write(lambda work: work.outbox.hasten("mail", "dan@example.org", work.now)) == 2
    assert await begin(storage) == [1, 3]


async def test_what_is_in_flight_is_not_begun_again_however_long_it_takes(storage: Storage) -> None:
    await add(storage, letter())
    await begin(storage)
    much_later = NOW + timedelta(days=9)
    assert await storage.write(lambda work: work.outbox.begin("mail", much_later, 9)) == []


async def test_an_attempt_that_does_not_count_leaves_the_number_as_it_was(storage: Storage) -> None:
    await add(storage, letter())
    for _ in range(2):
        await begin(storage)
        await storage.write(lambda work: work.outbox.fail(1, "away", work.now, work.now, counts=False))
    assert (await find(storage)).attempts == 0


async def test_what_is_retried_goes_before_all_others(storage: Storage) -> None:
    await add(storage, letter("a", due=timedelta(days=-3)), letter("b"))
    await storage.write(lambda work: work.outbox.fail(2, "no", work.now, None))
    assert (await find(storage, 2)).finished_at == NOW
    await storage.write(lambda work: work.outbox.retry(2, work.now))
    retried = await find(storage, 2)
    assert (retried.is_urgent, retried.finished_at) == (True, None)
    assert await begin(storage) == [2, 1]


async def test_what_is_in_flight_or_over_is_neither_retried_nor_dropped(storage: Storage) -> None:
    def outcomes(work: UnitOfWork) -> list[bool]:
        return [work.outbox.retry(1, work.now), work.outbox.drop(1, work.now)]

    await add(storage, letter())
    await begin(storage)
    assert await storage.write(outcomes) == [False, False]
    await storage.write(lambda work: work.outbox.finish(1, "", work.now))
    assert await storage.write(outcomes) == [False, False]


async def test_what_is_dropped_is_not_sent_and_forgotten(storage: Storage) -> None:
    await add(storage, letter())
    assert await storage.write(lambda work: work.outbox.drop(1, work.now))
    dropped = await find(storage)
    assert (dropped.state, dropped.payload) == (DeliveryState.DROPPED, "{}")
    assert await begin(storage) == []


async def test_counts_are_by_channel_and_state(storage: Storage) -> None:
    await add(storage, letter("a"), letter("b"), letter("c", "webhook"))
    await storage.write(lambda work: work.outbox.fail(2, "no", work.now, None))
    found = await storage.read(lambda snapshot: snapshot.outbox.counts())
    assert [(one.channel, one.state, one.count, one.oldest) for one in found] == [
        ("mail", DeliveryState.DEAD, 1, NOW),
        ("mail", DeliveryState.WAITING, 1, NOW),
        ("webhook", DeliveryState.WAITING, 1, NOW),
    ]


async def prune(storage: Storage, state: DeliveryState, before: datetime, *, keep: int = 99, limit: int = 99) -> int:
    return await storage.write(lambda work: work.outbox.prune("mail", state, before, work.now, keep=keep, limit=limit))


async def remaining(storage: Storage) -> list[int]:
    found = await storage.read(lambda snapshot: list(snapshot.outbox.iterate_newest(None, None, 100)))
    return [one.delivery_id for one in found][::-1]


async def test_only_what_is_over_is_pruned_each_state_for_itself(storage: Storage) -> None:
    await add(storage, letter("a"), letter("b"), letter("c"), letter("d", "webhook"))
    for delivery_id in (1, 4):
        await storage.write(lambda work, one=delivery_id: work.outbox.finish(one, "", work.now))  # type: ignore[misc]
    await storage.write(lambda work: work.outbox.fail(2, "no", work.now, None))
    assert await prune(storage, DeliveryState.DONE, NOW) == 0
    assert await prune(storage, DeliveryState.DONE, LATER) == 1
    assert await remaining(storage) == [2, 3, 4]
    assert await prune(storage, DeliveryState.DEAD, LATER) == 1
    assert await remaining(storage) == [3, 4]


async def test_the_oldest_beyond_a_number_are_pruned_and_counted(storage: Storage) -> None:
    await add(storage, *(letter(str(number)) for number in range(6)))
    for delivery_id in (3, 2, 1, 4, 5):
        await storage.write(lambda work, one=delivery_id: work.outbox.fail(one, "no", work.now, None))  # type: ignore[misc]
    assert await prune(storage, DeliveryState.DEAD, NOW, keep=5) == 0
    assert await prune(storage, DeliveryState.DEAD, NOW, keep=2, limit=2) == 2
    assert await prune(storage, DeliveryState.DEAD, NOW, keep=2, limit=2) == 1
    assert await remaining(storage) == [4, 5, 6]
    (counted,) = await storage.read(lambda snapshot: snapshot.outbox.count_pruned())
    assert (counted.channel, counted.state, counted.count, counted.last_at) == ("mail", DeliveryState.DEAD, 3, NOW)


async def test_lists_are_of_a_channel_and_a_state(storage: Storage) -> None:
    await add(storage, letter("a"), letter("b", "webhook"), letter("c"))
    await storage.write(lambda work: work.outbox.fail(1, "no", work.now, None))

    async def listed(channel: str | None, state: DeliveryState | None, before: int = 100) -> list[int]:
        found = await storage.read(lambda snapshot: list(snapshot.outbox.iterate_newest(channel, state, before)))
        return [one.delivery_id for one in found]

    assert await listed("mail", None) == [3, 1]
    assert await listed(None, DeliveryState.WAITING) == [3, 2]
    assert await listed("mail", DeliveryState.DEAD) == [1]
    assert await listed(None, None, before=3) == [2, 1]
