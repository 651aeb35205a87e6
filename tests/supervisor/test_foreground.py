"""`hero_assistance run`: one process that a container or a scheduler starts, and asks to end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hero_assistance import foreground, lifecycle
from hero_assistance.action_names import SERVER, UI
from hero_assistance.status import read_status
from hero_assistance.supervisor.names import SOCKET, SUPERVISOR_LOCK
from hero_assistance.supervisor.registry.file_names import REGISTRY_FILE
from hero_assistance_sdk.files.file_lock import find_holder
from hero_assistance_sdk.paths import SERVICE, Paths
from tests.capabilities import PROC, needs
from tests.supervisor.harness import wait_for
from tests.supervisor.stand_in_daemons import Told, processes_of

pytestmark = needs(PROC)
END_S = 60.0
COMMAND = (sys.executable, "-m", "hero_assistance", "run", "--auth-mode", "dev")


@contextmanager
def running(paths: Paths, environ: dict[str, str], *flags: str) -> Iterator[subprocess.Popen[str]]:
    env = {**environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [*COMMAND, *flags], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    ) as program:
        try:
            yield program
        finally:
            program.kill()


@contextmanager
def cutting(path: Path) -> Iterator[list[int]]:
    """Listen at a socket, and cut every connection on which something is asked; yield how many bytes each has sent."""
    path.parent.mkdir(parents=True)
    cut: list[int] = []

    def serve(listening: socket.socket) -> None:
        while True:
            accepted, _ = listening.accept()
            with accepted:
                sent = len(accepted.recv(1024))
            if sent:
                cut.append(sent)
                return

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield cut
        thread.join(END_S)


def read_until(program: subprocess.Popen[str], text: str) -> list[str]:
    """The lines that it prints, until one has this text."""
    assert program.stdout is not None
    found: list[str] = []
    for line in program.stdout:
        found.append(line.rstrip())
        if text in line:
            return found
    raise AssertionError(found)


def end(program: subprocess.Popen[str]) -> tuple[str, int]:
    """What it prints until its end, and its exit status."""
    printed, _ = program.communicate(timeout=END_S)
    return printed, program.returncode


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_service(desk: Paths, hero_env: dict[str, str], number: int) -> None:
    with running(desk, hero_env) as program:
        read_until(program, "started release")
        assert read_status(desk).exit_status == 0
        program.send_signal(number)
        printed, status = end(program)
    assert status == 0, printed
    assert printed.endswith("stopped\n")
    assert processes_of(desk) == set()
    assert list(desk.service_sockets.iterdir()) == []


def test_signals_at_once_stop_the_service_once(desk: Paths, hero_env: dict[str, str]) -> None:
    """A terminal that closes sends more than one."""
    with running(desk, hero_env) as program:
        read_until(program, "started release")
        # It finds both when it goes on.
        program.send_signal(signal.SIGSTOP)
        for number in (signal.SIGHUP, signal.SIGTERM):
            program.send_signal(number)
        program.send_signal(signal.SIGCONT)
        printed, status = end(program)
    assert status == 0, printed
    assert printed.endswith("stopped\n")
    assert "Traceback" not in printed
    assert processes_of(desk) == set()


def test_it_shows_the_logs_from_the_start_on(desk: Paths, hero_env: dict[str, str]) -> None:
    with running(desk, hero_env) as program:
        lines = read_until(program, f"{UI} | flags")
        program.terminate()
        end(program)
    assert any(line.startswith(f"{SERVER} | flags --auth-mode dev") for line in lines)


def test_a_stop_elsewhere_ends_it(desk: Paths, hero_env: dict[str, str]) -> None:
    with running(desk, hero_env) as program:
        read_until(program, "started release")
        lifecycle.stop(desk, Told())
        printed, status = end(program)
    assert status == 0, printed


def kill_supervisor(desk: Paths) -> int:
    """Kill the supervisor, and return its pid."""
    supervisor = find_holder(desk.state / SUPERVISOR_LOCK)
    assert supervisor
    os.kill(supervisor, signal.SIGKILL)
    return supervisor


def test_another_supervisor_may_take_over(desk: Paths, hero_env: dict[str, str]) -> None:
    with running(desk, hero_env) as program:
        read_until(program, "started release")
        supervisor = kill_supervisor(desk)
        wait_for(lambda: not is_there(supervisor), "the supervisor's end is taken")
        lifecycle.restart(desk, Told())
        assert find_holder(desk.state / SUPERVISOR_LOCK) not in (None, supervisor)
        # A line that is shown now is one that was written after the restart.
        read_until(program, f"{UI} | flags")
        assert program.poll() is None
        program.terminate()
        printed, status = end(program)
    assert status == 0, printed


def test_a_supervisor_that_ends_while_it_is_asked_may_be_replaced(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreground, "_LOOK_S", 0.0)
    paths.state.mkdir(parents=True)
    (paths.state / REGISTRY_FILE).write_text(json.dumps({"services": {SERVICE: {}}}))
    with cutting(paths.socket(SOCKET)) as cut:
        assert not foreground._Watch(paths).is_over()
    assert cut, "it has been asked"


def test_without_its_supervisor_it_stops_all_and_fails(desk: Paths, hero_env: dict[str, str]) -> None:
    with running(desk, hero_env) as program:
        read_until(program, "started release")
        kill_supervisor(desk)
        printed, status = end(program)
    assert status == 1
    assert "the supervisor has ended, so the service is stopped" in printed
    assert processes_of(desk) == set()


def test_a_start_that_fails_leaves_nothing(desk: Paths, hero_env: dict[str, str]) -> None:
    (desk.root / "broken").touch()
    with running(desk, hero_env, "--seed-dev-users") as program:
        printed, status = end(program)
    assert status == 1
    assert "the database is from the future" in printed
    assert processes_of(desk) == set()


def test_the_end_of_a_child_is_taken_at_once(desk: Paths, hero_env: dict[str, str]) -> None:
    """The first process of a container would have more and more zombies."""
    with running(desk, hero_env) as program:
        read_until(program, "started release")
        server = next(action.pid for action in read_status(desk).actions if action.name == SERVER)
        supervisor = find_holder(desk.state / SUPERVISOR_LOCK)
        assert server
        assert supervisor
        os.kill(supervisor, signal.SIGKILL)
        wait_for(lambda: not is_there(supervisor), "the end of the supervisor is taken")
        program.terminate()
        end(program)


def is_there(pid: int) -> bool:
    """Whether a process is there, be it as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
