"""A process that holds a socket or port of an action is ended only if it is provably an earlier instance."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hero_assistance.supervisor.process.process_table import read_boot_id, read_process
from hero_assistance.supervisor.process.tcp_ports import find_port_holder
from hero_assistance.supervisor.registry.file_names import REGISTRY_FILE
from hero_assistance_sdk.hero_proc.specs import ActionSpec, RetryPolicy
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.net.sockets import listening_pid
from hero_assistance_sdk.paths import Paths
from tests.capabilities import PROC, needs
from tests.free_ports import find_free_port
from tests.supervisor.harness import PROGRAM, SERVICE, Harness, one, wait_for

pytestmark = needs(PROC)

FAMILY = 6


def ending_others(action: ActionSpec, **more: object) -> ActionSpec:
    return action.model_copy(update={"kill_other": True, **more})


def serving_port(harness: Harness, port: int, **more: object) -> ActionSpec:
    action = harness.action("port", argument=str(port), probed=False)
    # Nothing of its command line names the root; its environment does, so that nothing of it is left behind.
    env = {"PATH_ROOT": str(harness.paths.root)}
    return action.model_copy(update={"tcp_ports": (port,), "env": env, **more})


def lose_the_registry(harness: Harness) -> None:
    """As when the file was damaged and moved away: the next supervisor has another id, and adopts nothing."""
    harness.end_supervisor(signal.SIGKILL)
    (harness.paths.state / REGISTRY_FILE).unlink()
    harness.start_supervisor()


def refusal(harness: Harness) -> str:
    """Why the action does not start, after more than one try."""
    return str(one(harness.until(lambda status: one(status).attempt > 2, "it was tried")).reason)


@contextmanager
def foreign(*argv: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A program that no supervisor started; it must be left alone, and is ended here."""
    program = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield program
        assert program.poll() is None
    finally:
        program.kill()
        program.wait()


def test_an_earlier_instance_of_a_lost_registry_is_ended_with_its_family(supervised: Harness) -> None:
    action = ending_others(supervised.action("family", stop_ms=50))
    supervised.start_actions(action)
    supervised.until_state(ActionState.HEALTHY)
    wait_for(lambda: len(supervised.descendants()) >= FAMILY, "the family is complete")
    before = supervised.descendants()
    lose_the_registry(supervised)
    supervised.start_actions(action)
    supervised.until_state(ActionState.HEALTHY)
    assert supervised.descendants() & before == set()


