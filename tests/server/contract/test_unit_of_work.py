"""What every engine must do with a command: commit all of it, or nothing; or all but a part that failed."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.wire import Status
from hero_assistance_server.audit.repository import AuditQuery
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.ticket_lists import list_index
from hero_assistance_server.tickets.repository import START
from tests.server.contract.ticket_changes import create

pytestmark = pytest.mark.anyio


def counts(snapshot: Snapshot) -> tuple[int, ...]:
    """Return how many tickets, places in the list index, events and audit entries there are."""
    return (
        len(snapshot.tickets.list_page(None, START, 100).rows),
        *snapshot.tickets.count_in_scopes([(list_index.ALL, frozenset(Status))]),
        snapshot.events.last_seq(),
        len([*snapshot.audit.iterate_newest(AuditQuery(), 100)][:100]),
    )


def fail(work: UnitOfWork) -> None:
    create(work)
    assert counts(work)[0] > 0
    raise Conflict("refused")


async def test_a_failing_command_leaves_nothing_and_its_neighbours_everything(storage: Storage) -> None:
    commands = (create, fail, create, fail, create)
    results = await asyncio.gather(*(storage.write(command) for command in commands), return_exceptions=True)
    assert [isinstance(result, Conflict) for result in results] == [False, True, False, True, False]
    assert await storage.read(counts) == (3, 3, 3, 3)


async def test_a_part_that_fails_leaves_the_rest(storage: Storage) -> None:
    def command(work: UnitOfWork) -> tuple[int, ...]:
        create(work)
        with contextlib.suppress(Conflict), work.part():
            fail(work)
        create(work)
        return counts(work)

    assert await storage.write(command) == (2, 2, 2, 2)
    assert await storage.read(counts) == (2, 2, 2, 2)


async def test_every_read_of_a_command_answers_alike(storage: Storage) -> None:
    """Its own rows and those of its neighbours in the same group, in all repositories."""

    def command(work: UnitOfWork) -> tuple[int, ...]:
        create(work)
        return counts(work)

    found = await asyncio.gather(*(storage.write(command) for _ in range(3)))
    assert found == [(number,) * 4 for number in (1, 2, 3)]


async def test_after_commit_is_called_for_what_was_committed_alone(storage: Storage) -> None:
    called: list[str] = []

    def succeeds(work: UnitOfWork) -> None:
        work.after_commit(lambda: called.append("succeeds"))

    def fails(work: UnitOfWork) -> None:
        work.after_commit(lambda: called.append("fails"))
        fail(work)

    await asyncio.gather(storage.write(succeeds), storage.write(fails), return_exceptions=True)
    assert called == ["succeeds"]


async def test_the_number_of_commits_grows_with_each(storage: Storage) -> None:
    before = storage.commits
    await storage.write(create)
    assert storage.commits > before
