"""`PauseExchange`: the pause of a channel is shown and can be ended at any node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from hero_assistance_server.outbox.model import ChannelDown, Delivery, DeliveryState, Outcome, Sent, StoredDelivery
from hero_assistance_server.outbox.pauses import LASTING, ChannelPause, Pauses
from hero_assistance_server.outbox.sender import Sender, sending
from hero_assistance_server.storage.unit_of_work import Storage
from tests.server.contract.nodes import TWO_NODES
from tests.server.desk import STOP_S, until
from tests.server.test_sender import ListChannel

pytestmark = pytest.mark.anyio

DOWN = ChannelDown("421 closing", "wait")


def now() -> datetime:
    return datetime.now(UTC)


class Node:
    """One server: its storage, and what it knows of the pauses."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.pauses = Pauses()
        self.pauses.join(storage.nodes.pauses, storage.outbox_added.set)

    @property
    def pause(self) -> ChannelPause:
        return self.pauses.of("mail")


@pytest.fixture(params=TWO_NODES)
async def nodes(request: pytest.FixtureRequest, hero_root: Path) -> AsyncIterator[tuple[Node, Node]]:
    async with TWO_NODES[request.param](request, hero_root) as ((one, _), (other, _)):
        first = Node(one)
        yield first, first if one is other else Node(other)


async def test_a_pause_is_shown_at_the_other_node_until_it_ends(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    one.pause.note_fault(DOWN, now(), 4)
    await until(lambda: other.pause.is_down)
    assert (other.pause.fault, other.pause.hint) == ("421 closing", "wait")
    assert not other.pause.is_lasting
    assert one.pause.note_answer(1, one.pause.number)
    await until(lambda: not other.pause.is_down)
    assert (other.pause.fault, other.pause.hint) == (None, "")


async def test_a_pause_that_lasts_is_so_at_the_other_node(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    at = now()
    for _ in range(LASTING):
        one.pause.note_fault(DOWN, at, 4)
        at = one.pause.until or at
    await until(lambda: other.pause.is_lasting)


async def test_a_pause_that_the_other_node_ends_is_over_where_letters_are_sent(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    is_down = True

    async def send(_delivery: StoredDelivery) -> Outcome:
        return DOWN if is_down else Sent("")

    channel = ListChannel(send)
    async with sending(Sender(one.storage, [channel], now, one.pauses)):
        await one.storage.write(
            lambda work: work.outbox.add(Delivery("mail", "a", "a@example.org", "{}", work.now), work.now)
        )
        for _ in range(LASTING):
            await until(lambda: other.pause.room(4, now()) == 0)
            tried = len(channel.delivered)
            other.pauses.lift("mail")
            await until(partial(has_tried_again, channel, tried))
        is_down = False
        await until(lambda: other.pause.room(4, now()) == 0)
        other.pauses.lift()
        async with asyncio.timeout(STOP_S):
            while await states(other.storage) != [DeliveryState.DONE]:
                pass
    await until(lambda: other.pause.fault is None)


async def test_a_node_that_comes_later_knows_the_pause(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    one.pause.note_fault(DOWN, now(), 4)
    await until(lambda: other.pause.is_down)
    later = Node(other.storage) if one is not other else other
    await until(lambda: later.pause.fault == "421 closing")


def has_tried_again(channel: ListChannel, tried: int) -> bool:
    return len(channel.delivered) > tried


async def states(storage: Storage) -> list[DeliveryState]:
    return await storage.read(lambda snapshot: [one.state for one in snapshot.outbox.iterate_newest(None, None, 10)])
