"""The identity of a process and the watch for its end, with and without the kernel's help."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from hero_assistance.supervisor.cancellation import run_unless
from hero_assistance.supervisor.process import process_exit, process_table
from hero_assistance.supervisor.process.process_exit import send_signal, wait_all_ended, watch_exit
from hero_assistance.supervisor.process.process_family import ProcessFamily, find_members, is_member
from hero_assistance.supervisor.process.process_table import is_alive, list_processes, read_inherited, read_process
from hero_assistance.supervisor.process_identity import ProcessIdentity
from tests.supervisor.harness import DEADLINE_S, wait_for

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEP, env={"MARK": "a b"}, start_new_session=True) as process:
        yield process
        process.kill()


def identity(process: subprocess.Popen[bytes]) -> ProcessIdentity:
    row = read_process(process.pid)
    assert row is not None
    return row.identity


def test_a_process_is_known_by_pid_start_and_boot(sleeper: subprocess.Popen[bytes]) -> None:
    known = identity(sleeper)
    assert is_alive(known)
    assert not is_alive(ProcessIdentity(known.pid, "0", known.boot))
    assert not is_alive(ProcessIdentity(known.pid, known.started, "another boot"))
    assert list_processes()[known.pid].parent == os.getpid()


def test_one_that_ended_and_is_not_reaped_is_not_alive(sleeper: subprocess.Popen[bytes]) -> None:
    known = identity(sleeper)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    row = read_process(sleeper.pid)
    assert row is not None
    assert row.ended
    assert not is_alive(known)
    assert known.pid not in list_processes()


def test_what_a_process_inherited(sleeper: subprocess.Popen[bytes]) -> None:
    # For a moment after exec the kernel shows no environment.
    wait_for(lambda: read_inherited(sleeper.pid, "MARK") is not None, "the environment is there")
    assert read_inherited(sleeper.pid, "MARK") == "a b"
    assert read_inherited(sleeper.pid, "MAR") is None


def test_without_proc_the_same_is_read_through_ps(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_table, "_has_proc", lambda: False)
    known = identity(sleeper)
    row = list_processes()[sleeper.pid]
    assert (row.identity, row.parent, row.session) == (known, os.getpid(), sleeper.pid)
    assert is_alive(known)


def test_a_signal_reaches_only_the_very_process(sleeper: subprocess.Popen[bytes]) -> None:
    known = identity(sleeper)
    assert not send_signal(ProcessIdentity(known.pid, "0", known.boot), signal.SIGKILL)
    assert sleeper.poll() is None
    assert send_signal(known, signal.SIGKILL)
    assert sleeper.wait(10) == -signal.SIGKILL
    assert not send_signal(known, signal.SIGKILL)


def test_whoever_has_the_pid_of_an_ended_leader_is_none_of_its_family(sleeper: subprocess.Popen[bytes]) -> None:
    """Also a child of this very process, in a session of that number: it is another start's leader."""
    known = identity(sleeper)
    earlier = ProcessFamily("root/service/action", ProcessIdentity(known.pid, "0", known.boot))
    assert not is_member(sleeper.pid, earlier)
    assert find_members(earlier) == set()
    assert find_members(ProcessFamily("root/service/action", known)) == {known}


@pytest.mark.parametrize("has_pidfd", [True, False])
def test_the_end_of_a_process_is_told(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch, has_pidfd: bool
) -> None:
    if not has_pidfd:
        monkeypatch.setattr(process_exit, "_pidfd", lambda _pid: None)

    async def watch() -> None:
        known = identity(sleeper)
        assert not await wait_all_ended([known], 0.05)
        ended = watch_exit(known)
        send_signal(known, signal.SIGKILL)
        await asyncio.wait_for(ended, 10)
        assert await wait_all_ended([known], 10)

    asyncio.run(watch())


def test_work_is_cut_short_and_gives_its_result_otherwise() -> None:
    async def try_it() -> None:
        loop = asyncio.get_running_loop()
        signalled: asyncio.Future[None] = loop.create_future()
        assert await run_unless(signalled, asyncio.sleep(0, "done")) == "done"
        loop.call_later(0.01, signalled.set_result, None)
        async with asyncio.timeout(DEADLINE_S):
            assert await run_unless(signalled, asyncio.Event().wait()) is None
            assert await run_unless(signalled, asyncio.Event().wait()) is None

    asyncio.run(try_it())


def test_a_time_out_inside_the_work_is_its_own() -> None:
    async def slow() -> None:
        async with asyncio.timeout(0):
            await asyncio.sleep(60)

    async def try_it() -> None:
        with pytest.raises(TimeoutError):
            await run_unless(asyncio.get_running_loop().create_future(), slow())

    asyncio.run(try_it())
