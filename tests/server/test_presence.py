"""Who is at a ticket: the rules of the leases, and what real streams tell of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import EventKind, Level, MessageKind, Role, Seq, TicketId, UserId
from hero_assistance_server.events.model import Reach
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.presence import last_moves
from hero_assistance_server.presence.last_moves import LastMoves
from hero_assistance_server.presence.presence_exchange import NoOthers, OthersPresence
from hero_assistance_server.presence.rules import LEASE_S, MOST_SCREENS, Board, Doing, Lease, Move
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.realtime.presence import Presence
from hero_assistance_server.users.model import User
from tests.server.desk import STOP_S, Desk, running
from tests.server.test_desk_work import BOB, CAROL, filed

ALICE = User(UserId("alice"), "Alice", Role.ADMIN)
ONE, TWO = TicketId(1), TicketId(2)
VIEWING, WRITING = Level.VIEWING, Level.WRITING
BOTH_VIEW = Doing(VIEWING, VIEWING)


def names(board: Board, ticket_id: TicketId, *, staff: bool = True) -> list[tuple[str, str]]:
    return [(one.user_id, one.level.value) for one in board.presence_at(ticket_id, staff=staff).people]


def told(moves: list[Move]) -> list[tuple[int, str, Level | None, Level | None]]:
    """Where, who, and what agents and outsiders are shown from now on."""
    return [(move.ticket_id, move.user.user_id, move.now.staff, move.now.outside) for move in moves]


def test_writers_come_first_then_names() -> None:
    board = Board()
    board.take("c", Lease(CAROL, ONE, VIEWING, 20))
    board.take("b", Lease(BOB, ONE, WRITING, 21))
    board.take("a", Lease(ALICE, ONE, VIEWING, 22))
    assert names(board, ONE) == [("bob", "writing"), ("alice", "viewing"), ("carol", "viewing")]


def test_a_renewed_lease_is_no_news_and_another_level_is() -> None:
    board = Board()
    assert told(board.take("b", Lease(BOB, ONE, VIEWING, 20))) == [(1, "bob", "viewing", "viewing")]
    assert told(board.take("b", Lease(BOB, ONE, VIEWING, 30))) == []
    assert told(board.take("b", Lease(BOB, ONE, WRITING, 40))) == [(1, "bob", "writing", "writing")]


def test_who_moves_on_is_gone_from_where_they_were() -> None:
    board = Board()
    board.take("b", Lease(BOB, ONE, WRITING, 20))
    moves = told(board.take("b", Lease(BOB, TWO, VIEWING, 20)))
    assert moves == [(1, "bob", None, None), (2, "bob", "viewing", "viewing")]
    assert (names(board, ONE), names(board, TWO)) == ([], [("bob", "viewing")])


def test_two_screens_of_one_person_are_one_with_the_louder_level() -> None:
    board = Board()
    board.take("1", Lease(BOB, ONE, VIEWING, 20))
    board.take("2", Lease(BOB, ONE, WRITING, 20))
    assert names(board, ONE) == [("bob", "writing")]
    assert told(board.leave("2")) == [(1, "bob", "viewing", "viewing")]
    assert told(board.leave("1")) == [(1, "bob", None, None)]
    assert board.leave("1") == []
    assert board.tickets() == []


def test_a_lease_ends_at_its_time_and_not_before() -> None:
    board = Board()
    board.take("b", Lease(BOB, ONE, VIEWING, 20))
    board.take("c", Lease(CAROL, ONE, VIEWING, 25))
    board.take("b", Lease(BOB, ONE, VIEWING, 30))
    assert board.next_end() == 25
    assert board.expire(24.9) == []
    assert told(board.expire(25)) == [(1, "carol", None, None)]
    assert names(board, ONE) == [("bob", "viewing")]
    assert told(board.expire(100)) == [(1, "bob", None, None)]
    assert board.next_end() is None


def test_the_screens_of_one_stream_are_each_at_a_ticket() -> None:
    board = Board()
    board.take("b", Lease(BOB, ONE, VIEWING, 20), "left")
    assert told(board.take("b", Lease(BOB, TWO, WRITING, 21), "right")) == [(2, "bob", "writing", "writing")]
    assert board.take("b", Lease(BOB, ONE, VIEWING, 30), "left") == []
    assert (names(board, ONE), names(board, TWO)) == ([("bob", "viewing")], [("bob", "writing")])
    assert told(board.leave("b", "right")) == [(2, "bob", None, None)]
    board.take("b", Lease(BOB, TWO, VIEWING, 31), "right")
    assert told(board.close("b")) == [(1, "bob", None, None), (2, "bob", None, None)]
    assert (board.tickets(), board.close("b")) == ([], [])


def test_a_stream_with_too_many_screens_loses_the_one_that_was_silent_for_longest() -> None:
    board = Board()
    for number in range(MOST_SCREENS):
        board.take("b", Lease(BOB, TicketId(number + 1), VIEWING, 20 + number), str(number))
    board.take("b", Lease(BOB, ONE, VIEWING, 200), "0")
    assert told(board.take("b", Lease(BOB, TicketId(99), VIEWING, 201), "new")) == [
        (2, "bob", None, None),
        (99, "bob", "viewing", "viewing"),
    ]
    assert len(board.tickets()) == MOST_SCREENS


def test_a_customer_learns_of_no_note_that_is_being_written() -> None:
    board = Board()
    board.take("b", Lease(BOB, ONE, WRITING, 20, MessageKind.NOTE))
    assert names(board, ONE, staff=True) == [("bob", "writing")]
    assert names(board, ONE, staff=False) == [("bob", "viewing")]
    assert told(board.take("b", Lease(BOB, ONE, WRITING, 20))) == [(1, "bob", "writing", "writing")]
    assert names(board, ONE, staff=False) == [("bob", "writing")]


def test_the_board_is_what_the_leases_say_after_any_moves() -> None:
    """Against a model that keeps nothing but a list of leases."""
    choice = random.Random(11)  # noqa: S311
    board, model = Board(), dict[tuple[str, str], Lease]()
    for now in range(2000):
        connection, screen = str(choice.randrange(4)), str(choice.randrange(3))
        if choice.random() < 0.8:
            user = choice.choice([ALICE, BOB, CAROL])
            lease = Lease(user, TicketId(choice.randrange(1, 4)), choice.choice(list(Level)), now + 20)
            board.take(connection, lease, screen)
            model[connection, screen] = lease
        elif choice.random() < 0.5:
            board.leave(connection, screen)
            model.pop((connection, screen), None)
        else:
            board.close(connection)
            model = {key: lease for key, lease in model.items() if key[0] != connection}
        board.expire(now)
        model = {name: lease for name, lease in model.items() if lease.until > now}
        for ticket_id in (TicketId(1), TicketId(2), TicketId(3)):
            there = {lease.user.user_id for lease in model.values() if lease.ticket_id == ticket_id}
            assert {user for user, _ in names(board, ticket_id)} == there
        assert board.next_end() == min((lease.until for lease in model.values()), default=None)


def test_a_lease_of_another_node_has_no_end_here() -> None:
    board = Board()
    board.show_others({("n", "1 alice"): Lease(ALICE, ONE, VIEWING)})
    board.take("b", Lease(BOB, ONE, VIEWING, 20))
    assert board.next_end() == 20
    assert told(board.expire(1e9)) == [(1, "bob", None, None)]
    assert told(board.show_others({})) == [(1, "alice", None, None)]
    assert board.tickets() == []


def test_who_changes_nodes_is_there_all_the_time() -> None:
    board = Board()
    board.show_others({("n", "1 bob"): Lease(BOB, ONE, VIEWING)})
    assert told(board.show_others({("m", "1 bob"): Lease(BOB, ONE, VIEWING)})) == []
    (move,) = board.take("b", Lease(BOB, ONE, VIEWING, 20))
    assert (move.was, move.now, move.here) == (BOTH_VIEW, BOTH_VIEW, BOTH_VIEW)
    assert told(board.show_others({})) == []


def test_what_a_user_does_here_is_apart_from_what_they_do_elsewhere() -> None:
    board = Board()
    board.show_others({("n", "1 bob"): Lease(BOB, ONE, WRITING)})
    board.take("b", Lease(BOB, ONE, VIEWING, 20))
    (move,) = board.close("b")
    assert (move.now.staff, move.here) == (WRITING, Doing())
    assert told(board.confine(ONE, frozenset())) == []


def test_who_gains_access_while_another_beats_is_told_who_is_there() -> None:
    """The ticket may be read in a later state than its events have told of."""
    told_to: list[tuple[str, frozenset[UserId]]] = []

    async def run() -> None:
        presence = Presence(lambda move, people: told_to.append((move.user.user_id, people)))
        presence.beat("b", BOB, filed(), VIEWING, MessageKind.REPLY)
        later = replace(filed(), collaborators=(UserId("dave"),))
        presence.beat("c", CAROL, later, VIEWING, MessageKind.REPLY)
        presence.close("b")
        presence.close("c")

    asyncio.run(run())
    both = frozenset({UserId("carol"), UserId("dave")})
    assert told_to[:3] == [("bob", both - {"dave"}), ("bob", frozenset({"dave"})), ("carol", both)]


def test_the_last_events_of_many_tickets_are_known_by_ticket_and_older_ones_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(last_moves, "KEPT", 2)
    moves = LastMoves()
    for ticket_id, seq in ((ONE, 1), (TWO, 2), (ONE, 3), (TicketId(3), 4)):
        moves.note(ticket_id, Seq(seq))
    assert [moves.is_after(ONE, Seq(seq)) for seq in (2, 3)] == [True, False]
    # The second one is forgotten: any ticket may have been in its place.
    assert [moves.is_after(TWO, Seq(seq)) for seq in (1, 2)] == [True, False]
    assert [moves.is_after(TicketId(9), Seq(seq)) for seq in (1, 2)] == [True, False]


class Exchange(NoOthers):
    """What the test says of other nodes."""

    def __init__(self) -> None:
        self.asked = 0

    def follow(self, show: Callable[[OthersPresence], None]) -> None:
        self.show = show

    def read_again(self) -> None:
        self.asked += 1


def moved(ticket_id: TicketId, seq: int) -> StoredEvent:
    """An event that tells who sees a ticket."""
    return StoredEvent(
        Seq(seq), EventKind("ticket.updated"), Reach.STAFF, "{}", seen_by=(ticket_id, frozenset({UserId("carol")}))
    )


def test_of_other_nodes_is_read_again_what_an_event_of_the_same_ticket_has_overtaken() -> None:
    exchange, presence = Exchange(), Presence(lambda _move, _people: None)
    presence.join(exchange)
    others = OthersPresence(Seq(5), {("n", "1 bob"): Lease(BOB, ONE, VIEWING)}, {ONE: frozenset({UserId("carol")})})
    presence.hear(moved(TWO, 6))
    presence.hear(moved(ONE, 5))
    exchange.show(others)
    assert (exchange.asked, presence.is_at(BOB.user_id, ONE)) == (0, True)
    presence.hear(moved(ONE, 7))
    exchange.show(replace_lease(others, WRITING))
    assert (exchange.asked, presence.seen_by(BOB)[0].people[0].level) == (1, VIEWING)


def test_of_other_nodes_is_read_again_what_lacks_the_people_of_a_ticket() -> None:
    exchange, presence = Exchange(), Presence(lambda _move, _people: None)
    presence.join(exchange)
    exchange.show(OthersPresence(Seq(5), {("n", "1 bob"): Lease(BOB, ONE, VIEWING)}, {}))
    assert (exchange.asked, presence.is_at(BOB.user_id, ONE)) == (1, False)


def test_no_one_of_other_nodes_is_shown_at_a_ticket_that_they_do_not_see() -> None:
    exchange, presence = Exchange(), Presence(lambda _move, _people: None)
    presence.join(exchange)
    exchange.show(OthersPresence(Seq(5), {("n", "1 carol"): Lease(CAROL, ONE, VIEWING)}, {ONE: frozenset()}))
    assert (exchange.asked, presence.is_at(CAROL.user_id, ONE), presence.seen_by(BOB)) == (0, False, [])


def replace_lease(others: OthersPresence, level: Level) -> OthersPresence:
    """The same with another level of everybody."""
    return replace(others, leases={at: replace(lease, level=level) for at, lease in others.leases.items()})


@pytest.mark.anyio
async def test_one_timer_ends_the_lease_that_is_not_renewed() -> None:
    """By a clock that the test moves, and a lease so short that the timer rings at once."""
    now, moves = [100.0], asyncio.Queue[tuple[str, Level | None]]()
    presence = Presence(
        lambda move, _people: moves.put_nowait((move.user.user_id, move.now.staff)),
        lease_s=1 / 64,
        clock=lambda: now[0],
    )
    presence.beat("b", BOB, filed(), VIEWING, MessageKind.REPLY)
    assert await moves.get() == ("bob", "viewing")
    now[0] += 1 / 128
    presence.beat("c", CAROL, filed(), VIEWING, MessageKind.REPLY)
    assert await moves.get() == ("carol", "viewing")
    now[0] += 1 / 128
    async with asyncio.timeout(STOP_S):
        assert await moves.get() == ("bob", None)
        now[0] += 1
        assert await moves.get() == ("carol", None)


def test_a_slow_reader_is_told_who_is_there_and_not_who_was() -> None:
    async def run() -> None:
        hub = Hub()
        with hub.subscription(BOB) as slow, hub.subscription(ALICE) as busy:
            for turn in range(1000):
                level = WRITING if turn % 2 else VIEWING
                hub.presence.beat(busy.connection, ALICE, filed(), level, MessageKind.REPLY)
            assert len(await slow.take()) == 1
        assert len(hub) == 0

    asyncio.run(run())


@dataclass
class Screen:
    """One open stream, and what it knows of presence."""

    desk: Desk
    user: str
    events: AsyncIterator[Any]
    connection: str = ""
    last_id: str = ""
    known: dict[int, dict[str, str]] = field(default_factory=dict)

    async def beat(self, ticket_id: int | None, level: str = "viewing", **params: Any) -> Any:
        sent = {"connection": self.connection, "ticket_id": ticket_id, "level": level} | params
        return await self.desk.call("presence.beat", self.user, **sent)

    async def sees(self, ticket_id: int, expected: dict[str, str]) -> None:
        """Read on until exactly these people are at the ticket."""
        async with asyncio.timeout(STOP_S):
            while self.known.get(ticket_id, {}) != expected:
                self.take(await anext(self.events))

    def take(self, event: Any) -> None:
        data = json.loads(event.data) if event.data else {}
        if event.event == "connected":
            self.connection = data["connection"]
            self.known = {one["ticket_id"]: _people(one) for one in data["presence"]}
        elif event.event == "presence":
            assert event.id == self.last_id, "presence has no number of its own"
            there = self.known.setdefault(data["ticket_id"], {})
            assert there.pop(data["user_id"], None) != data["level"], "only changes are told"
            if data["level"] is not None:
                there[data["user_id"]] = data["level"]
        self.last_id = event.id


def _people(presence: dict[str, Any]) -> dict[str, str]:
    return {one["user_id"]: one["level"] for one in presence["people"]}


@contextlib.asynccontextmanager
async def screen(desk: Desk, user: str) -> AsyncIterator[Screen]:
    """A screen that is connected."""
    # To read the certificates that a Unix socket does not need takes a tenth of a second for each of 200.
    transport = httpx2.AsyncHTTPTransport(uds=str(desk.events_socket), verify=False)
    async with (
        httpx2.AsyncClient(transport=transport, base_url="http://desk", timeout=STOP_S, trust_env=False) as http,
        http.stream("GET", "/events", headers=desk.headers(user)) as response,
    ):
        opened = Screen(desk, user, aiter(httpx2.EventSource(response)))
        while not opened.connection:
            opened.take(await anext(opened.events))
        yield opened


@pytest.fixture
async def shared(desk: Desk) -> Desk:
    """Carol's ticket 1 and Dave's ticket 2."""
    await desk.call("ticket.create", "carol", title="c", body="b")
    await desk.call("ticket.create", "dave", title="d", body="b")
    return desk


@pytest.mark.anyio
async def test_agents_and_the_customer_see_each_other(shared: Desk) -> None:
    async with screen(shared, "bob") as bob, screen(shared, "alice") as alice, screen(shared, "carol") as carol:
        assert await bob.beat(1) == {"lease_ms": LEASE_S * 1000}
        for watcher in (alice, carol):
            await watcher.sees(1, {"bob": "viewing"})
        await carol.beat(1, "writing")
        await alice.beat(1)
        for watcher in (alice, bob, carol):
            await watcher.sees(1, {"carol": "writing", "alice": "viewing", "bob": "viewing"})
        await bob.beat(2, "writing")
        await alice.sees(2, {"bob": "writing"})
        await carol.sees(1, {"carol": "writing", "alice": "viewing"})
        listed = (await shared.call("presence.list", "alice"))["tickets"]
        assert [one["ticket_id"] for one in listed] == [1, 2]
        assert listed[1]["people"] == [{"user_id": "bob", "name": "Bob", "role": "agent", "level": "writing"}]


@pytest.mark.anyio
async def test_a_customer_hears_nothing_of_others_tickets(shared: Desk) -> None:
    async with screen(shared, "bob") as bob, screen(shared, "carol") as carol, screen(shared, "alice") as alice:
        await bob.beat(2, "writing")
        await alice.beat(1)
        await carol.sees(1, {"alice": "viewing"})
        assert set(carol.known) == {1}
        assert [one["ticket_id"] for one in (await shared.call("presence.list", "carol"))["tickets"]] == [1]
        async with screen(shared, "carol") as again, screen(shared, "dave") as dave:
            assert again.known == {1: {"alice": "viewing"}}
            assert dave.known == {2: {"bob": "writing"}}


@pytest.mark.anyio
async def test_who_closes_the_page_is_gone_at_once(shared: Desk) -> None:
    """Long before the lease is over."""
    async with screen(shared, "alice") as alice:
        async with screen(shared, "bob") as bob:
            await bob.beat(1, "writing")
            await alice.sees(1, {"bob": "writing"})
        await alice.sees(1, {})
        assert (await shared.call("presence.list", "alice"))["tickets"] == []


@pytest.mark.anyio
async def test_leaving_without_closing(shared: Desk) -> None:
    async with screen(shared, "alice") as alice, screen(shared, "bob") as bob:
        await bob.beat(1)
        await alice.sees(1, {"bob": "viewing"})
        assert await bob.beat(None) is None
        await alice.sees(1, {})


@pytest.mark.anyio
async def test_two_tabs_that_share_a_stream_are_at_two_tickets(shared: Desk) -> None:
    async with screen(shared, "alice") as alice:
        async with screen(shared, "bob") as bob:
            await bob.beat(1, screen="left")
            await bob.beat(2, "writing", screen="right")
            await alice.sees(1, {"bob": "viewing"})
            await alice.sees(2, {"bob": "writing"})
            await bob.beat(None, screen="left")
            await alice.sees(1, {})
            assert alice.known[2] == {"bob": "writing"}
        await alice.sees(2, {})


@pytest.mark.anyio
async def test_another_persons_stream_is_nobodys_presence(shared: Desk) -> None:
    async with screen(shared, "bob") as bob, screen(shared, "carol") as carol:
        for user, connection in (("carol", bob.connection), ("alice", carol.connection), ("bob", "x")):
            with pytest.raises(RpcFailure) as refused:
                await shared.call("presence.beat", user, connection=connection, ticket_id=1)
            assert refused.value.remote_reason == "conflict"
        with pytest.raises(RpcFailure) as refused:
            await carol.beat(2)
        assert refused.value.remote_reason == "not-found"
        with pytest.raises(RpcFailure) as refused:
            await carol.beat(1, "writing", kind="note")
        assert refused.value.remote_reason == "forbidden"
        assert (await shared.call("presence.list", "alice"))["tickets"] == []


@pytest.mark.anyio
async def test_a_collaborator_who_is_taken_off_vanishes_and_hears_no_more(shared: Desk) -> None:
    async with screen(shared, "dave") as dave, screen(shared, "alice") as alice, screen(shared, "bob") as bob:
        await bob.beat(1)
        await shared.call("ticket.invite", "bob", ticket_id=1, user_id="dave")
        await dave.sees(1, {"bob": "viewing"})
        await dave.beat(1)
        await alice.sees(1, {"bob": "viewing", "dave": "viewing"})
        await shared.call("ticket.uninvite", "bob", ticket_id=1, user_id="dave")
        await alice.sees(1, {"bob": "viewing"})
        await bob.beat(1, "writing")
        await alice.sees(1, {"bob": "writing"})
        await bob.beat(2)
        await dave.sees(2, {"bob": "viewing"})
        assert dave.known[1].get("bob") != "writing"


@pytest.mark.anyio
async def test_two_hundred_people_at_one_ticket(paths: Paths) -> None:
    """All of them on streams of their own: each is shown every one."""
    guests = [f"p{number:03}" for number in range(199)]
    async with running(paths, mode=AuthMode.HERO) as desk, contextlib.AsyncExitStack() as stack:
        await desk.call("ticket.create", "carol", title="c", body="b")
        for guest in guests:
            await desk.call("user.me", guest)
            await desk.call("ticket.invite", "bob", ticket_id=1, user_id=guest)
        screens = [await stack.enter_async_context(screen(desk, user)) for user in ("bob", *guests)]
        await asyncio.gather(*(one.beat(1, "writing" if at == 7 else "viewing") for at, one in enumerate(screens)))
        everybody = dict.fromkeys(["bob", *guests], "viewing") | {guests[6]: "writing"}
        for one in screens:
            await one.sees(1, everybody)
