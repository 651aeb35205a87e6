"""A running server for tests that ask for one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from hero_assistance_sdk.paths import Paths
from tests.capabilities import SQLITE_DESK
from tests.postgres import Cluster
from tests.server import desk as desk_module
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
    """With `TESTS_ENGINE=postgresql`, have the servers of tests on PostgreSQL: each root has a database of its own."""
    if SQLITE_DESK.is_there():
        yield
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    template: str = request.getfixturevalue("postgres_template")
    desk_module.make_database = lambda: cluster.create_database(template)
    yield
    desk_module.make_database = None
