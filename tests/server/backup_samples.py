"""A desk with a past for tests of backups, and what it is compared by."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.backups.about import About
from hero_assistance_server.backups.archive import write_backup
from hero_assistance_server.storage.sqlite.transfer.database_files import SqliteDatabaseFiles
from tests.server.desk import Desk

SQLITE = SqliteDatabaseFiles()

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONTENT = b"an attachment" * 10_000


def silent(_done: int, _total: int) -> None:
    """Nobody looks."""


def backed_up(paths: Paths, name: str = "b.tar") -> tuple[Path, About]:
    target = paths.root / name
    return target, write_backup(SQLITE, paths.data, target, NOW, silent)


async def fill_past(desk: Desk) -> None:
    await desk.upload("carol", "used", CONTENT)
    await desk.upload("carol", "unused", b"unused")
    await desk.call("ticket.create", "carol", title="t", body="b", attachments=[1])
    await desk.call("message.note", "bob", ticket_id=1, body="secret")


async def read_everything(desk: Desk) -> list[Any]:
    """What an agent sees, without the numbers of events."""
    listed = (await desk.call("ticket.list", "bob"))["tickets"]
    threads = [(await desk.call("message.list", "bob", ticket_id=one["ticket_id"]))["messages"] for one in listed]
    return [listed, threads, (await desk.call("audit.list", "alice"))["entries"]]
