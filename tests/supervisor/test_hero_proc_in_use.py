"""The service under hero_proc: used where it listens, and moved to it without two copies."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hero_assistance import lifecycle
from hero_assistance.action_names import SERVER
from hero_assistance.log_reader import Choice, read_logs
from hero_assistance.status import read_status
from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance.supervisor.names import SOCKET, SUPERVISOR_LOCK
from hero_assistance.supervisor_lookup import Kind
from hero_assistance_sdk.files.file_lock import find_holder
from hero_assistance_sdk.paths import Paths
from tests.supervisor.harness import Harness
from tests.supervisor.log_follower import follow_log
from tests.supervisor.stand_in_daemons import Told, pids, processes_of, start


@pytest.fixture
def stage_elsewhere() -> Iterator[Harness]:
    """A supervisor over a root that is not the service's."""
    root = Path(tempfile.mkdtemp(prefix="hp", dir="/tmp")).resolve()
    env = {"PATH": os.environ["PATH"], "HOME": str(root), "PATH_ROOT": str(root)}
    harness = Harness(Paths.from_environ(env), env)
    yield harness
    harness.clean_up()
    shutil.rmtree(root)


def listen_as_hero_proc(desk: Paths, harness: Harness) -> None:
    harness.start_supervisor()
    desk.hero_proc_socket.parent.mkdir(parents=True)
    desk.hero_proc_socket.symlink_to(harness.paths.socket(SOCKET))


def test_hero_proc_is_used_where_it_listens(desk: Paths, stage_elsewhere: Harness) -> None:
    listen_as_hero_proc(desk, stage_elsewhere)
    start(desk)
    assert read_status(desk).supervisor is Kind.HERO_PROC
    assert find_holder(desk.state / SUPERVISOR_LOCK) is None
    assert [line.text for line in read_logs(desk, SERVER)] == ["flags --auth-mode dev"]
    lifecycle.restart(desk, Told())
    assert lifecycle.stop(desk, Told()).changed
    assert processes_of(desk) == set()
    assert stage_elsewhere.supervisor is not None
    assert stage_elsewhere.supervisor.poll() is None


def test_logs_of_hero_proc_are_followed_through_its_restart(
    desk: Paths, hero_env: dict[str, str], stage_elsewhere: Harness
) -> None:
    listen_as_hero_proc(desk, stage_elsewhere)
    start(desk)
    (line,) = read_logs(desk, SERVER, Choice(since_ms=0, run=1))
    assert (line.text, line.run) == ("flags --auth-mode dev", 1)
    with follow_log(Harness(desk, hero_env), SERVER) as follower:
        follower.wait_for_end(line.text)
        stage_elsewhere.end_supervisor(signal.SIGKILL)
        stage_elsewhere.start_supervisor()
        with LogLayout(stage_elsewhere.paths.logs, SERVER).live_path(1).open("a") as log:
            log.write("later\n")
        assert follower.wait_for_end("later") == [line.text, "later"]


def test_a_start_moves_the_service_to_hero_proc_without_two_copies(desk: Paths, stage_elsewhere: Harness) -> None:
    start(desk)
    before = set(pids(desk).values())
    listen_as_hero_proc(desk, stage_elsewhere)
    assert read_status(desk).supervisor is Kind.EMBEDDED
    assert start(desk)
    assert read_status(desk).supervisor is Kind.HERO_PROC
    assert len(processes_of(desk)) == 2
    assert not processes_of(desk) & before
