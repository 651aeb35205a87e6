"""Storage engines for the contract suite: every test here runs over each of them, and uses the protocols alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import apsw
import pytest

from hero_assistance_server.storage.sqlite.store import DATABASE, open_store
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.users.directory import DEMO_USERS
from tests.server.contract.tables import Tables
from tests.server.new_database import place_new_database

# The time of every unit of work, unless the module of a test has a `NOW` of its own.
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)

Engine = Callable[[pytest.FixtureRequest, Path, datetime], AbstractAsyncContextManager[Storage]]


@asynccontextmanager
async def _open_sqlite(_request: pytest.FixtureRequest, folder: Path, now: datetime) -> AsyncIterator[Storage]:
    place_new_database(folder)
    async with open_store(folder, clock=lambda: now, publish=lambda _event: None) as store:
        yield store


@asynccontextmanager
async def _open_postgres(request: pytest.FixtureRequest, _folder: Path, now: datetime) -> AsyncIterator[Storage]:
    url: str = request.getfixturevalue("postgres_url")
    # psycopg is imported only where it is used.
    from hero_assistance_server.storage.postgres import store as postgres

    async with postgres.open_store(url, clock=lambda: now, publish=lambda _event: None) as store:
        yield cast(Storage, store)


ENGINES: dict[str, Engine] = {"sqlite": _open_sqlite, "postgresql": _open_postgres}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for a storage over each engine."""
    if "empty_storage" in metafunc.fixturenames:
        metafunc.parametrize("empty_storage", list(ENGINES), indirect=True)


@pytest.fixture
async def empty_storage(request: pytest.FixtureRequest, hero_root: Path) -> AsyncIterator[Storage]:
    """An open engine without a user."""
    async with ENGINES[request.param](request, hero_root, getattr(request.module, "NOW", NOW)) as storage:
        yield storage


@pytest.fixture
async def storage(empty_storage: Storage) -> Storage:
    """An open engine without tickets, with the users alice (an admin), bob (an agent), carol and dave (customers)."""

    def add_users(work: UnitOfWork) -> None:
        for user in DEMO_USERS:
            work.users.save(user, work.now)

    await empty_storage.write(add_users)
    return empty_storage


@pytest.fixture
def tables(request: pytest.FixtureRequest, empty_storage: Storage, hero_root: Path) -> Iterator[Tables]:
    """The tables of the engine that is open."""
    if request.node.callspec.params["empty_storage"] == "sqlite":
        connection = apsw.Connection(str(hero_root / DATABASE))
        yield Tables(lambda statement: list(connection.execute(statement)), is_sqlite=True)
        connection.close()
        return
    import psycopg

    with psycopg.connect(request.getfixturevalue("postgres_url"), autocommit=True) as other:
        other.execute("SET search_path = hero_assistance, pg_catalog")
        yield Tables(lambda statement: _run(other, statement), is_sqlite=False)


def _run(connection: Any, statement: str) -> list[Any]:
    cursor = connection.execute(statement)
    return list(cursor.fetchall()) if cursor.description else []
