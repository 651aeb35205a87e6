"""`PresenceExchange`: who is present on one node is seen on every node, as far as each reader may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hero_assistance_sdk.wire import Level, MessageKind, TicketId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.presence.rules import Move
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.tickets.change_service import invite, uninvite
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.users.model import User
from tests.server.contract.nodes import TWO_NODES
from tests.server.contract.ticket_changes import BOB, CAROL, DAVE, create
from tests.server.desk import until

pytestmark = pytest.mark.anyio

ONE, TWO = TicketId(1), TicketId(2)
VIEWING, WRITING = Level.VIEWING, Level.WRITING
ALICE = next(user for user in DEMO_USERS if user.user_id == "alice")

Seen = dict[int, dict[str, str]]


class Node:
    """A hub on an open storage."""

    def __init__(self, storage: Storage, hub: Hub) -> None:
        self.storage = storage
        self.hub = hub

    async def beat(
        self, user: User, ticket_id: TicketId, level: Level = VIEWING, kind: MessageKind = MessageKind.REPLY
    ) -> None:
        ticket = await self.storage.read(lambda snapshot: snapshot.tickets.find(ticket_id))
        assert ticket is not None
        self.hub.presence.beat(f"stream of {user.user_id}", user, ticket, level, kind)

    def leave(self, user: User) -> None:
        self.hub.presence.close(f"stream of {user.user_id}")

    def seen_by(self, reader: User) -> Seen:
        found = self.hub.presence.seen_by(reader)
        return {one.ticket_id: {there.user_id: there.level.value for there in one.people} for one in found}

    async def shows(self, expected: Seen, reader: User = ALICE) -> None:
        await until(lambda: self.seen_by(reader) == expected)


@pytest.fixture(params=TWO_NODES)
async def nodes(request: pytest.FixtureRequest, hero_root: Path) -> AsyncIterator[tuple[Node, Node]]:
    """Two nodes with the demo users, Carol's ticket and Dave's."""

    def fill(work: UnitOfWork) -> None:
        for user in DEMO_USERS:
            work.users.save(user, work.now)
        create(work)
        create(work, customer=DAVE)

    async with TWO_NODES[request.param](request, hero_root) as (one, other):
        await one[0].write(fill)
        yield Node(*one), Node(*other)


async def test_who_comes_moves_on_and_goes_is_seen_on_the_other_node(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    await one.beat(BOB, ONE)
    await other.shows({1: {"bob": "viewing"}})
    await one.beat(BOB, ONE, WRITING)
    await other.shows({1: {"bob": "writing"}})
    await one.beat(BOB, TWO)
    await other.shows({2: {"bob": "viewing"}})
    one.leave(BOB)
    await other.shows({})


async def test_each_node_shows_who_is_on_both(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    await one.beat(BOB, ONE)
    await other.beat(CAROL, ONE, WRITING)
    for node in nodes:
        await node.shows({1: {"bob": "viewing", "carol": "writing"}})
    assert all(node.hub.presence.is_at(BOB.user_id, ONE) for node in nodes)


async def test_a_user_is_there_until_they_left_both_nodes(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    await one.beat(BOB, ONE)
    other.hub.presence.beat("another stream", BOB, await find(other, ONE), WRITING, MessageKind.REPLY)
    await one.shows({1: {"bob": "writing"}})
    other.hub.presence.close("another stream")
    for node in nodes:
        await node.shows({1: {"bob": "viewing"}})
    one.leave(BOB)
    for node in nodes:
        await node.shows({})


async def test_a_customer_sees_no_note_and_no_one_at_the_tickets_of_others(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    await one.beat(BOB, ONE, WRITING, MessageKind.NOTE)
    await one.beat(ALICE, TWO)
    await other.shows({1: {"bob": "writing"}, 2: {"alice": "viewing"}})
    assert other.seen_by(CAROL) == {1: {"bob": "viewing"}}


async def test_who_gains_and_loses_access_sees_and_is_seen_accordingly(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    await one.beat(BOB, ONE)
    await other.shows({1: {"bob": "viewing"}})
    assert other.seen_by(DAVE) == {}
    await one.storage.write(lambda work: invite(work, Caller(BOB), ONE, DAVE.user_id))
    await other.shows({1: {"bob": "viewing"}}, DAVE)
    await one.beat(DAVE, ONE)
    await other.shows({1: {"bob": "viewing", "dave": "viewing"}})
    await other.storage.write(lambda work: uninvite(work, Caller(BOB), ONE, DAVE.user_id))
    for node in nodes:
        await node.shows({1: {"bob": "viewing"}})
        await node.shows({}, DAVE)


async def test_streams_are_told_of_a_change_once(nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = nodes
    moves: list[Move] = []
    monkeypatch.setattr(other.hub.presence, "_tell", lambda move, _people: moves.append(move))
    for level in (VIEWING, WRITING):
        await one.beat(BOB, ONE, level)
        await other.shows({1: {"bob": level.value}})
    for _ in range(3):
        await one.beat(BOB, ONE, WRITING)
    one.leave(BOB)
    await other.shows({})
    assert [move.now.staff for move in moves] == [VIEWING, WRITING, None]


async def find(node: Node, ticket_id: TicketId) -> Ticket:
    ticket = await node.storage.read(lambda snapshot: snapshot.tickets.find(ticket_id))
    assert ticket is not None
    return ticket
