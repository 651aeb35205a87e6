"""Exports whose rows hold what this release could not read: refused with a reason, and the folder stays empty."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.exports.errors import ImportRefused
from hero_assistance_server.exports.export import write_export
from hero_assistance_server.exports.import_ import read_export
from hero_assistance_server.storage.sql.transfer.row_values import check_values
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.capabilities import sqlite_only
from tests.server.backup_samples import SQLITE, fill_past, silent
from tests.server.desk import running
from tests.server.test_crafted_transfers import _save_rows
from tests.server.test_exports import elsewhere

pytestmark = sqlite_only("moves SQLite's file; postgres/test_transfer.py moves both")


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A root with an export of a desk with a macro, a view, colours, notifications and a draft."""

    async def run(paths: Paths) -> None:
        async with running(paths) as desk:
            await fill_past(desk)
            await desk.call("macro.save", "bob", name="Done", status="solved", add_tags=["vpn"])
            await desk.call("view.save", "bob", name="Open", filter="status:open")
            await desk.call("tag.set_colour", "alice", tag="vpn", colour="red")
            await desk.call("project.update", "alice", first_response_minutes={"urgent": 30}, holidays=["2026-12-25"])
            await desk.call("notification.configure", "bob", quiet_from="22:00", quiet_until="07:00")
            await desk.call("draft.save", "carol", ticket_id=1, body="b")
            await desk.call("user.update_me", "carol", language="fr")

    with tempfile.TemporaryDirectory(prefix="ha") as root:
        paths = Paths.from_environ({"PATH_ROOT": root, "HOME": root})
        asyncio.run(run(paths))
        write_export(SQLITE, paths.data, paths.root / "export", silent)
        yield paths.root


@pytest.fixture
def export(paths: Paths, template: Path) -> Path:
    """A copy of the export, to be changed."""
    shutil.copytree(template / "export", paths.root / "export")
    return paths.root / "export"


def setting(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "value": value}


# By table: what is set in its first row, and what the refusal says of it.
CRAFTED: list[tuple[str, dict[str, Any], str]] = [
    ("settings", setting("tag_colours", {"vpn": "octarine"}), "octarine"),
    ("settings", setting("tag_colours", ["vpn"]), "tag_colours"),
    ("settings", setting("first_response_minutes", {"soon": 30}), "soon"),
    ("settings", setting("open_hours", {"someday": ["09:00-17:00"]}), "someday"),
    ("settings", setting("open_hours", {"mon": ["9 to 5"]}), "9 to 5"),
    ("settings", setting("holidays", ["Easter"]), "Easter"),
    ("settings", setting("time_zone", "Middle/Earth"), "Middle/Earth"),
    ("settings", setting("language", "octarine"), "octarine"),
    ("settings", setting("name", None), "no value"),
    ("settings", setting("share_tags", "perhaps"), "perhaps"),
    ("settings", setting("backup_hours", -1), "-1"),
    ("macros", {"actions": {"status": "octarine"}}, "octarine"),
    ("macros", {"actions": "solve"}, "no object"),
    ("saved_views", {"filter": "status:octarine"}, "octarine"),
    ("notification_settings", {"settings": {"quiet_from": 5}}, "quiet_from"),
    ("notification_settings", {"settings": {"time_zone": "Middle/Earth"}}, "Middle/Earth"),
    ("users", {"role": "wizard"}, "role"),
    ("users", {"language": "<b>"}, "<b>"),
    ("users", {"time_zone": "Middle/Earth"}, "Middle/Earth"),
    ("tickets", {"status": "octarine"}, "status"),
    ("tickets", {"priority": "octarine"}, "priority"),
    ("tickets", {"tags": {"vpn": 1}}, "array"),
    ("tickets", {"collaborators": [5]}, "collaborators|5"),
    ("tickets", {"attachments": [["octarine"]]}, "octarine|0.0"),
    ("tickets", {"created_at": 10**18}, "no time"),
    ("messages", {"kind": "octarine"}, "kind"),
    ("messages", {"created_at": -1}, "no time"),
    ("messages", {"attachments": {"a": 1}}, "array"),
    ("status_changes", {"to_status": "octarine"}, "octarine"),
    ("audit", {"detail": ["octarine"]}, "octarine"),
    ("drafts", {"kind": "octarine"}, "kind"),
    ("drafts", {"attachments": ["octarine"]}, "octarine"),
]


@pytest.mark.parametrize(("table", "fields", "words"), CRAFTED)
def test_a_row_that_could_not_be_read_is_refused(
    paths: Paths, export: Path, table: str, fields: dict[str, Any], words: str
) -> None:
    rows = [json.loads(line) for line in (export / f"{table}.jsonl").read_text().splitlines()]
    if table == "settings":
        rows = [row for row in rows if row["name"] != fields["name"]] + [fields]
    else:
        rows[0] |= fields
    _save_rows(export, table, rows)
    other = elsewhere(paths)
    with pytest.raises(ImportRefused) as refused:
        read_export(SQLITE, export, other.data, silent)
    assert re.search(words, str(refused.value.hint))
    assert [path.name for path in other.data.iterdir()] == ["server.lock"]


@pytest.mark.anyio
async def test_what_a_desk_writes_is_imported(paths: Paths, export: Path) -> None:
    other = elsewhere(paths)
    read_export(SQLITE, export, other.data, silent)
    async with running(other) as desk:
        assert (await desk.call("project.get", "alice"))["tag_colours"] == {"vpn": "red"}
        assert [one["name"] for one in (await desk.call("macro.list", "bob"))["macros"]] == ["Done"]


def test_every_column_of_json_is_checked(export: Path, template: Path) -> None:
    """A column that is added is not forgotten here: whatever JSON it holds, a row of nonsense is refused."""
    connection = open_writer(Paths.from_environ({"PATH_ROOT": str(template), "HOME": str(template)}).data / DATABASE)
    found = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND instr(sql, 'json_valid(') ORDER BY name"
    ).fetchall()
    connection.close()
    exported = {path.stem for path in export.glob("*.jsonl")}
    for table, sql in ((str(table), str(sql)) for table, sql in found):
        for column in re.findall(r"json_valid\((\w+)\)", sql) if table in exported else ():
            row = {column: 5, "name": "tag_colours"}
            with pytest.raises(ValueError, match=table):
                check_values(table, row)
