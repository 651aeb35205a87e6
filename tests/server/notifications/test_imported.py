"""An imported desk tells nobody of what is over, and sends nothing that the one before may have sent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from hero_assistance_server.exports.errors import ImportRefused
from hero_assistance_server.exports.export import write_export
from hero_assistance_server.exports.import_ import read_export
from hero_assistance_server.notifications.model import NotificationSettings
from hero_assistance_server.storage.sqlite.store import DATABASE
from hero_assistance_server.storage.sqlite.transfer.database_files import SqliteDatabaseFiles
from tests.capabilities import sqlite_only
from tests.server.notifications.letter_desk import BOB, CAROL, letter_desk

pytestmark = [
    pytest.mark.anyio,
    sqlite_only("moves SQLite's file; postgres/test_transfer.py moves both"),
]

SQLITE = SqliteDatabaseFiles()


async def test_only_what_happens_after_the_import_is_told(hero_root: Path) -> None:
    first, second, export = hero_root / "one", hero_root / "two", hero_root / "export"
    async with letter_desk(first) as desk:
        ticket_id = await desk.file()
        await desk.reply(ticket_id, BOB, "told before")
        assert len(await desk.letters()) == 1
        await desk.reply(ticket_id, BOB, "not told yet")
        muted = await desk.file()
        await desk.write(lambda work: work.notifications.mute(CAROL.user_id, muted, muted=True))
    write_export(SQLITE, first, export, lambda _done, _total: None)
    read_export(SQLITE, export, second, lambda _done, _total: None)
    async with letter_desk(second) as desk:
        assert await desk.letters(timedelta(hours=1)) == []
        await desk.reply(muted, BOB, "of a muted ticket")
        await desk.reply(ticket_id, BOB, "told after")
        (letter,) = await desk.letters()
        assert "> told after" in letter.text
        assert "told before" not in letter.text


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET time_zone = 'No/Where' WHERE user_id = 'bob'",
        "UPDATE notification_settings SET settings = json_set(settings, '$.time_zone', 'No/Where')",
        "INSERT INTO settings VALUES ('time_zone', '\"No/Where\"')",
    ],
)
async def test_an_import_refuses_a_time_zone_that_there_is_not(hero_root: Path, statement: str) -> None:
    first, second, export = hero_root / "one", hero_root / "two", hero_root / "export"
    async with letter_desk(first) as desk:
        await desk.configure(BOB, NotificationSettings())
    connection = apsw.Connection(str(first / DATABASE))
    connection.execute(statement)
    assert connection.changes() == 1
    connection.close()
    write_export(SQLITE, first, export, lambda _done, _total: None)
    with pytest.raises(ImportRefused) as refused:
        read_export(SQLITE, export, second, lambda _done, _total: None)
    assert "there is no time zone No/Where" in str(refused.value.hint)
