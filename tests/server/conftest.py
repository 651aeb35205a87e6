"""A running server for tests that ask for one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hero_assistance_sdk.files.data_folder import DATABASE
from hero_assistance_sdk.paths import Paths
from tests.capabilities import SQLITE_DESK
from tests.postgres import Cluster
from tests.server import databases
from tests.server.backup_samples import fill_past
from tests.server.desk import Desk, running


@pytest.fixture
def anyio_backend() -> str:
    """The only loop the server runs on."""
    return "asyncio"


@pytest.fixture
async def desk(paths: Paths) -> AsyncIterator[Desk]:
    """A server in dev mode with the four demo users, without TCP."""
    async with running(paths) as desk:
        yield desk


@pytest.fixture
async def past(paths: Paths) -> Paths:
    """A root where a server has run; its data is at rest."""
    async with running(paths) as desk:
        await fill_past(desk)
    return paths


@pytest.fixture(scope="session", autouse=True)
def tested_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """With `TESTS_ENGINE=postgresql`, have the servers of tests on PostgreSQL: each data folder has one of its own."""
    if SQLITE_DESK.is_there():
        yield
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    template: str = request.getfixturevalue("postgres_template")
    databases.make_database = lambda: cluster.create_database(template)
    yield
    databases.make_database = None


@pytest.fixture(autouse=True)
def own_databases(request: pytest.FixtureRequest, tested_engine: None) -> Iterator[None]:
    """In a run on PostgreSQL, drop the databases of a test at its end, and see that it was not on SQLite unnoticed."""
    if databases.make_database is None:
        yield
        return
    root: Path = request.getfixturevalue("hero_root")
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    yield
    for url in databases.forget_databases():
        cluster.drop_database(url)
    # The tests of the storage engines choose for themselves.
    if not {"contract", "postgres"} & set(request.path.parts):
        assert not list(root.rglob(DATABASE)), "a test on SQLite's file is marked `sqlite_only`"
