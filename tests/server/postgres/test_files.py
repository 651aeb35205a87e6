"""Files that several nodes bring and delete: what is named stays, at whatever moment the other one comes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import psycopg
import pytest

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.file_storage import FileStorage, FileStore
from hero_assistance_server.storage.garbage_collection import delete_unnamed_files
from hero_assistance_server.storage.postgres.files import file_store
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.postgres import Cluster, name_of
from tests.server.contract.test_file_store import DIGEST, bring, read
from tests.server.postgres.test_nodes import cut, node

pytestmark = pytest.mark.anyio

CONTENT = b"content"
NAME = """INSERT INTO attachments (attachment_id, sha256, name, size, type, uploader, uploaded_at)
    VALUES (1, %s, 'a', 7, 'text/plain', 'carol', 0)"""
LOCK = "SELECT 1 FROM hero_assistance.stored_files FOR UPDATE"


def name(work: UnitOfWork) -> None:
    made = Attachment(work.attachments.next_id(), "a", 7, "text/plain", None, None)
    work.attachments.add(made, DIGEST, UserId("carol"), work.now)


def bring_and_wait(files: FileStore) -> None:
    """Bring the file, and be told that the row may still be written."""
    with pytest.raises(StoreUnavailable):
        bring(files, CONTENT, StoreUnavailable("the database is too slow"))


async def until_one_waits(cluster: Cluster, url: str) -> None:
    """Return once a connection to the database waits for a lock."""
    own = f"datname = '{name_of(url)}'"
    waiting = f"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND {own}"  # noqa: S608
    async with asyncio.timeout(30):
        while await asyncio.to_thread(cluster.execute, waiting) == "0":
            pass


async def test_every_node_has_the_files_of_the_others(postgres_url: str) -> None:
    async with node(postgres_url) as one, node(postgres_url) as other:
        await one.in_thread(bring, one.files, CONTENT)
        await one.write(name)
        assert await other.in_thread(read, other.files, DIGEST) == CONTENT


async def test_a_file_that_one_node_holds_is_not_deleted_by_another(postgres_url: str) -> None:
    async with node(postgres_url) as one, node(postgres_url) as other:
        with one.files.incoming() as incoming:
            incoming.write(CONTENT)
            incoming.finish()
            with one.files.hold(DIGEST):
                await one.in_thread(one.files.adopt, incoming, DIGEST)
                assert await delete_unnamed_files(other, [DIGEST]) == 0
                await one.write(name)
        assert await delete_unnamed_files(other, [DIGEST]) == 0
        assert await other.in_thread(read, other.files, DIGEST) == CONTENT


async def test_what_a_node_held_when_it_ended_goes_after_a_time(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with node(postgres_url) as one:
        await one.in_thread(bring_and_wait, one.files)
    async with node(postgres_url) as other:
        assert await delete_unnamed_files(other, [DIGEST]) == 0
        monkeypatch.setattr(file_store, "HELD_FOR_S", -1)
        await other.in_thread(bring_and_wait, other.files)
        with psycopg.connect(postgres_url) as connection:
            connection.execute("UPDATE hero_assistance.file_holds SET held_until = 0")
        assert await delete_unnamed_files(other, [DIGEST]) == 1


async def test_a_row_that_is_committed_while_the_file_is_about_to_go_is_seen(
    postgres_url: str, postgres_cluster: Cluster
) -> None:
    async with node(postgres_url) as one:
        await one.in_thread(bring, one.files, CONTENT)
        with psycopg.connect(postgres_url) as other:
            other.execute("SET search_path = hero_assistance, pg_catalog")
            other.execute(LOCK)
            other.execute(NAME, (DIGEST,))
            deleting = asyncio.create_task(delete_unnamed_files(one, [DIGEST]))
            await until_one_waits(postgres_cluster, postgres_url)
        assert await deleting == 0
        assert await one.in_thread(read, one.files, DIGEST) == CONTENT


async def test_a_file_that_comes_while_it_is_deleted_is_whole(postgres_url: str, postgres_cluster: Cluster) -> None:
    async with node(postgres_url) as one:
        await one.in_thread(bring, one.files, CONTENT)
        with psycopg.connect(postgres_url) as other:
            other.execute("DELETE FROM hero_assistance.stored_files")
            bringing = asyncio.create_task(one.in_thread(bring, one.files, CONTENT))
            await until_one_waits(postgres_cluster, postgres_url)
        await bringing
        assert await one.in_thread(read, one.files, DIGEST) == CONTENT


async def test_a_file_is_read_on_after_its_connection_was_cut(postgres_url: str, postgres_cluster: Cluster) -> None:
    content = bytes(600_000)
    async with node(postgres_url) as one:
        digest = await one.in_thread(bring, one.files, content)
        with await one.in_thread(one.files.open, digest) as file:
            found = await one.in_thread(file.read, 10)
            cut(postgres_cluster, postgres_url)
            assert found + await one.in_thread(file.read) == content


async def test_a_database_that_is_away_is_an_error_of_the_file(postgres_url: str, postgres_cluster: Cluster) -> None:
    async with node(postgres_url) as one:
        postgres_cluster.execute(f'ALTER DATABASE "{name_of(postgres_url)}" ALLOW_CONNECTIONS false')
        cut(postgres_cluster, postgres_url)
        with pytest.raises(OSError, match="it cannot be reached"):
            await one.in_thread(bring, one.files, CONTENT)
        postgres_cluster.execute(f'ALTER DATABASE "{name_of(postgres_url)}" ALLOW_CONNECTIONS true')
        await one.in_thread(bring, one.files, CONTENT)


def list_nothing(_digests: Sequence[str]) -> list[str]:
    return []


async def test_what_unnamed_keeps_stays(postgres_url: str) -> None:
    async with node(postgres_url) as one:
        await one.in_thread(bring, one.files, CONTENT)
        storage: FileStorage = one
        assert await storage.in_thread(storage.files.discard, [DIGEST], list_nothing) == 0
