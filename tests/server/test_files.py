"""Attachments on the disk: what is swept, what a crash leaves, how much memory and room they take."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.files import Files
from hero_assistance_server.storage.garbage_collection import UNUSED_FOR, delete_orphaned_files, delete_unused_uploads
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.capabilities import PROC, require, sqlite_only
from tests.server.databases import execute, open_store
from tests.server.desk import Desk, child, on_small_disk, running, until
from tests.server.store_fixtures import CAROL
from tests.server.uploads import digest, get, kept, post, reason, slowly

pytestmark = pytest.mark.anyio


async def test_what_nothing_uses_is_swept_after_a_day(paths: Paths) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    async with running(paths) as desk:
        for name in ("unused", "used", "young", "drafted"):
            await desk.upload("carol", name, name.encode())
        await desk.call("ticket.create", "carol", title="t", body="b", attachments=[2])
        await desk.call("draft.save", "carol", ticket_id=1, body="see", attachments=[4])
    async with open_store(paths.data, clock=lambda: now, publish=lambda _: None) as store:
        old = "UPDATE attachments SET uploaded_at = ? WHERE name <> 'young'"
        before = int((now - UNUSED_FOR - timedelta(seconds=1)).timestamp() * 1000)
        young = "UPDATE attachments SET uploaded_at = ? WHERE name = 'young'"
        execute(paths.data, old, before)
        execute(paths.data, young, before + 5000)
        assert await delete_unused_uploads(store) == 1
        assert kept(paths) == sorted([digest(b"used"), digest(b"young"), digest(b"drafted")])
        assert await delete_unused_uploads(store) == 0
        execute(paths.data, "DELETE FROM drafts")
        assert await delete_unused_uploads(store) == 1


@sqlite_only("puts files into the folder of attachments")
async def test_a_start_removes_what_a_crash_left(paths: Paths) -> None:
    async with running(paths) as desk:
        await desk.upload("carol", "a", b"content")
    folder = paths.data / "attachments"
    Files(folder).path("ab" * 32).parent.mkdir(exist_ok=True)
    Files(folder).path("ab" * 32).write_bytes(b"renamed, and no row written")
    (folder / ".incoming" / "half").write_bytes(b"half")
    async with running(paths):
        await until(lambda: kept(paths) == [digest(b"content")])


async def test_a_file_is_not_swept_while_its_row_is_written(paths: Paths) -> None:
    """Between the rename and the commit nothing names it."""
    async with open_store(paths.data, clock=lambda: datetime.now(UTC), publish=lambda _: None) as store:
        await store.write(lambda work: work.users.save(CAROL, work.now))
        files = store.files
        with files.incoming() as incoming:
            incoming.write(b"content")
            name = incoming.finish()
            with files.hold(name):
                files.adopt(incoming, name)
                assert await delete_orphaned_files(store) == 0
                assert name in kept(paths)
        assert await delete_orphaned_files(store) == 1
        assert await store.read(lambda snapshot: snapshot.attachments.list_unnamed_files([name])) == [name]


def _memory_kib(pid: int) -> int:
    require(PROC)
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


async def test_large_files_take_little_memory(hero_env: dict[str, str], paths: Paths) -> None:
    """Eight of 10 MiB come in at once and go out at once to readers that take their time."""
    with child(hero_env, paths) as server:
        desk = Desk(paths)
        await desk.upload("carol", "warm", bytes(100_000))
        before = _memory_kib(server.process.pid)
        size = ProjectSettings().attachment_bytes - 65_536
        answers = await asyncio.gather(*(post(desk, slowly(size)) for _ in range(8)))
        assert [answer.status_code for answer in answers] == [201] * 8
        readers = [await asyncio.open_unix_connection(str(paths.socket("rpc"))) for _ in range(8)]
        for number, (reader, writer) in enumerate(readers):
            writer.write(f"GET /attachments/{number + 2} HTTP/1.1\r\nhost: d\r\nx-dev-user: carol\r\n\r\n".encode())
            assert b" 200 " in await reader.readline()
        for reader, writer in readers:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            assert len(await reader.readexactly(length)) == length == size // 65_536 * 65_536 + 65_536
            writer.close()
        # Each connection's own buffers and thread stacks; the files are 80 MiB.
        assert _memory_kib(server.process.pid) - before < 16_384
        await desk.aclose()


@sqlite_only("has a small disk for the folder of attachments")
async def test_a_full_disk_refuses_clearly_and_the_next_file_fits(hero_env: dict[str, str], paths: Paths) -> None:
    """The attachments are on a real file system of 3 MiB."""
    small = on_small_disk(paths.data / "attachments", "3m")
    with child(hero_env, paths, around=small) as server:
        desk = Desk(paths)
        for content in (bytes(4 * 1024 * 1024), slowly(4 * 1024 * 1024)):
            refused = await post(desk, content)
            assert (refused.status_code, reason(refused)) == (503, "disk-full")
        assert (await post(desk, bytes(1024 * 1024))).status_code == 201
        assert len((await get(desk, "carol", 1)).content) == 1024 * 1024
        assert (await desk.call("system.health"))["status"] == "ok"
        assert "Traceback" not in server.log.read_text()
        await desk.aclose()


async def test_a_disk_that_fails_unforeseen_refuses_clearly(hero_env: dict[str, str], paths: Paths) -> None:
    """A limit on the size of files fails a write that the free space does not tell of."""
    with child(hero_env, paths, around=["prlimit", f"--fsize={2 * 1024 * 1024}", "--"]) as server:
        desk = Desk(paths)
        refused = await post(desk, bytes(3 * 1024 * 1024))
        assert (refused.status_code, reason(refused)) == (503, "store-unavailable")
        assert "File too large" in refused.json()["error"]["data"]["hint"]
        assert kept(paths) == []
        assert (await post(desk, bytes(1024 * 1024))).status_code == 201
        assert "Traceback" not in server.log.read_text()
        await desk.aclose()


@sqlite_only("migrates a file of an earlier release")
async def test_what_was_written_before_there_were_attachments_has_none(paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    connection = open_writer(paths.data / DATABASE)
    migrate(connection, migrations()[:2])
    connection.execute(
        """INSERT INTO users VALUES ('carol', 'Carol', 'customer', 0);
        INSERT INTO tickets (ticket_id, title, body, status, priority, tags, customer, created_at, updated_at,
            public_updated_at, reply_count, note_count)
            VALUES (1, 't', 'b', 'new', 'normal', '[]', 'carol', 1, 1, 1, 1, 0);
        INSERT INTO tallies VALUES ('all', 'new', 1), ('unassigned', 'new', 1);
        INSERT INTO messages (ticket_id, kind, author, body, created_at) VALUES (1, 'reply', 'carol', 'old', 2)"""
    )
    connection.close()
    async with running(paths) as desk:
        assert (await desk.call("ticket.get", "bob", ticket_id=1))["attachments"] == []
        (old,) = (await desk.call("message.list", "carol", ticket_id=1))["messages"]
        assert (old["body"], old["attachments"]) == ("old", [])
        await desk.upload("carol", "a")
        new = await desk.call("message.reply", "carol", ticket_id=1, body="new", attachments=[1])
        assert [one["name"] for one in new["attachments"]] == ["a"]