def test_without_kill_other_it_is_named_and_left_alone(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    pid = supervised.until_state(ActionState.HEALTHY).pid
    lose_the_registry(supervised)
    supervised.start_actions(supervised.action())
    why = refusal(supervised)
    assert f"is held by process {pid} (" in why
    assert why.endswith("an earlier instance of this action, which kill_other would end")
    assert listening_pid(Path(supervised.socket("one"))) == pid


def test_an_earlier_instance_on_a_tcp_port_is_ended(supervised: Harness) -> None:
    port = find_free_port()
    action = ending_others(serving_port(supervised, port))
    supervised.start_actions(action)
    supervised.until_state(ActionState.HEALTHY)
    before = one(supervised.status()).pid
    wait_for(lambda: find_port_holder(port) == before, "it listens")
    lose_the_registry(supervised)
    supervised.start_actions(action)
    after = one(supervised.until(lambda status: one(status).pid not in (None, before), "it is started")).pid
    wait_for(lambda: find_port_holder(port) == after, "the new one has the port")
    assert before not in supervised.descendants()


def _note(heard: list[int], pid: int | None) -> bool:
    heard += [pid] if pid else []
    return bool(heard)


@pytest.mark.parametrize("kill_other", [True, False])
def test_what_an_instance_left_behind_is_ended_only_when_asked(supervised: Harness, kill_other: bool) -> None:
    """Where several instances may run, what is left of the last one still holds the socket."""
    patient = RetryPolicy(max_attempts=None, delay_ms=200, factor=1.0, jitter=0.0)
    action = supervised.action("fail-after-child", retry=patient).model_copy(
        update={"singleton": False, "kill_other": kill_other}
    )
    supervised.start_actions(action)
    path = Path(supervised.socket("one"))
    heard: list[int] = []
    wait_for(lambda: _note(heard, listening_pid(path)), "the child that stays listens")
    first = heard[0]
    if kill_other:
        wait_for(lambda: listening_pid(path) not in (None, first), "the child of the next start listens")
        assert first not in supervised.descendants()
    else:
        assert "kill_other would end" in refusal(supervised)
        assert listening_pid(path) == first


def test_a_foreign_program_on_our_port_is_named_and_left_alone(supervised: Harness) -> None:
    port = find_free_port()
    with foreign(sys.executable, "-m", "http.server", str(port), "--directory", str(supervised.paths.root)) as program:
        wait_for(lambda: find_port_holder(port) == program.pid, "the foreign program listens")
        supervised.start_actions(ending_others(serving_port(supervised, port)))
        why = refusal(supervised)
        assert why.startswith(f"TCP port {port} is held by process {program.pid} (python")
        assert why.endswith("which this supervisor did not start")
        supervised.stop()


def test_a_foreign_program_on_our_socket_is_named_and_left_alone(supervised: Harness) -> None:
    path = supervised.socket("one")
    with foreign(sys.executable, "-I", PROGRAM, "serve", path) as program:
        wait_for(lambda: listening_pid(Path(path)) == program.pid, "the foreign program listens")
        supervised.start_actions(ending_others(supervised.action()))
        why = refusal(supervised)
        assert f"{path} is held by process {program.pid} (" in why
        supervised.stop()
        assert listening_pid(Path(path)) == program.pid


def test_the_same_action_of_another_root_is_left_alone(supervised: Harness, hero_env: dict[str, str]) -> None:
    """It has our user, our program, our service's and our action's name, and a mark; only the root is another."""
    root = supervised.paths.root / "o"
    root.mkdir()
    env = {**hero_env, "PATH_ROOT": str(root)}
    other = Harness(Paths.from_environ(env), env)
    port = find_free_port()
    try:
        other.start_supervisor()
        other.start_actions(ending_others(serving_port(other, port)))
        pid = other.until_state(ActionState.HEALTHY).pid
        wait_for(lambda: find_port_holder(port) == pid, "the other one listens")
        supervised.start_actions(ending_others(serving_port(supervised, port)))
        assert f"is held by process {pid} (" in refusal(supervised)
        supervised.stop()
        assert one(other.status()).restarts == 0
        assert find_port_holder(port) == pid
    finally:
        other.clean_up()


@pytest.mark.parametrize("field", ["started", "boot"])
def test_a_record_of_a_pid_that_is_somebody_elses_now_proves_nothing(supervised: Harness, field: str) -> None:
    action = ending_others(supervised.action())
    supervised.start_actions(action)
    pid = supervised.until_state(ActionState.HEALTHY).pid
    assert pid is not None
    supervised.end_supervisor(signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: pid not in supervised.descendants(), "the child has ended")
    path = supervised.socket("one")
    with foreign(sys.executable, "-I", PROGRAM, "serve", path) as program:
        wait_for(lambda: listening_pid(Path(path)) == program.pid, "the foreign program listens")
        row = read_process(program.pid)
        assert row is not None
        known: dict[str, Any] = {"pid": program.pid, "started": row.identity.started, "boot": read_boot_id()}
        supervised.change_record(**known | {"owner": f"lost/{SERVICE}/one", field: "earlier"})
        (supervised.paths.state / REGISTRY_FILE).unlink()
        supervised.start_supervisor()
        supervised.start_actions(action)
        assert f"is held by process {program.pid} (" in refusal(supervised)
        supervised.stop()


def test_a_damaged_record_proves_nothing_and_is_in_nobodys_way(supervised: Harness) -> None:
    action = ending_others(supervised.action())
    supervised.start_actions(action)
    pid = supervised.until_state(ActionState.HEALTHY).pid
    lose_the_registry(supervised)
    supervised.record_path().write_text("{")
    supervised.start_actions(action)
    assert f"is held by process {pid} (" in refusal(supervised)
    assert listening_pid(Path(supervised.socket("one"))) == pid
