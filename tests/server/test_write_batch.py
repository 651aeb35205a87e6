"""Commands of one group: written together, each of them whole or not at all; on real database files."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.rpc.errors import InternalError
from hero_assistance_sdk.wire import Status
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.sql.bulk_insert import PORTION
from hero_assistance_server.storage.sql.tickets import list_index
from hero_assistance_server.ticket_lists.list_index import ALL
from hero_assistance_server.timestamps import millis
from tests.server.databases import execute, opened_session
from tests.server.store_fixtures import NOON, broken, file_ticket, listed, numbers, opened, refused

pytestmark = pytest.mark.anyio


def count_listed(folder: Path) -> int:
    with opened_session(folder) as session:
        return listed(session.direct)


async def test_a_failing_command_does_not_undo_its_neighbours(hero_root: Path) -> None:
    """All of one group: the writer cannot start before the loop has queued everything."""
    async with opened(hero_root) as store:
        work = [file_ticket, refused, file_ticket, broken, file_ticket]
        results = await asyncio.gather(*(store.write(command) for command in work), return_exceptions=True)
        assert [result for result in results if isinstance(result, int)] == [1, 2, 3]
        assert isinstance(results[1], Conflict)
        assert "ConstraintError" in type(results[3]).__name__ or "Violation" in type(results[3]).__name__
        assert numbers(hero_root) == ([1, 2, 3], [1, 2, 3])


async def test_what_is_written_together_with_the_group_fails_for_its_command_alone(hero_root: Path) -> None:
    def breaks_later(transaction: Any) -> None:
        file_ticket(transaction)
        transaction.batch.rows.add("INSERT INTO event_readers (user_id, seq) VALUES {rows}", ("nobody", 1))

    async with opened(hero_root) as store:
        work = [file_ticket, breaks_later, file_ticket]
        results = await asyncio.gather(*(store.write(command) for command in work), return_exceptions=True)
        assert (results[0], results[2]) == (1, 2)
        assert isinstance(results[1], InternalError)
        assert numbers(hero_root) == ([1, 2], [1, 2])


async def test_what_a_failing_command_flushed_is_written_again(hero_root: Path) -> None:
    """What waited of its neighbours is rolled back with its savepoint, and must not be lost with it."""
    found: list[int] = []

    def looks_and_fails(transaction: Any) -> None:
        found.append(listed(transaction.session.complete))
        refused(transaction)

    def looks(transaction: Any) -> None:
        found.append(listed(transaction.session.complete))

    async with opened(hero_root) as store:
        work = [file_ticket, looks_and_fails, file_ticket, looks]
        results = await asyncio.gather(*(store.write(command) for command in work), return_exceptions=True)
        assert isinstance(results[1], Conflict)
        # The group is executed twice: its second command fails after it has written.
        assert found == [1, 1, 2]
        assert numbers(hero_root) == ([1, 2], [1, 2])
        assert count_listed(hero_root) == 2
        with opened_session(hero_root) as session:
            assert list_index.count(session.direct, ALL, frozenset(Status)) == 2
            assert session.direct.execute("SELECT count(*) FROM audit").get == 2


async def test_a_reader_of_tickets_finds_the_new_ones_of_the_group(hero_root: Path) -> None:
    """They wait to be written together; a write to the settings changes what the next one is promised."""
    found: list[int] = []

    def looks(transaction: Any) -> None:
        found.append(transaction.session.with_tickets.execute("SELECT count(*) FROM tickets").get)

    def promises(transaction: Any) -> None:
        transaction.project.save_changes(ProjectSettings(), ProjectSettings(first_response_minutes={"normal": 60}))

    async with opened(hero_root) as store:
        work = [file_ticket, file_ticket, looks, file_ticket, promises, file_ticket, looks, looks]
        await asyncio.gather(*(store.write(command) for command in work))
        assert found == [2, 4, 4]
        due = execute(hero_root, "SELECT ticket_id, first_response_due FROM tickets ORDER BY 1")
    assert due == [(1, None), (2, None), (3, None), (4, millis(NOON + timedelta(hours=1)))]


async def test_settings_that_are_rolled_back_are_forgotten(hero_root: Path) -> None:
    """Alone or with others: the next ticket is promised nothing."""

    def promises_and_fails(transaction: Any) -> None:
        transaction.project.save_changes(ProjectSettings(), ProjectSettings(first_response_minutes={"normal": 60}))
        file_ticket(transaction)
        raise Conflict("refused")

    async with opened(hero_root) as store:
        for work in ([promises_and_fails], [file_ticket, promises_and_fails, file_ticket], [file_ticket]):
            await asyncio.gather(*(store.write(command) for command in work), return_exceptions=True)
        due = execute(hero_root, "SELECT first_response_due FROM tickets")
    assert due == [(None,)] * 3


async def test_a_command_that_looks_and_fails_costs_its_group_nothing(hero_root: Path) -> None:
    """That the tickets of others were written on its behalf is nothing to be taken back."""
    found: list[int] = []

    def looks_and_fails(transaction: Any) -> None:
        found.append(transaction.session.with_tickets.execute("SELECT count(*) FROM tickets").get)
        raise Conflict("refused")

    async with opened(hero_root) as store:
        work = [file_ticket, looks_and_fails, file_ticket]
        await asyncio.gather(*(store.write(command) for command in work), return_exceptions=True)
        assert found == [1]
    assert numbers(hero_root) == ([1, 2], [1, 2])


async def test_a_part_that_is_undone_takes_back_its_tickets_alone(hero_root: Path) -> None:
    def half(transaction: Any) -> None:
        with contextlib.suppress(Conflict), transaction.part():
            file_ticket(transaction)
            assert transaction.session.with_tickets.execute("SELECT count(*) FROM tickets").get == 2
            raise Conflict("undone")
        file_ticket(transaction)

    async with opened(hero_root) as store:
        await asyncio.gather(*(store.write(command) for command in (file_ticket, half, file_ticket)))
        assert count_listed(hero_root) == 3
    assert numbers(hero_root) == ([1, 2, 3], [1, 2, 3])


async def test_more_tickets_than_one_statement_takes(hero_root: Path) -> None:
    async with opened(hero_root) as store:
        filed = await asyncio.gather(*(store.write(file_ticket) for _ in range(3 * PORTION + 1)))
        assert filed == list(range(1, 3 * PORTION + 2))
        assert count_listed(hero_root) == len(filed)
    assert numbers(hero_root) == (filed, filed)
