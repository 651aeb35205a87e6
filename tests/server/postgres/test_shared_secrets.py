"""The key that nodes share: written once more after a crash of the database, and forgotten challenges."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, LiteralString

import psycopg
import pytest

from hero_assistance_sdk.wire import Millis
from hero_assistance_server.storage.unit_of_work import Storage
from tests.postgres import Cluster
from tests.server.contract.nodes import open_postgres_node
from tests.server.desk import until
from tests.server.postgres.test_nodes import cut

pytestmark = pytest.mark.anyio

Database = psycopg.Connection[Any]


@pytest.fixture
async def node(postgres_url: str) -> AsyncIterator[Storage]:
    async with open_postgres_node(postgres_url) as (storage, _):
        yield storage


KEYS = "SELECT count(*) FROM hero_assistance.shared_keys"
CHALLENGES = "SELECT count(*) FROM hero_assistance.used_challenges"


def ask(database: Database, query: LiteralString) -> object:
    """Return the only value of an answer."""
    row = database.execute(query).fetchone()
    return None if row is None else row[0]


async def test_a_key_is_not_that_of_another_purpose(node: Storage) -> None:
    keys = {node.nodes.secrets.find_key(purpose) for purpose in ("codes", "challenges")}
    assert len(keys) == 2


async def test_the_nodes_write_their_key_again_where_a_crash_has_emptied_the_table(
    node: Storage, postgres_url: str, postgres_cluster: Cluster
) -> None:
    before = node.nodes.secrets.find_key("codes")
    with psycopg.connect(postgres_url, autocommit=True) as database:
        database.execute("TRUNCATE hero_assistance.shared_keys")
    cut(postgres_cluster, postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as database:
        await until(lambda: ask(database, KEYS) == 1)
    async with open_postgres_node(postgres_url) as (later, _):
        assert later.nodes.secrets.find_key("codes") == before == node.nodes.secrets.find_key("codes")


async def test_no_log_and_no_standby_has_the_key(node: Storage, postgres_url: str) -> None:
    assert node.nodes.secrets.find_key("codes") is not None
    with psycopg.connect(postgres_url) as database:
        found = ask(database, "SELECT relpersistence = 'u' FROM pg_class WHERE relname = 'shared_keys'")
    assert found is True


async def test_challenges_that_are_too_old_are_deleted(node: Storage, postgres_url: str) -> None:
    for number in range(3):
        at = Millis(number * 1000)
        assert await node.nodes.secrets.use_once(bytes([number]), until=Millis(at + 1000), now=at)
    with psycopg.connect(postgres_url, autocommit=True) as database:
        assert ask(database, CHALLENGES) == 1
