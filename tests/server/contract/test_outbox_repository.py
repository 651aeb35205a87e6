"""`OutboxRepository`."""

from __future__ import annotations

from datetime import timedelta

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


async def lease(storage: Storage, limit: int = 9, channel: str = "mail") -> list[int]:
    found = await storage.write(lambda work: work.outbox.lease(channel, NOW, LATER, limit))
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


async def test_a_lease_takes_what_is_due_in_order_and_once(storage: Storage) -> None:
    await add(storage, letter("a"), letter("b", due=timedelta(seconds=-5)), letter("c", due=timedelta(seconds=5)))
    await add(storage, letter("other", "webhook"))
    assert await lease(storage, 1) == [2]
    assert await lease(storage) == [1]
    assert await lease(storage) == []
    taken = await find(storage, 2)
    assert (taken.attempts, taken.in_flight, taken.payload) == (1, True, '{"n": 1}')
    assert await storage.read(lambda snapshot: snapshot.outbox.next_due("mail")) == NOW + timedelta(seconds=5)


async def test_what_was_in_flight_when_a_process_ended_is_due_again(storage: Storage) -> None:
    await add(storage, letter())
    await lease(storage)
    assert await storage.read(lambda snapshot: snapshot.outbox.next_due("mail")) is None
    assert await storage.write(lambda work: work.outbox.release_leases()) == 1
    assert await lease(storage) == [1]


async def test_an_attempt_that_fails_waits_and_one_that_is_given_up_is_dead(storage: Storage) -> None:
    await add(storage, letter())
    await lease(storage)
    await storage.write(lambda work: work.outbox.fail(1, "451 later", work.now, LATER))
    waiting = await find(storage)
    assert (waiting.state, waiting.due_at, waiting.note) == (DeliveryState.WAITING, LATER, "451 later")
    await storage.write(lambda work: work.outbox.fail(1, "550 no such user", work.now, None))
    assert (await find(storage)).state is DeliveryState.DEAD
    assert await lease(storage) == []


@pytest.mark.parametrize("keeps", [False, True])
async def test_what_is_sent_is_forgotten_unless_it_is_kept(storage: Storage, *, keeps: bool) -> None:
    await add(storage, letter(keeps=keeps))
    await lease(storage)
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
    assert await lease(storage) == [1, 2]


async def test_only_what_has_failed_before_is_hastened(storage: Storage) -> None:
    await add(storage, letter("tried"), letter("in flight"), letter("later", due=timedelta(hours=1)))
    await lease(storage)
    await storage.write(lambda work: work.outbox.fail(1, "away", work.now, LATER))
    assert await storage.write(lambda work: work.outbox.hasten("webhook", work.now)) == 0
    assert await storage.write(lambda work: work.outbox.hasten("mail", work.now)) == 1
    assert await lease(storage) == [1]


async def test_what_is_in_flight_or_over_is_neither_retried_nor_dropped(storage: Storage) -> None:
    def outcomes(work: UnitOfWork) -> list[bool]:
        return [work.outbox.retry(1, work.now), work.outbox.drop(1, work.now)]

    await add(storage, letter())
    await lease(storage)
    assert await storage.write(outcomes) == [False, False]
    await storage.write(lambda work: work.outbox.finish(1, "", work.now))
    assert await storage.write(outcomes) == [False, False]


async def test_what_is_dropped_is_not_sent_and_forgotten(storage: Storage) -> None:
    await add(storage, letter())
    assert await storage.write(lambda work: work.outbox.drop(1, work.now))
    dropped = await find(storage)
    assert (dropped.state, dropped.payload) == (DeliveryState.DROPPED, "{}")
    assert await lease(storage) == []


async def test_counts_are_by_channel_and_state(storage: Storage) -> None:
    await add(storage, letter("a"), letter("b"), letter("c", "webhook"))
    await storage.write(lambda work: work.outbox.fail(2, "no", work.now, None))
    found = await storage.read(lambda snapshot: snapshot.outbox.counts())
    assert [(one.channel, one.state, one.count, one.oldest) for one in found] == [
        ("mail", DeliveryState.DEAD, 1, NOW),
        ("mail", DeliveryState.WAITING, 1, NOW),
        ("webhook", DeliveryState.WAITING, 1, NOW),
    ]


async def test_only_what_is_over_is_pruned(storage: Storage) -> None:
    await add(storage, letter("a"), letter("b"), letter("c"))
    await storage.write(lambda work: work.outbox.finish(1, "", work.now))
    await storage.write(lambda work: work.outbox.fail(2, "no", work.now, None))
    assert await storage.write(lambda work: work.outbox.prune(NOW, 10)) == 0
    assert await storage.write(lambda work: work.outbox.prune(LATER, 10)) == 1
    left = await storage.read(lambda snapshot: list(snapshot.outbox.iterate_newest(None, None, 100)))
    assert [one.delivery_id for one in left] == [3, 2]


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
