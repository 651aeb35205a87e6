"""A letter somebody waits for, while the mail server takes none."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hero_assistance_server.outbox.model import ChannelDown, Delivery, DeliveryState, Outcome, Sent, StoredDelivery
from hero_assistance_server.outbox.pauses import PAUSES, Pauses
from hero_assistance_server.outbox.rules import ahead_of_all
from hero_assistance_server.outbox.sender import Sender, sending
from hero_assistance_server.storage.file_storage import FileStorage
from tests.server.databases import open_store
from tests.server.test_sender import NOON, ListChannel, all_in, wait_for

pytestmark = pytest.mark.anyio


async def add(store: FileStorage, key: str, due_at: datetime) -> None:
    await store.write(lambda work: work.outbox.add(Delivery("mail", key, "a@example.org", "{}", due_at), work.now))


async def until(store: FileStorage, channel: ListChannel, tried: int) -> None:
    """Wait until so many attempts have an outcome."""
    await wait_for(store, lambda found: len(channel.delivered) >= tried and not any(one.in_flight for one in found))


async def order(hero_root: Path, down: ChannelDown, *urgent: str) -> list[str]:
    """The letters in the order of their attempts: each of the first ones finds the server down."""
    left = 2
    now = [NOON]

    async def answer(_delivery: StoredDelivery) -> Outcome:
        nonlocal left
        left -= 1
        return down if left >= 0 else Sent()

    channel = ListChannel(answer, at_once=1)
    async with open_store(hero_root, clock=lambda: now[0], publish=lambda _event: None) as store:
        await add(store, "old", NOON - timedelta(days=1))
        for key in urgent:
            await add(store, key, ahead_of_all(NOON))
        now[0] += timedelta(seconds=1)
        sender = Sender(store, [channel], lambda: now[0], Pauses())
        async with sending(sender):
            for tried in (1, 2):
                await until(store, channel, tried)
                now[0] += PAUSES[-1]
                sender.wake()
            await wait_for(store, all_in(DeliveryState.DONE))
    return channel.delivered


async def test_what_is_urgent_stays_before_the_backlog_and_gets_behind_what_else_is_urgent(hero_root: Path) -> None:
    assert await order(hero_root, ChannelDown("away"), "a", "b") == ["a", "b", "a", "b", "old"]


async def test_a_letter_that_may_be_what_the_server_fails_at_keeps_no_place(hero_root: Path) -> None:
    assert await order(hero_root, ChannelDown("421", knew_delivery=True), "a") == ["a", "old", "a", "old"]
