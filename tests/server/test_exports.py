"""A project leaves as JSON Lines and files, and comes back the same."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import apsw
import httpx2
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.exports.errors import ExportFailed, ImportRefused
from hero_assistance_server.exports.export import ABOUT, write_export
from hero_assistance_server.exports.import_ import read_export
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.storage.errors import DatabaseTooNew, DataInUse
from hero_assistance_server.storage.sql.transfer.exported_tables import DERIVED
from hero_assistance_server.storage.sqlite.database.migrate import migrations
from hero_assistance_server.storage.sqlite.store import DATABASE
from hero_assistance_server.storage.sqlite.transfer.database_files import SqliteDatabaseFiles
from hero_assistance_server.users.directory import DEMO_USERS
from tests.capabilities import sqlite_only
from tests.server.backup_samples import CONTENT, fill_past, read_everything, silent
from tests.server.desk import OPERATOR, START_S, Desk, child, running, seed_team
from tests.server.store_fixtures import opened_sqlite
from tests.server.uploads import digest

SQLITE = SqliteDatabaseFiles()

pytestmark = [
    pytest.mark.anyio,
    sqlite_only("moves SQLite's file; postgres/test_transfer.py moves both"),
]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def elsewhere(paths: Paths) -> Paths:
    return Paths(paths.root / "other", paths.root / "o" / "s", paths.root / "other" / "var")


async def _talk(desk: Desk) -> None:
    """Something of everything, with texts that are hard to write."""
    await fill_past(desk)
    await desk.call(
        "ticket.create", "dave", title='a "quoted" \\ title 💣', body="line\nline\r\n\u2028", tags=["ü", "b,c"]
    )
    await desk.call("ticket.invite", "bob", ticket_id=2, user_id="carol")
    await desk.call("ticket.update", "bob", ticket_id=2, assignee="alice", status="open", priority="urgent")
    await desk.call("ticket.split", "bob", ticket_id=1, message_ids=[1], title="part")
    await desk.call("message.reply", "bob", ticket_id=2, body="answer")


async def test_an_imported_project_is_the_same(paths: Paths) -> None:
    """Exported while it runs; exported again byte for byte; and it goes on from where it was."""
    other, first, second = elsewhere(paths), paths.root / "one", paths.root / "two"
    async with running(paths) as desk:
        await _talk(desk)
        exported = write_export(SQLITE, paths.data, first, silent)
        before = await read_everything(desk)
    assert (exported.rows["tickets"], exported.rows["messages"], exported.files) == (3, 2, 1)
    assert read_export(SQLITE, first, other.data, silent) == exported
    write_export(SQLITE, other.data, second, silent)
    assert contents(first) == contents(second)
    assert _derived(other) == _derived(paths)
    assert _stored_bytes(other) == {"user:carol": len(CONTENT), "project": len(CONTENT)}
    assert f"attachments/{digest(CONTENT)[:2]}/{digest(CONTENT)[2:]}" in contents(first)
    async with running(other, seed=False) as desk:
        assert await read_everything(desk) == before
        assert (await desk.call("ticket.list", "carol"))["tickets"] != []
        assert (await desk.http().get("/attachments/1", headers=desk.headers("bob"))).content == CONTENT
        assert (await desk.call("ticket.create", "carol", title="t", body="b"))["ticket_id"] == 4
    assert [path.name for path in other.data.parent.iterdir()] == [other.data.name]


def _stored_bytes(paths: Paths) -> dict[str, int]:
    """What the files take; those that were never sent are not exported."""
    connection = apsw.Connection(str(paths.data / DATABASE))
    return dict(connection.execute("SELECT scope, bytes FROM stored_bytes"))


def _derived(paths: Paths) -> list[Any]:
    """Where tickets are listed and counted, which an export does not hold."""
    connection = apsw.Connection(str(paths.data / DATABASE))
    counted = connection.execute("SELECT scope, status, count FROM tallies WHERE count > 0 ORDER BY scope, status")
    return [*counted, *connection.execute("SELECT * FROM places ORDER BY user_id, at, ticket_id")]


async def test_a_line_is_an_object(paths: Paths) -> None:
    async with running(paths) as desk:
        await _talk(desk)
    write_export(SQLITE, paths.data, paths.root / "one", silent)
    rows = [json.loads(line) for line in (paths.root / "one" / "tickets.jsonl").read_text().split("\n") if line]
    assert [(row["ticket_id"], row["tags"]) for row in rows] == [(1, []), (2, ["ü", "b,c"]), (3, [])]
    about = json.loads((paths.root / "one" / "project.json").read_text())
    database = apsw.Connection(str(paths.data / DATABASE))
    names = {name for (name,) in database.execute("SELECT name FROM pragma_table_list WHERE type = 'table'")}
    kept = {name for name in names if not name.startswith("sqlite_")}
    assert set(about["tables"]) == kept - DERIVED


async def test_what_is_not_whole_is_refused_and_nothing_changes(paths: Paths) -> None:
    other, export = elsewhere(paths), paths.root / "one"
    async with running(paths) as desk:
        await _talk(desk)
        with pytest.raises(DataInUse):
            read_export(SQLITE, export, paths.data, silent)
    write_export(SQLITE, paths.data, export, silent)
    with pytest.raises(ExportFailed, match="there already"):
        write_export(SQLITE, paths.data, export, silent)
    with pytest.raises(ExportFailed, match="no database"):
        write_export(SQLITE, other.data, paths.root / "two", silent)
    with pytest.raises(ImportRefused, match="a project"):
        read_export(SQLITE, export, paths.data, silent)
    whole = contents(export)
    changes = {
        "tickets.jsonl": [
            b"",
            b"{}\n",
            whole["tickets.jsonl"] + b"\n",
            whole["tickets.jsonl"].replace(b"dave", b"erin"),
        ],
        "users.jsonl": [b"", whole["users.jsonl"].replace(b'"role"', b'"roll"')],
        "project.json": [b"{", b"[]", whole["project.json"].replace(b'"format": 1', b'"format": 2')],
        f"attachments/{digest(CONTENT)[:2]}/{digest(CONTENT)[2:]}": [CONTENT[1:]],
    }
    for name, damaged in changes.items():
        for content in damaged:
            (export / name).write_bytes(content)
            with pytest.raises(ImportRefused):
                read_export(SQLITE, export, other.data, silent)
        (export / name).write_bytes(whole[name])
    (export / "project.json").write_bytes(whole["project.json"].replace(b'"version": ', b'"version": 9'))
    with pytest.raises(DatabaseTooNew):
        read_export(SQLITE, export, other.data, silent)
    assert [path.name for path in other.data.parent.iterdir()] == [other.data.name]
    assert [path.name for path in other.data.iterdir()] == ["server.lock"]


def test_columns_of_an_earlier_version_are_read_under_their_new_names(paths: Paths) -> None:
    """What was the last note of a ticket is now its last message."""
    ticket = {
        **dict.fromkeys(("title", "body"), "t"),
        "status": "open",
        "priority": "low",
        "tags": [],
        "customer": "bob",
        **dict.fromkeys(("created_at", "updated_at", "public_updated_at", "reply_count", "note_count"), 1),
    }
    paths.data.mkdir(parents=True)
    with SQLITE.create(paths.data / DATABASE) as writer:
        writer.insert("users", b'{"user_id": "bob", "name": "Bob", "role": "agent", "created_at": 1}')
        for number, last_reply, last_note in ((1, 2, 1), (2, 3, 4)):
            ends = {"ticket_id": number, "last_reply_id": last_reply, "last_note_id": last_note}
            writer.insert("tickets", json.dumps(ticket | ends).encode())
        writer.insert("canned_replies", b'{"reply_id": 7, "name": "n", "body": "b", "owner": null, "updated_at": 1}')
        writer.complete(12)
    connection = apsw.Connection(str(paths.data / DATABASE))
    assert [*connection.execute("SELECT last_reply_id, last_message_id FROM tickets")] == [(2, 2), (3, 4)]
    assert connection.execute("SELECT canned_reply_id FROM canned_replies").get == 7
    connection.close()


def test_the_command_line(hero_env: dict[str, str], paths: Paths) -> None:
    def run(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hero_assistance", *arguments]
        return subprocess.run(
            command, env=env, cwd=paths.root, capture_output=True, text=True, timeout=START_S, check=False
        )

    other = {**hero_env, "PATH_ROOT": str(paths.root / "other")}
    with child(hero_env, paths) as server:
        with server.client("carol") as client:
            client.call("ticket.create", title="t", body="b")
        made = json.loads(run(hero_env, "export", "one", "--json").stdout)
        assert (made["rows"]["tickets"], made["files"]) == (1, 0)
        assert run(hero_env, "import", "one").returncode == 1
    done = run(other, "import", "one")
    assert (done.returncode, "1 tickets" in done.stdout) == (0, True), done.stderr
    refused = run(other, "import", "one")
    assert (refused.returncode, "a project" in refused.stderr) == (1, True)


async def test_an_admin_of_this_machine_asks_for_one(paths: Paths) -> None:
    """It is whole when it is named, a second one takes its place, and what was cut off before is gone."""
    (paths.exports / ".project-cut-off").mkdir(parents=True)
    async with running(paths, tcp="127.0.0.1:0") as desk:
        await _talk(desk)
        address = (await desk.call("system.health"))["tcp"]
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:
            for method in ("export.create", "export.get"):
                request = {"jsonrpc": "2.0", "id": 1, "method": method}
                refused = (await http.post("/rpc", json=request, headers=desk.headers("alice"))).json()
                assert refused["error"]["data"]["reason"] == "forbidden"
        first = await _exported(desk)
        assert first["failure"] is None
        assert [str(path) for path in paths.exports.iterdir()] == [first["folder"]]
        second = await _exported(desk, after=first["made_at"])
        assert [str(path) for path in paths.exports.iterdir()] == [second["folder"]]
        shutil.rmtree(paths.data / "attachments")
        failed = await _exported(desk, after=second["made_at"])
        assert "cannot be written" in failed["failure"]
        assert failed["folder"] == second["folder"]
    assert read_export(SQLITE, Path(second["folder"]), elsewhere(paths).data, silent).rows["tickets"] == 3


async def _exported(desk: Desk, after: int = 0) -> dict[str, Any]:
    """What `export.get` says when it is done; a folder is named by the second, and the next one is another."""
    while time.time() * 1000 < after + 1000:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    assert (await desk.call("export.create", "alice"))["running"]
    async with asyncio.timeout(START_S):
        while (state := await desk.call("export.get", "alice"))["running"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return dict(state)


async def test_an_export_of_before_logins_brings_the_names_that_were_ids(paths: Paths) -> None:
    other, export = elsewhere(paths), paths.root / "one"
    async with running(paths, mode=AuthMode.HERO) as desk:
        await desk.call("ticket.create", "carol", title="t", body="b")
        for user in ("alice", "bob", "carol", "dave"):
            await desk.call("user.update", OPERATOR, user_id=user, email=f"{user}@example.org")
    write_export(SQLITE, paths.data, export, silent)
    about = json.loads((export / ABOUT).read_bytes())
    about["version"] = next(one.number for one in migrations() if one.title == "logins") - 1
    del about["tables"]["logins"]
    (export / ABOUT).write_text(json.dumps(about))
    (export / "logins.jsonl").unlink()
    read_export(SQLITE, export, other.data, silent)
    async with running(other, mode=AuthMode.HERO, seed=False) as desk:
        assert (await desk.call("user.me", "Alice"))["role"] == "admin"
        assert len((await desk.call("user.logins", "alice"))["logins"]) == 4


async def test_demo_users_of_an_earlier_release_are_demo_users_still(paths: Paths) -> None:
    """But not who has an address, or was enrolled, under the name of one."""
    other, export = elsewhere(paths), paths.root / "one"
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        await desk.call("user.enrol", OPERATOR, name="Dave", email="dave@example.org")
        await desk.call("user.me", "Carol")
    await seed_team(paths, DEMO_USERS[:2])
    write_export(SQLITE, paths.data, export, silent)
    about = json.loads((export / ABOUT).read_bytes())
    about["version"] = next(one.number for one in migrations() if one.title == "identity") - 1
    (export / ABOUT).write_text(json.dumps(about))
    read_export(SQLITE, export, other.data, silent)
    async with opened_sqlite(other.data) as store:
        found = await store.read(lambda snapshot: snapshot.users.list_demo())
    assert [user.user_id for user in found] == ["alice", "bob"]


async def test_what_others_put_among_the_exports_is_no_export(paths: Paths) -> None:
    mine = paths.root / "mine"
    mine.mkdir()
    (paths.exports / "project-of-mine").mkdir(parents=True)
    (paths.exports / "project-20300101T000000Z").symlink_to(mine)
    async with running(paths) as desk:
        assert (await desk.call("export.get", "alice"))["folder"] is None
        made = await _exported(desk)
        assert made["failure"] is None
        assert len(list(paths.exports.iterdir())) == 3
    assert mine.is_dir()
