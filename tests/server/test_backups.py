"""Backups: whole or not there, of one moment, checked; and put back in one step. Real files, processes and signals."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tarfile
from datetime import timedelta
from pathlib import Path

import apsw
import httpx2
import pytest

from hero_assistance_sdk.errors import HeroError, Unavailable
from hero_assistance_sdk.files.backup_files import FAILURE, NAME
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.backups.archive_reader import read_backup
from hero_assistance_server.backups.errors import BackupDamaged, BackupFailed, RestoreFailed
from hero_assistance_server.backups.restore import restore
from hero_assistance_server.backups.service import Backups
from hero_assistance_server.exports.service import Exports
from hero_assistance_server.jobs.maintenance import maintain
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.errors import DatabaseTooNew, DataInUse
from hero_assistance_server.storage.files import Files
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.store import DATABASE, open_store
from tests.server.backup_samples import CONTENT, NOW, SQLITE, backed_up, fill_past, read_everything, silent
from tests.server.desk import START_S, child, running, until
from tests.server.uploads import digest, kept


@pytest.mark.anyio
async def test_a_restored_desk_is_as_it_was(paths: Paths) -> None:
    """Made while the server runs; what happened afterwards is kept apart."""
    async with running(paths) as desk:
        await fill_past(desk)
        target, about = await asyncio.to_thread(backed_up, paths)
        before = await read_everything(desk)
        await desk.call("ticket.create", "carol", title="later", body="b")
    assert (about.attachments, about.rows["tickets"], about.rows["attachments"]) == (1, 1, 1)
    done = restore(SQLITE, target, paths.data, NOW, silent)
    assert kept(paths) == [digest(CONTENT)]
    async with running(paths) as desk:
        assert await read_everything(desk) == before
        assert (await desk.http().get("/attachments/1", headers=desk.headers("bob"))).content == CONTENT
        assert (await desk.call("ticket.create", "carol", title="t", body="b"))["ticket_id"] == 2
    assert done.previous == paths.data.with_name("hero_assistance.before-20261122T120000Z")
    assert apsw.Connection(str(done.previous / DATABASE)).execute("SELECT max(ticket_id) FROM tickets").get == 2


@pytest.mark.anyio
async def test_the_same_data_is_the_same_file(past: Paths) -> None:
    one, two = backed_up(past, "1.tar")[0], backed_up(past, "2.tar")[0]
    assert one.read_bytes() == two.read_bytes()
    with tarfile.open(one) as archive:
        assert archive.getnames() == [
            "backup.json",
            DATABASE,
            f"attachments/{digest(CONTENT)[:2]}/{digest(CONTENT)[2:]}",
        ]
    assert one.stat().st_mode & 0o777 == 0o600


@pytest.mark.anyio
async def test_damage_anywhere_is_found(past: Paths) -> None:
    """A byte that is another, wherever it stands: the check fails, or what would be restored is the same."""
    target, about = backed_up(past)
    whole, choice = target.read_bytes(), random.Random(3)  # noqa: S311
    with tarfile.open(target) as archive:
        members = archive.getmembers()
    places = [member.offset_data + choice.randrange(member.size) for member in members[1:] for _ in range(20)]
    for place in places:
        target.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BackupDamaged):
            read_backup(SQLITE, target)
    for place in (choice.randrange(len(whole)) for _ in range(40)):
        target.write_bytes(whole[:place] + bytes([whole[place] ^ 0x80]) + whole[place + 1 :])
        try:
            assert read_backup(SQLITE, target).database_sha256 == about.database_sha256
        except (BackupDamaged, DatabaseTooNew):
            continue
    for size in (0, 100, 600, members[1].offset_data + 10, members[2].offset_data, members[2].offset_data + 10):
        target.write_bytes(whole[:size])
        with pytest.raises(BackupDamaged):
            read_backup(SQLITE, target)


@pytest.mark.anyio
async def test_what_is_refused_changes_nothing(past: Paths) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in past.data.rglob("*") if path.is_file())
    target, _ = backed_up(past)
    newer = past.root / "newer.tar"
    known = str(len(migrations()))
    later = "9" * len(known)
    newer.write_bytes(target.read_bytes().replace(f'"version": {known}'.encode(), f'"version": {later}'.encode()))
    damaged = past.root / "damaged.tar"
    damaged.write_bytes(target.read_bytes()[:-20_000])
    refusals: list[tuple[Path, type[HeroError]]] = [
        (newer, DatabaseTooNew),
        (damaged, BackupDamaged),
        (Path(__file__), BackupDamaged),
        (past.root / "none.tar", RestoreFailed),
        (past.root, RestoreFailed),
    ]
    for file, error in refusals:
        with pytest.raises(error):
            restore(SQLITE, file, past.data, NOW, silent)
    async with running(past):
        with pytest.raises(DataInUse):
            restore(SQLITE, target, past.data, NOW, silent)
    after = {path for path in past.data.rglob("*") if path.is_file()}
    assert {path for path, _ in before} <= after
    assert [path.name for path in past.data.parent.iterdir()] == [past.data.name]


@pytest.mark.anyio
async def test_a_backup_of_the_version_before_is_brought_up_to_date(paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    connection = open_writer(paths.data / DATABASE)
    migrate(connection, migrations()[:2])
    connection.execute("INSERT INTO users VALUES ('carol', 'Carol', 'customer', 0)")
    connection.close()
    target, about = backed_up(paths)
    assert (about.version, about.attachments) == (2, 0)
    restore(SQLITE, target, paths.data, NOW, silent)
    async with running(paths) as desk:
        assert (await desk.call("user.me", "carol"))["name"] == "Carol"
        assert (await desk.upload("carol", "a"))["attachment_id"] == 1


def test_where_nothing_is_there_is_nothing_to_back_up(paths: Paths) -> None:
    with pytest.raises(BackupFailed, match="no database"):
        backed_up(paths)


@pytest.mark.anyio
async def test_a_damaged_attachment_is_said_and_the_good_backup_stays(past: Paths) -> None:
    target, _ = backed_up(past)
    good = target.read_bytes()
    path = Files(past.data / "attachments").path(digest(CONTENT))
    path.write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(BackupFailed, match="did not stand its check"):
        backed_up(past)
    path.unlink()
    with pytest.raises(BackupFailed):
        backed_up(past)
    assert target.read_bytes() == good
    assert sorted(path.name for path in past.root.glob("*b.tar*")) == ["b.tar"]


@pytest.mark.anyio
async def test_one_a_day_and_seven_are_kept(past: Paths) -> None:
    async with open_store(past.data, clock=lambda: NOW, publish=lambda _: None) as store:
        backups = Backups(store, past.backups)
        assert await backups.due_in(NOW) == timedelta()
        for day in range(9):
            await backups.make(NOW + timedelta(days=day))
        last = NOW + timedelta(days=8)
        assert await backups.due_in(last + timedelta(hours=23)) == timedelta(hours=1)
        names = sorted(path.name for path in past.backups.iterdir())
        assert len(names) == 7
        assert all(NAME.fullmatch(name) for name in names)
        assert backups.newest() is not None
        assert names[-1] == "hero_assistance-20261130T120000Z.tar"
        await store.write(lambda work: work.project.save_changes(ProjectSettings(), ProjectSettings(backups_kept=2)))
        await store.write(lambda work: work.project.save_changes(ProjectSettings(), ProjectSettings(backup_hours=0)))
        await backups.make(last + timedelta(days=1))
        assert len(list(past.backups.iterdir())) == 2
        assert await backups.due_in(last + timedelta(days=100)) is None


@pytest.mark.anyio
async def test_a_failed_one_is_noted_until_one_succeeds(past: Paths) -> None:
    path = Files(past.data / "attachments").path(digest(CONTENT))
    async with open_store(past.data, clock=lambda: NOW, publish=lambda _: None) as store:
        backups = Backups(store, past.backups)
        await backups.make(NOW)
        path.write_bytes(b"damaged")
        with pytest.raises(BackupFailed):
            await backups.make(NOW + timedelta(days=1))
        assert json.loads((past.backups / FAILURE).read_text())["at"] == "2026-11-23T12:00:00+00:00"
        assert "did not stand its check" in (backups.failure() or "")
        newest = backups.newest()
        assert newest is not None
        assert newest.made_at == NOW
        path.write_bytes(CONTENT)
        await backups.make(NOW + timedelta(days=2))
        assert backups.failure() is None


@pytest.mark.anyio
async def test_a_server_makes_one_by_itself_and_ends_in_the_middle_of_one(past: Paths) -> None:
    soon = timedelta(milliseconds=1)
    async with open_store(past.data, clock=lambda: NOW, publish=lambda _: None) as store:
        backups = Backups(store, past.backups)
        exports = Exports(store, past.exports)
        async with maintain(store, backups, exports, backup_after=soon, backup_look=soon):
            await until(lambda: backups.newest() is not None)
        later = timedelta(hours=1)
        async with maintain(store, backups, exports, backup_after=later, backup_look=later):
            backups.begin()
            await until(lambda: backups.progress is not None)
            with pytest.raises(Unavailable):
                await backups.make(NOW)
        assert not backups.is_running
    assert [path.name for path in past.backups.iterdir() if not NAME.fullmatch(path.name)] == []


@pytest.mark.anyio
async def test_an_admin_of_this_machine_asks_for_one(paths: Paths) -> None:
    async with running(paths, tcp="127.0.0.1:0") as desk:
        address = (await desk.call("system.health"))["tcp"]
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:
            request = {"jsonrpc": "2.0", "id": 1, "method": "system.backup"}
            refused = (await http.post("/rpc", json=request, headers=desk.headers("alice"))).json()
            assert refused["error"]["data"]["reason"] == "forbidden"
        assert (await desk.call("system.backup", "alice"))["running"]
        async with asyncio.timeout(START_S):
            while (state := await desk.call("system.backup", "alice", make=False))["running"]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert (state["failure"], read_backup(SQLITE, paths.backups / state["last"]).rows["users"]) == (None, 4)


def test_the_command_line(hero_env: dict[str, str], paths: Paths) -> None:
    """`hero_assistance backup` and `restore`, with a running server and without."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hero_assistance", *arguments]
        return subprocess.run(
            command, env=hero_env, cwd=paths.root, capture_output=True, text=True, timeout=START_S, check=False
        )

    assert run("backup", "b.tar").returncode == 1
    with child(hero_env, paths) as server:
        with server.client("carol") as client:
            client.call("ticket.create", title="t", body="b")
        made = json.loads(run("backup", "b.tar", "--json").stdout)
        assert (made["tickets"], made["users"], made["file"]) == (1, 4, str(paths.root / "b.tar"))
        refused = run("restore", "b.tar")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert f"process {server.process.pid} already serves" in refused.stderr
    done = run("restore", "b.tar")
    assert (done.returncode, "restored b.tar" in done.stdout) == (0, True)
    assert run("restore", "none.tar").returncode == 1
    assert run("backup", ".").returncode == 0
    assert len([path for path in paths.root.iterdir() if NAME.fullmatch(path.name)]) == 1


