"""Backups: whole or not there, of one moment, checked; and put back in one step. Real files, processes and signals."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tarfile
from contextlib import AsyncExitStack, aclosing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import httpx2
import pytest

from hero_assistance_sdk.errors import HeroError, TooOften, Unavailable
from hero_assistance_sdk.files.backup_files import FAILURE, NAME, list_backups
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.wire import Reset
from hero_assistance_server.backups import service
from hero_assistance_server.backups.archive_reader import read_backup
from hero_assistance_server.backups.errors import BackupDamaged, BackupFailed, RestoreFailed
from hero_assistance_server.backups.restore import restore
from hero_assistance_server.backups.service import Backups
from hero_assistance_server.exports.service import Exports
from hero_assistance_server.jobs.maintenance import maintain
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.errors import DatabaseTooNew, DataInUse, StoreUnavailable
from hero_assistance_server.storage.files import Files
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.store import DATABASE, open_store
from tests.capabilities import sqlite_only
from tests.server.backup_samples import CONTENT, NOW, SQLITE, backed_up, fill_past, read_everything, silent
from tests.server.desk import OPERATOR, START_S, Desk, child, running, until
from tests.server.uploads import digest, kept

pytestmark = sqlite_only("is about backups of SQLite; PostgreSQL has its own")


@pytest.mark.anyio
async def test_a_client_that_has_seen_what_is_lost_gets_a_reset(paths: Paths) -> None:
    """Also once there are as many events again; one that had seen less goes on."""
    async with running(paths) as desk:
        await fill_past(desk)
        target, _ = await asyncio.to_thread(backed_up, paths)
        known = (await desk.call("event.list", "bob", since=0))["seq"]
        await desk.call("ticket.create", "carol", title="lost", body="b")
        ahead = (await desk.call("event.list", "bob", since=0))["seq"]
    restore(SQLITE, target, paths.data, NOW, silent)
    async with running(paths) as desk:
        assert (await desk.call("event.list", "bob", since=ahead))["reset"]
        for _ in range(3):
            await desk.call("ticket.create", "carol", title="new", body="b")
        told = await desk.call("event.list", "bob", since=ahead)
        assert (told["reset"], told["events"]) == (True, [])
        told = await desk.call("event.list", "bob", since=known)
        assert [event["ticket"]["title"] for event in told["events"]] == ["new"] * 3
        async with aclosing(desk.subscribe("bob", since=ahead)) as stream:
            assert isinstance(await anext(stream), Reset)
        # What is erased is looked for among the events that there are, not in all numbers that were left out.
        await desk.call("ticket.delete", "alice", ticket_id=1)


@pytest.mark.anyio
async def test_the_numbers_of_what_is_lost_are_given_to_no_others(paths: Paths) -> None:
    """Old links and answers to old letters name it; also when the same backup is restored twice."""

    async def file_ticket() -> tuple[int, int]:
        async with running(paths) as desk:
            ticket_id = (await desk.call("ticket.create", "carol", title="t", body="b"))["ticket_id"]
            reply = await desk.call("message.reply", "carol", ticket_id=ticket_id, body="r")
        return ticket_id, reply["message_id"]

    await file_ticket()
    target, _ = await asyncio.to_thread(backed_up, paths)
    given = [await file_ticket()]
    for _ in range(2):
        restore(SQLITE, target, paths.data, NOW, silent)
        given.append(await file_ticket())
    # Those of before are not known any more.
    for damage in (lambda path: path.write_bytes(b"damaged"), Path.unlink):
        damage(paths.data / DATABASE)
        restore(SQLITE, target, paths.data, NOW, silent)
    given.append(await file_ticket())
    assert [ticket_id for ticket_id, _ in given] == [2, 2001, 4001, 2001]
    messages = [message_id for _, message_id in given]
    assert messages[0] < messages[1] < messages[2]
    assert messages[3] > messages[0] + 1000


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
        assert (await desk.call("ticket.create", "carol", title="t", body="b"))["ticket_id"] == 2001
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
        assert await backups.find_due_in(NOW) == timedelta()
        for day in range(9):
            await backups.make(NOW + timedelta(days=day))
        last = NOW + timedelta(days=8)
        assert await backups.find_due_in(last + timedelta(hours=23)) == timedelta(hours=1)
        names = sorted(path.name for path in past.backups.iterdir())
        assert len(names) == 7
        assert all(NAME.fullmatch(name) for name in names)
        assert backups.newest() is not None
        assert names[-1] == "hero_assistance-20261130T120000Z.tar"
        await store.write(lambda work: work.project.save_changes(ProjectSettings(), ProjectSettings(backups_kept=2)))
        await store.write(lambda work: work.project.save_changes(ProjectSettings(), ProjectSettings(backup_hours=0)))
        await backups.make(last + timedelta(days=1))
        assert len(list(past.backups.iterdir())) == 2
        assert await backups.find_due_in(last + timedelta(days=100)) is None


@pytest.mark.anyio
async def test_many_of_one_day_do_not_push_out_those_of_the_days_before(past: Paths) -> None:
    """An hour apart, as from afar: after a night of them the copies of the week before are still there."""
    async with open_store(past.data, clock=lambda: NOW, publish=lambda _: None) as store:
        backups = Backups(store, past.backups)
        days = [NOW + timedelta(days=day) for day in range(7)]
        for at in [*days, *(days[-1] + timedelta(hours=hour) for hour in range(1, 9))]:
            await backups.make(at)
        kept = [one.made_at for one in reversed(backups.list_kept())]
    assert kept == [*days, *(days[-1] + timedelta(hours=hour) for hour in range(2, 9))]


def names(*stamps: str) -> list[Path]:
    """Backups of November, by day and hour."""
    return [Path(f"hero_assistance-202611{stamp[:2]}T{stamp[2:]}0000Z.tar") for stamp in stamps]


@pytest.mark.pure
@pytest.mark.parametrize(
    ("stamps", "keep", "old"),
    [
        ((), 3, ()),
        (("0112", "0212"), 1, ("0112",)),
        (("0101", "0102", "0103"), 1, ("0102",)),
        (("0101", "0102", "0201", "0202"), 1, ("0101", "0102")),
        (("0101", "0102", "0201", "0202"), 2, ("0102",)),
        (tuple(f"{day:02}00" for day in range(1, 10)), 7, ("0100", "0200")),
        # Once an hour for ten days, of which a day is kept: and of the seven days each first one.
        (
            tuple(f"{day:02}{hour:02}" for day in range(1, 11) for hour in range(24)),
            24,
            tuple(f"{day:02}{hour:02}" for day in range(1, 10) for hour in range(24) if hour or day < 4),
        ),
    ],
)
def test_which_are_deleted(stamps: tuple[str, ...], keep: int, old: tuple[str, ...]) -> None:
    assert service.choose_old(names(*stamps), keep) == names(*old)


@pytest.mark.parametrize("place", ["afar", "page"])
@pytest.mark.anyio
async def test_from_afar_backups_become_no_fewer_and_no_rarer(paths: Paths, place: str) -> None:
    """Who has an admin's session shall not undo what restores: neither the copies, nor that more are made."""
    async with running(paths, tcp="127.0.0.1:0") as desk, AsyncExitStack() as stack:
        address = (await desk.call("system.health"))["tcp"]
        tcp = await stack.enter_async_context(httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False))
        http = desk.http() if place == "page" else tcp
        headers = desk.headers("alice") | ({"X-Hero-Assistance-Page": "ui 203.0.113.7"} if place == "page" else {})

        async def update(**chosen: int | str) -> Any:
            request = {"jsonrpc": "2.0", "id": 1, "method": "project.update", "params": chosen}
            return (await http.post("/rpc", json=request, headers=headers)).json()

        fewer: list[dict[str, int | str]] = [
            {"backups_kept": 6},
            {"backup_hours": 25},
            {"backup_hours": 0},
            {"name": "x", "backups_kept": 1},
        ]
        for chosen in fewer:
            data = (await update(**chosen))["error"]["data"]
            assert (data["reason"], "hero_assistance call project.update" in data["hint"]) == ("forbidden", True)
        assert (await desk.call("project.get", "alice"))["name"] == "Support", "nothing of it is set"
        assert (await update(backups_kept=9, backup_hours=12))["result"]["backups_kept"] == 9
        assert (await update(backups_kept=9, backup_hours=12))["result"]["backup_hours"] == 12
        here = await desk.call("project.update", "alice", backups_kept=2, backup_hours=0)
        assert (here["backups_kept"], here["backup_hours"]) == (2, 0)
        assert (await update(backups_kept=3, backup_hours=24))["result"]["backup_hours"] == 24
        own = await desk.call("project.update", OPERATOR, backups_kept=1)
        assert own["backups_kept"] == 1


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


