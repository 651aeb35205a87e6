"""Within one command a read sees every write before it: each read method of each repository, and every statement."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Protocol, get_type_hints

import pytest

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import MessageId, Millis, Priority, Role, SavedView, Seq, Status, TicketId, UserId
from hero_assistance_server.audit.repository import AuditQuery
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages import rules as message_rules
from hero_assistance_server.messages.model import Message
from hero_assistance_server.search.filters import parse
from hero_assistance_server.stats.model import DAY_MS, Figure, Key, Only, Span
from hero_assistance_server.storage.sqlite.write_path.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.ticket_lists import list_index
from hero_assistance_server.ticket_lists.list_query import build_list_query
from hero_assistance_server.tickets import rules
from hero_assistance_server.tickets.json_row import decode_row
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.repository import START
from hero_assistance_server.tickets.ticket_update import Patch, update
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User
from tests.server.desk import running
from tests.server.read_guard import guarded, waiting_tables
from tests.server.store_fixtures import CAROL, NOON, file_ticket, opened
from tests.server.test_verify import ACTIONS, _past

pytestmark = pytest.mark.anyio

BOB = User(UserId("bob"), "Bob", Role.AGENT)
SPAN = Span(Millis(millis(NOON) - DAY_MS), Millis(millis(NOON) + DAY_MS))
# A change, and whether the read method sees it.
Case = Callable[[UnitOfWork], bool]
# Methods that only write; the read methods of their repository see what they write.
WRITES = {"client_tokens.add", "saved_views.delete", "saved_views.save"}


def create(work: UnitOfWork, *, tags: tuple[str, ...] = ()) -> Ticket:
    change = rules.create(
        customer=CAROL,
        ticket_id=work.tickets.next_id(),
        title="laptop",
        body="b",
        priority=Priority.NORMAL,
        tags=tags,
        targets=work.project.targets(),
        now=work.now,
    )
    work.apply(change, Caller(CAROL))
    return change.ticket


def reply(work: UnitOfWork, ticket: Ticket, body: str = "hello") -> Message:
    change = message_rules.reply(
        ticket=ticket, author=BOB, message_id=work.messages.next_id(), body=body, now=work.now, attachments=()
    )
    work.apply(change, Caller(BOB))
    return change.message


def set_fields(work: UnitOfWork, ticket: Ticket, patch: Patch) -> Ticket:
    change = update(ticket=ticket, by=BOB, patch=patch, targets={}, now=work.now)
    assert change is not None
    work.apply(change, Caller(BOB))
    return change.ticket


def snooze(work: UnitOfWork) -> Ticket:
    until = work.now + timedelta(hours=1)
    return set_fields(work, create(work), Patch(status=Status.SNOOZED, snoozed_until=until))


def save_view(work: UnitOfWork) -> SavedView:
    view = SavedView(view_id=work.saved_views.next_id(), name="v", filter="", owner=BOB.user_id, shared=False)
    work.saved_views.save(view)
    return view


def sees_find(work: UnitOfWork) -> bool:
    ticket = create(work)
    return work.tickets.find(ticket.ticket_id) == ticket


def sees_list_page(work: UnitOfWork) -> bool:
    ticket = create(work, tags=("vpn",))
    queries = (None, build_list_query(parse("tag:vpn"), BOB))
    pages = [work.tickets.list_page(query, START, 1, seen_by=who) for query in queries for who in (None, CAROL.user_id)]
    return all([decode_row(row) for row in page.rows] == [ticket] for page in pages)


def sees_next_ticket_id(work: UnitOfWork) -> bool:
    return create(work).ticket_id + 1 == work.tickets.next_id()


def sees_response_targets(work: UnitOfWork) -> bool:
    before = work.project.targets()
    assert isinstance(work, SqliteUnitOfWork)
    work.session.direct.execute(
        "INSERT OR REPLACE INTO settings (name, value) VALUES ('first_response_minutes', '{\"normal\": 7}')"
    )
    return (before, work.project.targets()) == ({}, {Priority.NORMAL: timedelta(minutes=7)})


def sees_count(work: UnitOfWork) -> bool:
    create(work, tags=("a", "b"))
    queries = [build_list_query(parse(text), BOB) for text in ("tag:a", "tag:a tag:b")]
    return [work.tickets.count(query, 5).count for query in queries] == [1, 1]


def sees_creation(read: Callable[[UnitOfWork], object], expected: object) -> Case:
    """Make a case: after the creation of one ticket the method returns what is expected."""

    def case(work: UnitOfWork) -> bool:
        create(work, tags=("vpn",))
        return read(work) == expected

    return case


def sees_wake(work: UnitOfWork) -> bool:
    due = snooze(work).snoozed_until
    return due is not None and work.tickets.next_wake() == due


def sees_due_to_wake(work: UnitOfWork) -> bool:
    ticket = snooze(work)
    return work.tickets.list_due_to_wake(work.now + timedelta(days=1), 5) == [ticket.ticket_id]


def sees_reply(read: Callable[[UnitOfWork, Message], object], expected: Callable[[Message], object]) -> Case:
    """Make a case: after a reply the method returns what is expected."""

    def case(work: UnitOfWork) -> bool:
        message = reply(work, create(work))
        return read(work, message) == expected(message)

    return case


def sees_token(work: UnitOfWork) -> bool:
    work.client_tokens.add(BOB.user_id, "m", "t", 7, work.now)
    return work.client_tokens.find(BOB.user_id, "m", "t") == 7


def sees_old_token(work: UnitOfWork) -> bool:
    work.client_tokens.add(BOB.user_id, "m", "t", 7, work.now)
    return work.client_tokens.prune(work.now + timedelta(days=1), 5) == 1


def sees_view(read: Callable[[UnitOfWork, SavedView], object], expected: Callable[[SavedView], object]) -> Case:
    """Make a case: after a view is saved the method returns what is expected."""

    def case(work: UnitOfWork) -> bool:
        view = save_view(work)
        return read(work, view) == expected(view)

    return case


def sees_response_by_agent(work: UnitOfWork) -> bool:
    reply(work, create(work))
    return work.stats.measure_by(Figure.FIRST_RESPONSE, SPAN, Key.AGENT)["bob"].count == 1


CASES: dict[str, Case] = {
    "audit.list_newest": sees_creation(
        lambda work: [entry.action for entry in work.audit.list_newest(AuditQuery(), 2**62, 5)], ["ticket.created"]
    ),
    "client_tokens.find": sees_token,
    "client_tokens.prune": sees_old_token,
    "events.last_seq": sees_creation(lambda work: work.events.last_seq(), 1),
    "events.list_after": sees_creation(
        lambda work: [event.seq for who in (BOB, CAROL) for event in work.events.list_after(Seq(0), 5, reader=who)],
        [1, 1],
    ),
    "events.prune": sees_creation(lambda work: work.events.prune(work.now + timedelta(days=1), 0, 5), 1),
    "events.stored_range": sees_creation(lambda work: work.events.stored_range().last, 1),
    "messages.find": sees_reply(lambda work, message: work.messages.find(message.message_id), lambda message: message),
    "messages.iterate_newest": sees_reply(
        lambda work, message: [*work.messages.iterate_newest(message.ticket_id, notes=False)], lambda message: [message]
    ),
    "messages.list_after": sees_reply(
        lambda work, message: work.messages.list_after(message.ticket_id, MessageId(0), notes=True),
        lambda message: [message],
    ),
    "messages.list_entries": sees_reply(
        lambda work, message: [entry.message_id for entry in work.messages.list_entries(message.ticket_id)],
        lambda message: [message.message_id],
    ),
    "messages.list_for_ticket": sees_reply(
        lambda work, message: work.messages.list_for_ticket(message.ticket_id, notes=True), lambda message: [message]
    ),
    "messages.next_id": sees_reply(lambda work, _: work.messages.next_id(), lambda message: message.message_id + 1),
    "saved_views.count_owned": sees_view(lambda work, view: work.saved_views.count_owned(view.owner), lambda _: 1),
    "saved_views.find": sees_view(lambda work, view: work.saved_views.find(view.view_id), lambda view: view),
    "saved_views.find_by_name": sees_view(
        lambda work, view: work.saved_views.find_by_name(view.owner, view.name), lambda view: view
    ),
    "saved_views.list_for": sees_view(lambda work, view: work.saved_views.list_for(view.owner), lambda view: [view]),
    "saved_views.next_id": sees_view(lambda work, _: work.saved_views.next_id(), lambda view: view.view_id + 1),
    "search.find": sees_creation(
        lambda work: [ticket.ticket_id for ticket in work.search.find(parse("laptop tag:vpn"), BOB, 2**62, 5)], [1]
    ),
    "stats.backlog": sees_creation(lambda work: work.stats.backlog(SPAN.end), 1),
    "stats.list_days": sees_creation(lambda work: sum(day.created for day in work.stats.list_days(SPAN)), 1),
    "stats.list_tickets": sees_creation(
        lambda work: work.stats.list_tickets(Figure.BACKLOG, SPAN, Only(), TicketId(0), 5), [1]
    ),
    "stats.measure": sees_creation(lambda work: work.stats.measure(Figure.CREATED, SPAN).count, 1),
    "stats.measure_by": sees_response_by_agent,
    "tickets.count": sees_count,
    "tickets.count_in_scope": sees_creation(
        lambda work: work.tickets.count_in_scope(list_index.ALL, frozenset(Status)), 1
    ),
    "tickets.find": sees_find,
    "tickets.list_due_to_wake": sees_due_to_wake,
    "tickets.list_page": sees_list_page,
    "tickets.next_id": sees_next_ticket_id,
    "tickets.next_wake": sees_wake,
    "project.targets": sees_response_targets,
}


def methods_of(snapshot: type) -> set[str]:
    """Return every method of every repository of a snapshot, as `repository.method`."""
    found: set[str] = set()
    for name, value in vars(snapshot).items():
        if isinstance(value, property):
            repository = get_type_hints(value.fget)["return"]
            found |= {f"{name}.{method}" for method in vars(repository) if not method.startswith("_")}
    return found


def test_every_method_of_every_repository_has_a_case() -> None:
    assert methods_of(Snapshot) - WRITES == CASES.keys()


class ToyRepository(Protocol):
    """A repository that was added without a case."""

    def find(self) -> int | None: ...


class ToySnapshot(Protocol):
    """A snapshot with it."""

    @property
    def toys(self) -> ToyRepository: ...


def test_a_new_repository_is_found() -> None:
    assert methods_of(ToySnapshot) == {"toys.find"}


@pytest.mark.parametrize("name", sorted(CASES))
async def test_a_read_sees_the_change(hero_root: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with guarded(monkeypatch) as guard:
        async with opened(hero_root) as store:
            await store.write(lambda work: work.users.save(BOB, work.now))
            assert await store.write(CASES[name])
    assert guard.violations == []


@pytest.mark.parametrize("name", sorted(CASES))
async def test_a_read_sees_the_change_of_the_command_before_it_in_its_group(hero_root: Path, name: str) -> None:
    """What a failed command left is rolled back, and what waits of the others is seen as well."""

    def fails(work: SqliteUnitOfWork) -> None:
        create(work)
        raise Conflict("refused")

    async with opened(hero_root) as store:
        await store.write(lambda work: work.users.save(BOB, work.now))
        results = await asyncio.gather(store.write(fails), store.write(CASES[name]), return_exceptions=True)
        assert isinstance(results[0], Conflict)
        assert results[1] is True


def reads_too_early(work: SqliteUnitOfWork) -> int:
    """Read as a wrong repository would, which takes the connection without a look at what waits."""
    file_ticket(work)
    found: int = work.session.direct.execute("SELECT count(*) FROM tickets").get
    return found


def reads_too_early_by_sequence(work: SqliteUnitOfWork) -> int:
    file_ticket(work)
    found: int | None = work.session.direct.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get
    return found or 0


def reads_the_index_too_early(work: SqliteUnitOfWork) -> int:
    file_ticket(work)
    assert work.tickets.find(TicketId(1)) is not None
    found: int = work.session.direct.execute("SELECT count(*) FROM listings").get
    return found


@pytest.mark.parametrize(
    ("command", "table"),
    [
        (reads_too_early, "tickets"),
        (reads_too_early_by_sequence, "events"),
        (reads_the_index_too_early, "listings"),
    ],
)
async def test_the_guard_finds_a_wrong_repository(
    hero_root: Path, command: Callable[[SqliteUnitOfWork], int], table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with guarded(monkeypatch) as guard:
        async with opened(hero_root) as store:
            assert await store.write(command) == 0
    assert [tables for _, tables in guard.violations] == [frozenset({table})]


async def test_nothing_waits_after_a_flush(hero_root: Path) -> None:
    def command(work: SqliteUnitOfWork) -> None:
        file_ticket(work)
        assert waiting_tables(work.batch) >= {"tickets", "events", "audit", "listings"}
        assert work.session.complete.execute("SELECT count(*) FROM listings").get
        assert waiting_tables(work.batch) == frozenset()

    async with opened(hero_root) as store:
        await store.write(command)


async def test_no_method_reads_a_table_that_has_rows_waiting(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every method that writes, each in one group with the creation of a ticket before it."""
    with guarded(monkeypatch) as guard:
        async with running(paths) as desk:
            await _past(desk)
            for method, caller, params, _, _ in ACTIONS:
                with contextlib.suppress(RpcFailure):
                    await asyncio.gather(
                        desk.call("ticket.create", "dave", title="before", body="b", tags=["vpn"]),
                        desk.call(method, caller, **params),
                    )
    assert guard.violations == []
    assert len(guard.statements) > 50
