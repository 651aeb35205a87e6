"""A disk that fills up: what is still accepted, what is refused, and what the server says of itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.files.disk_space import DiskLevel, DiskSpace, find_level, read_disk_space
from hero_assistance_sdk.limits import DEFAULTS, SETTING
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.quotas.disk_reserve import LOOK_EVERY_S, DiskReserve, watch_disk
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.storage.errors import DiskFull
from tests.capabilities import PROC, require, sqlite_only
from tests.server.desk import START_S, Child, Desk, child, on_small_disk, until
from tests.server.uploads import post, reason

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass
class FakeDisks:
    """What the system says of the file systems of `data` and `files`, and a clock that the test moves."""

    data: int = 100 * GIB
    files: int = 100 * GIB
    free_files: int = 10**6
    now: float = 100.0
    asked: list[str] = field(default_factory=list)

    def read(self, folder: Path) -> DiskSpace:
        self.asked.append(folder.name)
        free = self.data if folder.name == "data" else self.files
        return DiskSpace(1, free, 200 * GIB, self.free_files, 10**7)

    def reserve(self, health: Health | None = None) -> DiskReserve:
        paths = (Path("/data"), Path("/files"))
        return DiskReserve(*paths, DEFAULTS, health, read=self.read, clock=lambda: self.now)


def refused(reserve: DiskReserve) -> set[Usage]:
    found = set()
    for usage in Usage:
        try:
            reserve.check(usage)
        except DiskFull:
            found.add(usage)
    return found


@pytest.mark.parametrize(
    ("free", "size", "claimed", "level"),
    [
        (512 * MIB, 100 * GIB, 0, DiskLevel.ENOUGH),
        (512 * MIB - 1, 100 * GIB, 0, DiskLevel.LOW),
        (600 * MIB, 100 * GIB, 100 * MIB, DiskLevel.LOW),
        (64 * MIB, 100 * GIB, 0, DiskLevel.LOW),
        (64 * MIB - 1, 100 * GIB, 0, DiskLevel.SHORT),
        (0, 100 * GIB, 0, DiskLevel.SHORT),
        # Of a small disk a quarter and a twentieth.
        (300 * MIB, 1000 * MIB, 0, DiskLevel.ENOUGH),
        (249 * MIB, 1000 * MIB, 0, DiskLevel.LOW),
        (49 * MIB, 1000 * MIB, 0, DiskLevel.SHORT),
    ],
)
def test_levels(free: int, size: int, claimed: int, level: DiskLevel) -> None:
    assert find_level(DiskSpace(1, free, size), DEFAULTS, claimed=claimed) is level


def test_a_file_system_that_can_hold_no_more_files_is_low() -> None:
    space = DiskSpace(1, 100 * GIB, 200 * GIB, free_files=999, max_files=10**6)
    assert find_level(space, DEFAULTS) is DiskLevel.LOW
    # btrfs and others number none.
    assert find_level(replace(space, free_files=0, max_files=0), DEFAULTS) is DiskLevel.ENOUGH


@pytest.mark.parametrize(
    ("data", "files", "kinds"),
    [
        (GIB, GIB, set()),
        (500 * MIB, 500 * MIB, {Usage.FILES}),
        (50 * MIB, 50 * MIB, set(Usage) - {Usage.CHANGES}),
        # Two disks: a full one of files says nothing of texts, a full one of the database of both.
        (GIB, 0, {Usage.FILES}),
        (0, GIB, set(Usage) - {Usage.CHANGES}),
    ],
)
def test_what_is_refused(data: int, files: int, kinds: set[Usage]) -> None:
    assert refused(FakeDisks(data, files).reserve()) == kinds


def test_texts_cost_no_question_and_are_refused_within_a_second() -> None:
    disks = FakeDisks()
    reserve = disks.reserve()
    for _ in range(1000):
        reserve.check(Usage.MESSAGES)
    assert disks.asked == ["data", "files"]
    disks.data = 0
    reserve.check(Usage.MESSAGES)
    disks.now += LOOK_EVERY_S
    with pytest.raises(DiskFull):
        reserve.check(Usage.MESSAGES)
    disks.data = GIB
    disks.now += LOOK_EVERY_S
    reserve.check(Usage.MESSAGES)


def test_files_on_their_way_are_counted() -> None:
    reserve = FakeDisks(files=600 * MIB).reserve()
    reserve.check_files(80 * MIB)
    with pytest.raises(DiskFull):
        reserve.check_files(90 * MIB)


def test_a_condition_holds_while_it_is_low() -> None:
    disks, health = FakeDisks(), Health()
    reserve = disks.reserve(health)
    said = []
    for free in (GIB, 500 * MIB, 499 * MIB, 50 * MIB, GIB):
        disks.data = disks.files = free
        reserve.look()
        said.append([condition.message for condition in health.conditions])
    low, short = "the disk is nearly full: files are refused", "the disk is full: files and texts are refused"
    assert said == [[], [low], [low], [short], []]


def test_a_full_disk_of_files_is_not_said_to_refuse_texts() -> None:
    disks, health = FakeDisks(files=0), Health()
    disks.reserve(health).look()
    assert [one.message for one in health.conditions] == ["the disk is nearly full: files are refused"]


def test_a_disk_that_cannot_be_asked_refuses_nothing() -> None:
    def fail(_folder: Path) -> DiskSpace:
        raise OSError("no answer")

    assert refused(DiskReserve(Path("/data"), Path("/files"), DEFAULTS, read=fail)) == set()


def test_a_folder_that_is_not_there_is_on_the_disk_where_it_would_be(tmp_path: Path) -> None:
    assert read_disk_space(tmp_path / "a" / "b").device == tmp_path.stat().st_dev


@pytest.mark.anyio
async def test_it_is_looked_at_also_when_nothing_is_written() -> None:
    disks, health = FakeDisks(), Health()
    async with watch_disk(disks.reserve(health), every_s=0.01):
        assert health.conditions == ()
        disks.data = 0
        await until(lambda: health.conditions)
        disks.data = GIB
        await until(lambda: not health.conditions)


@contextmanager
def filled(pid: int, folder: str, leave: int) -> Iterator[None]:
    """A file that takes all of a disk that only a process sees, but for so many bytes."""
    require(PROC)
    # Its mounts are seen through its own folder of the process table.
    path = Path(f"/proc/{pid}/root{folder}/filler")
    free = read_disk_space(path.parent).free_bytes
    with path.open("wb") as file:
        for _ in range((free - leave) // 65_536):
            file.write(bytes(65_536))
    try:
        yield
    finally:
        path.unlink()


async def refusal(desk: Desk, user: str, method: str, **params: object) -> str:
    with pytest.raises(RpcFailure) as refused:
        await desk.call(method, user, **params)
    return refused.value.remote_reason


@sqlite_only("fills the disk of SQLite's file and of the folder of attachments")
@pytest.mark.anyio
async def test_a_real_disk_fills_and_is_freed(hero_env: dict[str, str], paths: Paths) -> None:
    """The data are on a real file system of 64 MiB: 16 MiB are its reserve, 3.2 MiB its minimum."""
    folder, small = str(paths.data), on_small_disk(paths.data, "64m")
    with child(hero_env, paths, around=small) as server:
        desk = Desk(paths)
        await desk.call("ticket.create", "carol", title="t", body="b")
        await desk.upload("carol", "a", bytes(MIB))
        with filled(server.process.pid, folder, leave=10 * MIB):
            answer = await post(desk, b"small")
            assert (answer.status_code, reason(answer)) == (503, "disk-full")
            await desk.call("message.reply", "carol", ticket_id=1, body="words")
            await until(lambda: _status(server) == "degraded")
            (condition,) = (await desk.call("system.health"))["conditions"]
            assert condition["name"] == "disk"
            assert condition["message"] == "the disk is nearly full: files are refused"
        await until(lambda: _status(server) == "ok")
        assert (await post(desk, b"small")).status_code == 201
        with filled(server.process.pid, folder, leave=2 * MIB):
            await until(lambda: _status(server) == "degraded")
            await asyncio.sleep(LOOK_EVERY_S)
            for user, method, params in (
                ("carol", "ticket.create", {"title": "t", "body": "b"}),
                ("carol", "message.reply", {"ticket_id": 1, "body": "b"}),
                ("bob", "message.note", {"ticket_id": 1, "body": "b"}),
                ("carol", "draft.save", {"ticket_id": 1, "kind": "reply", "body": "b"}),
            ):
                assert await refusal(desk, user, method, **params) == "disk-full"
            # Reading, deleting, small changes and an admin's work go on.
            assert len((await desk.call("ticket.list", "carol"))["tickets"]) == 1
            await desk.call("attachment.delete", "carol", attachment_id=1)
            await desk.call("ticket.update", "bob", ticket_id=1, status="solved")
            await desk.call("project.update", "alice", name="Help")
            await desk.call("message.reply", "alice", ticket_id=1, body="We are making room.")
        await until(lambda: _status(server) == "ok")
        await desk.call("message.reply", "carol", ticket_id=1, body="words")
        await desk.aclose()
        assert "Traceback" not in server.log.read_text()


@sqlite_only("fills the disk of SQLite's file and of the folder of attachments")
@pytest.mark.anyio
async def test_a_full_disk_of_files_alone_refuses_no_texts(hero_env: dict[str, str], paths: Paths) -> None:
    files = paths.data / "attachments"
    with child(hero_env, paths, around=on_small_disk(files, "16m")) as server:
        desk = Desk(paths)
        with filled(server.process.pid, str(files), leave=0):
            assert reason(await post(desk, b"small")) == "disk-full"
            await desk.call("ticket.create", "carol", title="t", body="b")
            await until(lambda: _status(server) == "degraded")
        await desk.aclose()


@sqlite_only("fills the disk of SQLite's file and of the folder of attachments")
@pytest.mark.anyio
async def test_uploads_at_once_leave_the_reserve(hero_env: dict[str, str], paths: Paths) -> None:
    """Eight at once, which would take the whole of it together, of known and unknown length."""
    files = paths.data / "attachments"
    with child(hero_env, paths, around=on_small_disk(files, "16m")) as server:
        desk = Desk(paths)

        async def pieces(number: int) -> AsyncIterator[bytes]:
            for _ in range(32):
                yield bytes([number]) * 65_536

        answers = await asyncio.gather(
            *(post(desk, bytes([number]) * 2 * MIB) for number in range(4)),
            *(post(desk, pieces(number), "dave") for number in range(4, 8)),
        )
        assert {answer.status_code for answer in answers} == {201, 503}
        left = read_disk_space(Path(f"/proc/{server.process.pid}/root{files}")).free_bytes
        assert left >= 4 * MIB
        await desk.aclose()


@sqlite_only("fills the disk of SQLite's file and of the folder of attachments")
@pytest.mark.anyio
async def test_a_backup_ends_before_texts_are_refused_for_it(hero_env: dict[str, str], hero_root: Path) -> None:
    """Backups and data on the same disk, as they are by default."""
    env = hero_env | {"PATH_SOCKET": str(hero_root / "s")}
    paths = Paths.from_environ(env)
    with child(env, paths, around=on_small_disk(paths.var, "64m")) as server:
        desk = Desk(paths)
        await desk.call("ticket.create", "carol", title="t", body="b")
        with filled(server.process.pid, str(paths.var), leave=10 * MIB):
            failed = await _backup(desk)
            assert failed["failure"].startswith("it does not fit on the disk: the rest is for texts")
            assert _whole_backups(server) == []
            await desk.call("message.reply", "carol", ticket_id=1, body="b")
        made = await _backup(desk)
        assert (made["failure"], made["last"] is None) == (None, False)
        await desk.aclose()


def _whole_backups(server: Child) -> list[Path]:
    return list(Path(f"/proc/{server.process.pid}/root{server.paths.backups}").glob("*.tar"))


async def _backup(desk: Desk) -> dict[str, Any]:
    """Have one made, and wait until it is, or has failed."""
    state: dict[str, Any] = await desk.call("system.backup", "alice")
    async with asyncio.timeout(START_S):
        while state["running"]:
            await asyncio.sleep(0.01)
            state = await desk.call("system.backup", "alice", make=False)
    return state


@sqlite_only("fills the disk of SQLite's file and of the folder of attachments")
@pytest.mark.anyio
async def test_the_marks_are_settings(hero_env: dict[str, str], paths: Paths) -> None:
    files = paths.data / "attachments"
    env = hero_env | {SETTING: "disk_reserve=1,disk_minimum=1"}
    with child(env, paths, around=on_small_disk(files, "3m")):
        desk = Desk(paths)
        assert (await post(desk, bytes(2 * MIB + MIB // 2))).status_code == 201
        await desk.aclose()


def _status(server: Child) -> str:
    with server.client() as client:
        return str(client.get("/health")["status"])