def begin_from_afar(backups: Backups, now: datetime) -> None:
    with backups.beginning_from_afar(now):
        pass


@pytest.mark.anyio
async def test_from_afar_one_an_hour_is_begun(past: Paths) -> None:
    """Each takes the place of the oldest: who has an admin's session shall not rotate the good ones away."""
    async with open_store(past.data, clock=lambda: NOW, publish=lambda _event: None) as store:
        backups = Backups(store, past.backups)
        begin_from_afar(backups, NOW)
        for wait in (timedelta(), timedelta(minutes=59)):
            with pytest.raises(TooOften):
                begin_from_afar(backups, NOW + wait)
        await backups.make(NOW + timedelta(minutes=30))
        with pytest.raises(TooOften):
            begin_from_afar(backups, NOW + timedelta(minutes=61))
        begin_from_afar(backups, NOW + timedelta(minutes=91))
        assert [one.made_at for one in backups.list_kept()] == [NOW + timedelta(minutes=30)]


@pytest.mark.anyio
async def test_from_afar_the_next_one_is_begun_soon_after_one_that_failed(past: Paths) -> None:
    def refuse() -> None:
        raise BackupFailed("the disk is full")

    async with open_store(past.data, clock=lambda: NOW, publish=lambda _event: None) as store:
        backups = Backups(store, past.backups, check=refuse)
        begin_from_afar(backups, NOW)
        with pytest.raises(BackupFailed):
            await backups.make(NOW)
        begin_from_afar(backups, NOW + timedelta(minutes=1))
        assert backups.is_running


