"""A running server for tests that ask for one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from hero_assistance_sdk.paths import Paths
from tests.capabilities import POSTGRES, require
from tests.postgres import Cluster, running_cluster
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


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A running PostgreSQL, for all tests of this process."""
    require(POSTGRES)
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: Cluster) -> str:
    """A database with the schema, which those of the tests are copies of."""
    from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
    from hero_assistance_server.storage.postgres.database.migrate import migrate, migrations

    url = postgres_cluster.create_database()
    connection = PostgresConnection(url)
    migrate(connection, migrations())
    connection.close()
    return url.split("/")[3].split("?")[0]


@pytest.fixture
def postgres_url(postgres_cluster: Cluster, postgres_template: str) -> str:
    """The address of a database with the schema and nothing in it."""
    return postgres_cluster.create_database(postgres_template)
