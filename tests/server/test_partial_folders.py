"""What was killed leaves nothing behind for ever, and what runs is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hero_assistance_sdk.files.file_lock import try_lock
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.backups.exchange_folders import exchange
from hero_assistance_server.exports.export import write_export
from hero_assistance_server.storage.partial_folders import (
    find_previous_name,
    partial_folder,
    remove_partial_folders,
)
from tests.capabilities import sqlite_only
from tests.server.backup_samples import NOW, SQLITE, backed_up, silent
from tests.server.desk import START_S, running, until

pytestmark = pytest.mark.anyio

_WORKS = """\
import sys, time
from pathlib import Path
from hero_assistance_server.storage.partial_folders import partial_folder
with partial_folder(Path(sys.argv[1]), sys.argv[2]) as made:
    (made / "half").write_text("half")
    print(made, flush=True)
    time.sleep(600)
"""


@contextmanager
def at_work(parent: Path, kind: str) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """The folder of another process that works in it."""
    parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", _WORKS, str(parent), kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Path(process.stdout.readline().strip()), process
        finally:
            process.kill()


def killed(parent: Path, kind: str) -> Path:
    """The folder that a killed process has left."""
    with at_work(parent, kind) as (made, process):
        process.send_signal(signal.SIGKILL)
        process.wait(START_S)
    assert (made / "half").exists()
    return made


def test_only_what_nobody_works_in_is_removed(tmp_path: Path) -> None:
    with at_work(tmp_path, "backup") as (running_folder, process):
        left = killed(tmp_path, "backup")
        assert remove_partial_folders(tmp_path) == [left.name]
        assert remove_partial_folders(tmp_path, all_hidden=True) == []
        assert (running_folder / "half").exists()
        process.kill()
        process.wait(START_S)
        assert remove_partial_folders(tmp_path) == [running_folder.name]
    assert list(tmp_path.iterdir()) == []


def test_what_others_hide_stays(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".hero_assistance.file").write_text("a file")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".hero_assistance.link").symlink_to(tmp_path / "elsewhere")
    before = sorted(tmp_path.iterdir())
    assert remove_partial_folders(tmp_path) == []
    assert remove_partial_folders(tmp_path / "none") == []
    assert sorted(tmp_path.iterdir()) == before


def test_it_is_gone_at_the_end_unless_it_moved(tmp_path: Path) -> None:
    with partial_folder(tmp_path, "export") as made:
        assert made.stat().st_mode & 0o777 == 0o700
        descriptor = os.open(made, os.O_RDONLY)
        assert not try_lock(descriptor)
        os.close(descriptor)
    assert list(tmp_path.iterdir()) == []
    with partial_folder(tmp_path, "export") as made:
        made.rename(tmp_path / "whole")
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]


def test_the_data_of_before_a_killed_restore_is_kept(tmp_path: Path) -> None:
    """Killed between the exchange and the last rename, the hidden folder holds what an operator may still want."""
    data = tmp_path / "hero_assistance"
    data.mkdir()
    (data / "tickets.db").write_text("old")
    made = killed(tmp_path, "restore")
    exchange(data, made)
    for _ in range(2):
        remove_partial_folders(tmp_path)
    (kept,) = [path for path in tmp_path.iterdir() if path != data]
    assert kept.name.startswith("hero_assistance.before-")
    assert (kept / "tickets.db").read_text() == "old"
    assert (data / "half").exists()


def test_the_name_for_the_data_of_before_is_free(tmp_path: Path) -> None:
    data = tmp_path / "hero_assistance"
    names = []
    for _ in range(3):
        names.append(find_previous_name(data, NOW))
        names[-1].mkdir()
    first = "hero_assistance.before-20261122T120000Z"
    assert [path.name for path in names] == [first, f"{first}-1", f"{first}-2"]


async def test_a_start_removes_what_was_left_everywhere(paths: Paths) -> None:
    left = [
        killed(paths.data.parent, "restore"),
        killed(paths.data.parent, "import"),
        killed(paths.backups, "backup"),
        killed(paths.exports, "export"),
    ]
    # As releases before named theirs.
    for old in (paths.backups / ".hero_assistance-20261122T120000Z.tar.x1y2", paths.exports / ".project-2026.x1y2"):
        old.mkdir()
        left.append(old)
    with at_work(paths.backups, "backup") as (busy, _process):
        async with running(paths):
            await until(lambda: not any(path.exists() for path in left))
        assert busy.exists()


@sqlite_only("moves SQLite's file; postgres/test_transfer.py moves both")
async def test_the_next_run_removes_what_was_left(paths: Paths) -> None:
    async with running(paths) as desk:
        await desk.call("ticket.create", "carol", title="t", body="b")
    left = [killed(paths.root, "backup"), killed(paths.root, "export")]
    backed_up(paths)
    assert [path.exists() for path in left] == [False, False]
    left = [killed(paths.root, "backup")]
    write_export(SQLITE, paths.data, paths.root / "export", silent)
    assert not left[0].exists()
