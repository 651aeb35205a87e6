"""Our side of the calls of macOS: process identity, inherited variables, and the end of a process by a kqueue."""

from __future__ import annotations

import asyncio
import errno
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from hero_assistance.supervisor.process import process_exit
from hero_assistance.supervisor.process.mac_processes import unpack_environment
from hero_assistance.supervisor.process.process_exit import send_signal, wait_all_ended, watch_exit
from hero_assistance.supervisor.process.process_family import MARK, ProcessFamily, find_members, find_running_leader
from hero_assistance.supervisor.process.process_table import (
    is_alive,
    list_processes,
    measure_age_s,
    read_command_name,
    read_inherited,
    read_process,
)
from tests.capabilities import PROC, needs
from tests.supervisor.harness import wait_for
from tests.supervisor.pretended_mac import BOOT_S, PretendedKqueue, PretendedMac, install_kqueue, pack_arguments

pytestmark = needs(PROC)

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]
OWNER = "root/service/one"
WAIT_S = 10.0


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A program with a mark, in a session of its own."""
    with subprocess.Popen(SLEEP, env={MARK: f"{OWNER}/7", "OTHER": "a b"}, start_new_session=True) as process:
        wait_for(lambda: read_inherited(process.pid, "OTHER") == "a b", "the environment is there")
        yield process
        process.kill()


@pytest.fixture
def on_mac(sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the process table as on macOS."""
    PretendedMac().install(monkeypatch)


@pytest.mark.usefixtures("on_mac")
def test_a_process_is_known_by_pid_start_and_boot(sleeper: subprocess.Popen[bytes]) -> None:
    row = read_process(sleeper.pid)
    assert row is not None
    assert (row.parent, row.session, row.ended) == (os.getpid(), sleeper.pid, False)
    assert float(row.identity.started) > BOOT_S
    assert is_alive(row.identity)
    assert list_processes()[sleeper.pid] == row
    assert read_command_name(sleeper.pid).startswith("python")


@pytest.mark.usefixtures("on_mac")
def test_one_that_ended_and_is_not_reaped_is_not_alive(sleeper: subprocess.Popen[bytes]) -> None:
    row = read_process(sleeper.pid)
    assert row is not None
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    ended = read_process(sleeper.pid)
    assert ended is not None
    assert (ended.identity, ended.ended) == (row.identity, True)
    assert not is_alive(row.identity)
    assert sleeper.pid not in list_processes()


@pytest.mark.usefixtures("on_mac")
def test_one_that_is_not_there() -> None:
    with subprocess.Popen(SLEEP) as process:
        process.kill()
    assert read_process(process.pid) is None
    assert read_inherited(process.pid, MARK) is None
    assert read_command_name(process.pid) == "unknown"


@pytest.mark.usefixtures("on_mac")
def test_what_it_inherited_and_whose_it_is(sleeper: subprocess.Popen[bytes]) -> None:
    assert read_inherited(sleeper.pid, "OTHER") == "a b"
    assert read_inherited(sleeper.pid, "OTHE") is None
    assert read_inherited(sleeper.pid, "executable_path") is None
    row = read_process(sleeper.pid)
    assert row is not None
    assert find_members(ProcessFamily(OWNER)) == {row.identity}
    assert find_running_leader(OWNER) == (row.identity, 7)


@pytest.mark.usefixtures("on_mac")
def test_its_start_is_no_age_by_the_clock_of_the_boot(sleeper: subprocess.Popen[bytes]) -> None:
    row = read_process(sleeper.pid)
    assert row is not None
    assert measure_age_s(row.identity) is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\x01\0", []),
        (pack_arguments("/p", [b"p", b""], [b"A=1", b"B="], [b"C=3"]), [b"A=1", b"B="]),
        (pack_arguments("/p", [b"p"], [], [b"C=3"]), []),
        (pack_arguments("/p", [b"p", b"x"], [b"A=1"], [])[:8], []),
    ],
    ids=["nothing", "less than a count", "an empty argument", "no environment", "cut off"],
)
def test_arguments_and_loader_are_no_environment(content: bytes, expected: list[bytes]) -> None:
    assert list(unpack_environment(content)) == expected


def test_the_end_of_a_process_comes_from_a_kqueue(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    install_kqueue(monkeypatch)
    monkeypatch.setattr(process_exit, "_pidfd", lambda _pid: None)
    monkeypatch.setattr(process_exit, "_POLL_S", 3600.0)

    async def watch() -> None:
        row = read_process(sleeper.pid)
        assert row is not None
        assert not await wait_all_ended([row.identity], 0.05)
        assert PretendedKqueue.opened == 0
        ended = watch_exit(row.identity)
        assert PretendedKqueue.opened == 1
        send_signal(row.identity, signal.SIGKILL)
        await asyncio.wait_for(ended, WAIT_S)
        assert await wait_all_ended([row.identity], WAIT_S)
        assert PretendedKqueue.opened == 0

    asyncio.run(watch())


class RefusingKqueue(PretendedKqueue):
    """One that watches no process, such as one of another user."""

    def control(self, changes: list[SimpleNamespace], most: int) -> list[SimpleNamespace]:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def test_without_a_kqueue_a_timer_looks(sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    install_kqueue(monkeypatch, RefusingKqueue)

    async def watch() -> None:
        row = read_process(sleeper.pid)
        assert row is not None
        ended = watch_exit(row.identity)
        send_signal(row.identity, signal.SIGKILL)
        await asyncio.wait_for(ended, WAIT_S)

    asyncio.run(watch())
    assert RefusingKqueue.opened == 0


def test_a_system_that_opens_no_kqueue_is_looked_at_by_a_timer(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    install_kqueue(monkeypatch)

    def refuse() -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(select, "kqueue", refuse)
    row = read_process(sleeper.pid)
    assert row is not None
    identity = row.identity
    monkeypatch.setattr(process_exit, "_POLL_S", 0.01)

    async def watch() -> None:
        ended = watch_exit(identity)
        send_signal(identity, signal.SIGKILL)
        await asyncio.wait_for(ended, WAIT_S)

    asyncio.run(watch())
