"""A receiver that is busy, or that nothing may be sent to: when its messages go on, and what counts as an attempt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from hero_assistance_server.outbox.model import DeliveryState, StoredDelivery
from hero_assistance_server.webhooks import rules
from hero_assistance_server.webhooks.model import Webhook, WebhookState
from hero_assistance_server.webhooks.service import queue_test
from tests.server.outgoing_http.receiver import Receiver, answer, receiving
from tests.server.webhooks.stage import Stage, received, staged

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def stage(hero_root: Path) -> AsyncIterator[Stage]:
    async with staged(hero_root) as stage:
        yield stage


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def deliveries(stage: Stage) -> list[StoredDelivery]:
    """The messages, oldest first."""
    return await stage.store.read(lambda snapshot: [*snapshot.outbox.iterate_newest("webhook", None, 2**62)][::-1])


async def fail_once(stage: Stage, webhook: Webhook) -> StoredDelivery:
    await stage.file_ticket()
    await stage.answered(webhook, 1)
    return (await deliveries(stage))[0]


@pytest.mark.parametrize(
    ("status", "value", "wait"),
    [
        (429, "120", 2 * MINUTE),
        (503, " 120 ", 2 * MINUTE),
        (429, format_datetime(NOON + 5 * MINUTE, usegmt=True), 5 * MINUTE),
        (429, "Fri, 27 Nov 2026 12:03:00 +0100", timedelta()),
        (429, "9" * 400, rules.REST_LIMIT),
        (503, "Fri, 27 Nov 2099 12:00:00 GMT", rules.REST_LIMIT),
        (503, "-5", timedelta()),
        (503, "soon", timedelta()),
        (503, "", timedelta()),
        (503, "\u0661\u0662", timedelta()),
        (503, "Fri, 27 Nov 99999 12:00:00 GMT", timedelta()),
        (503, "Mon, 01 Jan 0001 00:00:00 +9999", timedelta()),
        (500, "120", timedelta()),
    ],
)
def test_retry_after_is_seconds_or_a_date_of_a_busy_receiver(status: int, value: str, wait: timedelta) -> None:
    assert rules.read_retry_after(status, value, NOON) == wait


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_receiver_is_left_alone_for_as_long_as_it_asks(
    stage: Stage, receiver: Receiver, status: int
) -> None:
    receiver.says = lambda _request: answer(status, b"", "Retry-After: 600")
    webhook = await stage.add(receiver.url())
    async with stage.run():
        first = await fail_once(stage, webhook)
        assert timedelta(seconds=590) < first.due_at - stage.now() <= timedelta(seconds=600)
        # What happens meanwhile waits, too.
        await stage.file_ticket("meanwhile")
        while len(found := await deliveries(stage)) < 2 or not found[1].note:
            await stage.answered(webhook, 1)
        assert (found[1].attempts, len(receiver.requests)) == (0, 1)
        assert found[1].due_at - stage.now() <= timedelta(seconds=600)
        receiver.says = lambda _request: answer(200)
        stage.move(timedelta(seconds=601))
        await stage.answered(webhook, 2)
        # Where both began at once, the second has waited for the first one.
        stage.move(MINUTE)
        await stage.answered(webhook, 3)
    assert [one.state for one in await deliveries(stage)] == [DeliveryState.DONE] * 2


async def test_a_date_in_retry_after_is_honoured(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add(receiver.url())
    until = format_datetime(stage.now() + 30 * MINUTE, usegmt=True)
    receiver.says = lambda _request: answer(503, b"", f"Retry-After: {until}")
    async with stage.run():
        first = await fail_once(stage, webhook)
    assert 29 * MINUTE < first.due_at - stage.now() <= 30 * MINUTE


async def test_messages_that_wait_for_another_one_count_no_attempt_and_go_when_it_arrives(
    stage: Stage, receiver: Receiver
) -> None:
    receiver.says = lambda _request: answer(500)
    webhook = await stage.add(receiver.url())
    async with stage.run():
        await fail_once(stage, webhook)
        for number in range(5):
            await stage.file_ticket(str(number))
        for number in range(2, 12):
            stage.move(61 * MINUTE)
            await stage.answered(webhook, number)
        found = await deliveries(stage)
        assert sum(one.attempts for one in found) == len(await stage.answers(webhook))
        assert DeliveryState.DEAD not in {one.state for one in found}
        receiver.says = lambda _request: answer(200)
        before = len(receiver.requests)
        stage.move(timedelta(hours=12))
        await received(receiver.requests, before + 6)
        await stage.answered(webhook, before + 6)
    assert {one.state for one in await deliveries(stage)} == {DeliveryState.DONE}


async def test_a_network_that_is_not_allowed_counts_no_attempt_of_the_message(stage: Stage) -> None:
    webhook = await stage.add("https://10.0.0.7/desk")
    async with stage.run():
        first = await fail_once(stage, webhook)
        assert (first.attempts, first.state) == (0, DeliveryState.WAITING)
        assert "no address of the internet" in first.note
        assert (await stage.find(webhook)).state is WebhookState.FAILING


async def test_a_message_of_a_webhook_that_was_disabled_meanwhile_counts_no_attempt(
    stage: Stage, receiver: Receiver
) -> None:
    webhook = await stage.add(receiver.url())
    await stage.store.write(lambda work: queue_test(work, webhook.webhook_id))
    await stage.store.write(lambda work: work.webhooks.save(replace(webhook, enabled=False)))
    async with stage.run():
        while (found := await deliveries(stage))[0].state is not DeliveryState.DROPPED:
            await stage.answered(webhook, 0)
    assert (found[0].note, found[0].attempts, receiver.requests) == ("webhook 1 is disabled", 0, [])


async def test_a_test_message_does_not_wait_for_a_webhook_that_fails(stage: Stage, receiver: Receiver) -> None:
    receiver.says = lambda _request: answer(503, b"", "Retry-After: 3600")
    webhook = await stage.add(receiver.url())
    async with stage.run():
        await fail_once(stage, webhook)
        receiver.says = lambda _request: answer(200)
        await stage.store.write(lambda work: queue_test(work, webhook.webhook_id))
        await stage.answered(webhook, 3)
        assert (await stage.find(webhook)).state is WebhookState.ACTIVE
    assert {one.state for one in await deliveries(stage)} == {DeliveryState.DONE}