FOREIGN = ("hero_assistance-99999999T999999Z.tar", "hero_assistance-20261122T120000Z.tar.old", "notes.txt")


@pytest.mark.anyio
async def test_what_others_put_among_the_backups_is_no_backup(past: Paths) -> None:
    """It is neither taken for one, nor deleted with the oldest, nor in the way."""
    past.backups.mkdir(parents=True)
    for name in FOREIGN:
        (past.backups / name).write_text("mine")
    (past.backups / "hero_assistance-20300101T000000Z.tar").mkdir()
    (past.backups / "hero_assistance-20310101T000000Z.tar").symlink_to(past.root / "unmounted")
    async with open_store(past.data, clock=lambda: NOW, publish=lambda _: None) as store:
        backups = Backups(store, past.backups)
        assert (backups.newest(), await backups.due_in(NOW)) == (None, timedelta())
        await store.write(lambda work: work.project.save_changes(ProjectSettings(), ProjectSettings(backups_kept=1)))
        for day in range(2):
            await backups.make(NOW + timedelta(days=day))
        newest = backups.newest()
    assert newest is not None
    assert newest.name == "hero_assistance-20261123T120000Z.tar"
    assert len(list(past.backups.iterdir())) == len(FOREIGN) + 3


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"at": 1}', b"\xff"])
@pytest.mark.anyio
async def test_half_a_note_of_a_failure_hides_nothing(past: Paths, content: bytes) -> None:
    past.backups.mkdir(parents=True)
    (past.backups / FAILURE).write_bytes(content)
    async with open_store(past.data, clock=lambda: NOW, publish=lambda _: None) as store:
        assert "cannot be read" in str(Backups(store, past.backups).failure())
