"""Within one command a read sees every write before it: each read method of each repository, and every statement."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, get_type_hints

import pytest

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sqlite.write_path.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.storage.unit_of_work import Snapshot
from tests.capabilities import sqlite_only
from tests.server.attachment_read_cases import ATTACHMENT_CASES, ATTACHMENT_WRITES
from tests.server.credential_read_cases import CREDENTIAL_CASES, CREDENTIAL_WRITES
from tests.server.desk import running
from tests.server.guest_read_cases import GUEST_CASES, GUEST_WRITES
from tests.server.identity_read_cases import IDENTITY_CASES, IDENTITY_WRITES
from tests.server.incoming_mail_read_cases import INCOMING_MAIL_CASES, INCOMING_MAIL_WRITES
from tests.server.mail_read_cases import MAIL_CASES, MAIL_WRITES
from tests.server.outbox_read_cases import OUTBOX_CASES, OUTBOX_WRITES
from tests.server.read_cases import BOB, create
from tests.server.read_guard import guarded, waiting_tables
from tests.server.store_fixtures import file_ticket, opened_sqlite
from tests.server.test_verify import ACTIONS, _past
from tests.server.text_read_cases import TEXT_CASES, TEXT_WRITES
from tests.server.ticket_read_cases import TICKET_CASES
from tests.server.user_read_cases import USER_CASES, USER_WRITES
from tests.server.webhook_read_cases import WEBHOOK_CASES, WEBHOOK_WRITES

pytestmark = [
    pytest.mark.anyio,
    sqlite_only("guards SQLite's connection; contract/test_every_read.py has both"),
]

CASES = TICKET_CASES | USER_CASES | ATTACHMENT_CASES | IDENTITY_CASES | TEXT_CASES | MAIL_CASES
CASES |= INCOMING_MAIL_CASES | OUTBOX_CASES | WEBHOOK_CASES | CREDENTIAL_CASES | GUEST_CASES
WRITES = USER_WRITES | ATTACHMENT_WRITES | IDENTITY_WRITES | TEXT_WRITES | MAIL_WRITES | OUTBOX_WRITES
WRITES |= INCOMING_MAIL_WRITES | WEBHOOK_WRITES | CREDENTIAL_WRITES | GUEST_WRITES


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
        async with opened_sqlite(hero_root) as store:
            await store.write(lambda work: work.users.save(BOB, work.now))
            assert await store.write(CASES[name])
    assert guard.violations == []


@pytest.mark.parametrize("name", sorted(CASES))
async def test_a_read_sees_the_change_of_the_command_before_it_in_its_group(hero_root: Path, name: str) -> None:
    """What a failed command left is rolled back, and what waits of the others is seen as well."""

    def fails(work: SqliteUnitOfWork) -> None:
        create(work)
        raise Conflict("refused")

    async with opened_sqlite(hero_root) as store:
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
        async with opened_sqlite(hero_root) as store:
            assert await store.write(command) == 0
    assert [tables for _, tables in guard.violations] == [frozenset({table})]


async def test_nothing_waits_after_a_flush(hero_root: Path) -> None:
    def command(work: SqliteUnitOfWork) -> None:
        file_ticket(work)
        assert waiting_tables(work.batch) >= {"tickets", "events", "audit", "listings"}
        assert work.session.complete.execute("SELECT count(*) FROM listings").get
        assert waiting_tables(work.batch) == frozenset()

    async with opened_sqlite(hero_root) as store:
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
