"""Daemons that the fork server starts are those that their commands start."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.capabilities import PROC, needs
from tests.ui.daemons import STOP_S, Daemon, desk, plain_environment
from tests.ui.fork_server import PRELOADED, ForkedProcess, fork_server

pytestmark = needs(PROC)


def test_a_daemon_has_its_own_process_environment_and_status(hero_root: Path) -> None:
    with desk(hero_root, plain_environment(hero_root)) as made:
        server = made.start_server()
        assert isinstance(server.process, ForkedProcess)
        assert Path(f"/proc/{server.pid}").exists()
        assert made.operate("system.health")["status"] == "ok"
        assert server.end(signal.SIGTERM) == 0
        assert server.process.poll() == 0
        again = made.start_server()
        assert again.pid != server.pid
        assert again.end(signal.SIGKILL) == -signal.SIGKILL


@pytest.mark.parametrize("module", PRELOADED)
def test_a_wrong_option_is_said_in_the_log(hero_root: Path, module: str) -> None:
    daemon = Daemon(module, ["--no-such-option"], plain_environment(hero_root), hero_root / "log")
    daemon.start()
    assert daemon.process is not None
    assert daemon.process.wait(STOP_S) == 2
    assert "No such option" in daemon.log.read_text()


def test_one_that_runs_is_waited_for_as_long_as_asked(hero_root: Path) -> None:
    with desk(hero_root, plain_environment(hero_root)) as made:
        process = made.start_server().process
        assert process is not None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_S) == 0


def test_a_failure_is_said_in_the_log(hero_root: Path) -> None:
    log = hero_root / "log"
    process = fork_server().start("no_such_module", [], plain_environment(hero_root), log)
    assert process.wait(STOP_S) == 1
    assert "No module named no_such_module" in log.read_text()