@pytest.mark.anyio
async def test_from_afar_one_that_could_not_be_recorded_is_not_begun(past: Paths) -> None:
    async with open_store(past.data, clock=lambda: NOW, publish=lambda _event: None) as store:
        backups = Backups(store, past.backups)

        def begin() -> None:
            with backups.beginning_from_afar(NOW):
                assert backups.is_running, "no second one is begun meanwhile"
                raise StoreUnavailable("the disk is full")

        with pytest.raises(StoreUnavailable):
            begin()
        assert not backups.is_running
        begin_from_afar(backups, NOW)
        assert backups.is_running


@pytest.mark.anyio
async def test_the_list_is_read_while_the_oldest_goes(past: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_store(past.data, clock=lambda: NOW, publish=lambda _event: None) as store:
        backups = Backups(store, past.backups)
        for day in range(2):
            await backups.make(NOW + timedelta(days=day))

        def list_then_lose(folder: Path) -> list[Path]:
            found = list_backups(folder)
            found[0].unlink(missing_ok=True)
            return found

        monkeypatch.setattr(service, "list_backups", list_then_lose)
        assert [one.made_at for one in backups.list_kept()] == [NOW + timedelta(days=1)]


@pytest.mark.anyio
async def test_an_admin_asks_for_one_here_and_from_afar(paths: Paths) -> None:
    async with running(paths, tcp="127.0.0.1:0") as desk:
        address = (await desk.call("system.health"))["tcp"]
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:
            request = {"jsonrpc": "2.0", "id": 1, "method": "system.backup"}
            begun = (await http.post("/rpc", json=request, headers=desk.headers("alice"))).json()["result"]
            assert begun["running"]
            assert str(paths.root) not in str(begun), "no path of this machine is told"
            state = await wait_for_backup(desk)
            assert (state["failure"], read_backup(SQLITE, paths.backups / state["last"]).rows["users"]) == (None, 4)
            assert [one["name"] for one in state["kept"]] == [state["last"]]
            refused = (await http.post("/rpc", json=request, headers=desk.headers("alice"))).json()["error"]["data"]
            assert refused["reason"] == "too-often"
            customers = (await http.post("/rpc", json=request, headers=desk.headers("carol"))).json()["error"]["data"]
            assert customers["reason"] == "forbidden"
        assert (await desk.call("system.backup", "alice"))["running"], "on this machine at any time"
        await wait_for_backup(desk)
        entries = (await desk.call("audit.list", "alice", action="system.backup_started"))["entries"]
        assert [one["actor"] for one in entries] == ["alice", "alice"]


async def wait_for_backup(desk: Desk) -> dict[str, Any]:
    """How the backups are once none is being made."""
    async with asyncio.timeout(START_S):
        while True:
            state: dict[str, Any] = await desk.call("system.backup", "alice", make=False)
            if not state["running"]:
                return state
            await asyncio.sleep(0.01)


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


FOREIGN = (
    "hero_assistance-99999999T999999Z.tar",
    "hero_assistance-20300101T000060Z.tar",
    "hero_assistance-20261122T120000Z.tar.old",
    "notes.txt",
)


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
        assert (backups.newest(), await backups.find_due_in(NOW)) == (None, timedelta())
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
