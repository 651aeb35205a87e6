"""Backups among 32 writers, killed at any step, and on a full disk: whole or not there. Real processes and signals."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.backups.archive_reader import read_backup
from hero_assistance_server.backups.restore import restore
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.capabilities import sqlite_only
from tests.server.backup_samples import NOW, SQLITE, backed_up, silent
from tests.server.desk import START_S, child, on_small_disk, running

pytestmark = sqlite_only("is about backups of SQLite; PostgreSQL has its own")


def test_of_one_moment_under_32_writers(hero_env: dict[str, str], paths: Paths) -> None:
    """Each ticket is made with its reply by one writer: what is in the backup holds together, and nobody waits."""
    stop, written = threading.Event(), [0] * 32

    def write(number: int) -> None:
        with server.client("carol") as client:
            while not stop.is_set():
                ticket = client.call("ticket.create", title=f"{number}", body="b" * 2000)["ticket_id"]
                client.call("message.reply", ticket_id=ticket, body="b")
                written[number] += 1

    with child(hero_env, paths) as server, ThreadPoolExecutor(32) as pool:
        works = [pool.submit(write, number) for number in range(32)]
        try:
            for _ in range(3):
                before = sum(written)
                target, about = backed_up(paths)
                assert about.rows["tickets"] >= before
                assert 0 <= about.rows["tickets"] - about.rows["messages"] <= 32
                assert about.rows["events"] == about.rows["audit"] == about.rows["tickets"] + about.rows["messages"]
                assert read_backup(SQLITE, target) == about
        finally:
            stop.set()
        for work in works:
            work.result(START_S)
    restore(SQLITE, target, paths.data, NOW, silent)
    connection = apsw.Connection(str(paths.data / DATABASE))
    tallied = connection.execute("SELECT sum(count) FROM tallies WHERE scope = 'all'").get
    assert (tallied, connection.execute("SELECT max(seq) FROM events").get) == (
        about.rows["tickets"],
        about.rows["events"],
    )


# Kills its own process before the n-th call that changes a file.
_KILLED = """\
import os, signal, sys
from hero_assistance_server.__main__ import main

left = int(sys.argv.pop(1))

def count(event, arguments):
    global left
    if event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "ctypes.call_function",
                 "tempfile.mkdtemp", "ctypes.dlsym"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

import hero_assistance_server.command
sys.addaudithook(count)
sys.exit(main())
"""


def killed_at(step: int, env: dict[str, str], *arguments: str) -> bool:
    """Run a command that is killed at a step; false when it had fewer."""
    command = [sys.executable, "-c", _KILLED, str(step), *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=START_S, check=False)
    assert done.returncode in (0, -9), done.stderr
    return done.returncode == -9


@pytest.mark.fault
@pytest.mark.anyio
async def test_a_backup_killed_anywhere_is_not_there(past: Paths, hero_env: dict[str, str]) -> None:
    target = past.root / "b.tar"
    steps = 0
    while killed_at(steps := steps + 3, hero_env, "backup", str(target)):
        if target.exists():
            read_backup(SQLITE, target)
            target.unlink()
        assert steps < 300
    assert steps > 10
    read_backup(SQLITE, target)
    assert [path.name for path in past.root.iterdir() if path.name.startswith(".")] == []


def _tickets(path: Path) -> int | None:
    """How many tickets are in a database; `None` for one that was being unpacked."""
    try:
        return int(apsw.Connection(str(path)).execute("SELECT count(*) FROM tickets").get)
    except apsw.Error:
        return None


@pytest.mark.fault
@pytest.mark.anyio
async def test_a_restore_killed_anywhere_is_the_old_or_the_new(past: Paths, hero_env: dict[str, str]) -> None:
    target, _ = backed_up(past)
    async with running(past) as desk:
        await desk.call("ticket.create", "carol", title="later", body="b")
    steps, found = 0, set()
    while killed_at(steps := steps + 3, hero_env, "restore", str(target)):
        connection = apsw.Connection(str(past.data / DATABASE))
        found.add(connection.execute("SELECT count(*) FROM tickets").get)
        assert connection.pragma("integrity_check") == "ok"
        connection.close()
        assert steps < 300
    async with running(past) as desk:
        assert len((await desk.call("ticket.list", "bob"))["tickets"]) == 1
    # After the exchange there is little left to do, and so few instants to be killed at.
    assert {2} <= found <= {1, 2}
    # Whatever was interrupted, the data of before is somewhere, and nothing is hidden.
    assert [path.name for path in past.data.parent.iterdir() if path.name.startswith(".")] == []
    others = [path for path in past.data.parent.iterdir() if path != past.data and (path / DATABASE).exists()]
    assert 2 in [_tickets(path / DATABASE) for path in others]


def test_a_full_disk_leaves_the_good_backup(hero_env: dict[str, str], paths: Paths) -> None:
    with child(hero_env, paths) as server, server.client("carol") as client:
        for _ in range(40):
            client.call("ticket.create", title="t", body="x" * 60_000)
    disk = paths.root / "disk"
    # One file system for both commands, in which the first backup fits and the second does not.
    script = 'p="$1 -m hero_assistance_server"; $p backup disk/b.tar && cp disk/b.tar good; cat /dev/zero > disk/fill;'
    script += " $p backup disk/b.tar; s=$?; cmp disk/b.tar good && ls -A disk && exit $s"
    command = [*on_small_disk(disk, "40m"), "sh", "-c", script, "sh", sys.executable]
    done = subprocess.run(
        command, env=hero_env, cwd=paths.root, capture_output=True, text=True, timeout=START_S, check=False
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[-2:] == ["b.tar", "fill"]
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
