"""After the death of a supervisor the next one adopts the same processes: none is restarted, none is doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from hero_assistance.supervisor.process.process_table import read_boot_id, read_process
from hero_assistance_sdk.hero_proc.wire import ActionState
from tests.supervisor.harness import PROGRAM, SERVICE, Harness, one, wait_for

ROUNDS = 5


def test_running_children_are_adopted(supervised: Harness) -> None:
    supervised.start_actions(supervised.action(name="one"), supervised.action(name="two"))
    healthy = supervised.until(lambda status: status.state is ActionState.HEALTHY, "both are healthy")
    pids = {action.name: action.pid for action in healthy.actions}
    for _round in range(ROUNDS):
        supervised.end_supervisor(signal.SIGKILL)
        supervised.start_supervisor()
        again = supervised.until(lambda status: status.state is ActionState.HEALTHY, "both are healthy again")
        assert {action.name: action.pid for action in again.actions} == pids
        assert [action.restarts for action in again.actions] == [0, 0]
        assert supervised.descendants() == set(pids.values())


def test_a_child_is_adopted_even_when_its_start_was_not_recorded(supervised: Harness) -> None:
    """The supervisor may be killed between the start of a child and the record of it."""
    supervised.start_actions(supervised.action())
    pid = supervised.until_state(ActionState.HEALTHY).pid
    supervised.end_supervisor(signal.SIGKILL)
    supervised.record_path().unlink()
    supervised.start_supervisor()
    assert supervised.until_state(ActionState.HEALTHY).pid == pid
    assert supervised.descendants() == {pid}


def test_the_end_of_an_adopted_child_is_noticed(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    pid = supervised.until_state(ActionState.HEALTHY).pid
    assert pid is not None
    supervised.end_supervisor(signal.SIGKILL)
    supervised.start_supervisor()
    supervised.until_state(ActionState.HEALTHY)
    os.kill(pid, signal.SIGKILL)
    supervised.until(lambda status: one(status).restarts == 1, "it is started again")
    supervised.until_state(ActionState.HEALTHY)
    assert pid not in supervised.descendants()


def test_a_child_that_ended_meanwhile_is_started_again(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    pid = supervised.until_state(ActionState.HEALTHY).pid
    assert pid is not None
    supervised.end_supervisor(signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    supervised.start_supervisor()
    assert supervised.until_state(ActionState.HEALTHY).pid != pid


def test_what_was_being_stopped_is_stopped_by_the_next(supervised: Harness) -> None:
    supervised.start_actions(supervised.action("family", stop_ms=30_000))
    supervised.until_state(ActionState.HEALTHY)
    with supervised.client() as client:
        client.service_stop(SERVICE)
        client.service_set(client.service_get(SERVICE).spec)
    supervised.end_supervisor(signal.SIGKILL)
    with_short_stop(supervised)
    supervised.start_supervisor()
    supervised.until_state(ActionState.STOPPED)
    assert supervised.descendants() == set()


def with_short_stop(harness: Harness) -> None:
    path = harness.paths.state / "registry.json"
    content = json.loads(path.read_text())
    content["services"][SERVICE]["spec"]["actions"][0]["stop"]["timeout_ms"] = 50
    path.write_text(json.dumps(content))


@pytest.mark.parametrize("field", ["started", "boot"])
def test_a_reused_pid_is_never_taken_for_ours_and_never_signalled(supervised: Harness, field: str) -> None:
    supervised.start_actions(supervised.action())
    pid = supervised.until_state(ActionState.HEALTHY).pid
    assert pid is not None
    supervised.end_supervisor(signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: pid not in supervised.descendants(), "the child has ended")
    foreign = subprocess.Popen([sys.executable, "-I", PROGRAM, "stay", "0"], start_new_session=True)
    try:
        row = read_process(foreign.pid)
        assert row is not None
        stale: dict[str, Any] = {
            "pid": foreign.pid,
            "started": row.identity.started,
            "boot": read_boot_id(),
            field: "earlier",
        }
        supervised.change_record(**stale)
        supervised.start_supervisor()
        assert supervised.until_state(ActionState.HEALTHY).pid != foreign.pid
        supervised.stop()
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait()


def test_registrations_and_what_is_wanted_outlive_the_supervisor(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    supervised.until_state(ActionState.HEALTHY)
    supervised.stop()
    supervised.end_supervisor(signal.SIGTERM)
    supervised.start_supervisor()
    status = supervised.status()
    assert (status.state, status.wanted) == (ActionState.STOPPED, "down")


def test_a_damaged_registry_is_named_and_nothing_is_started(harness: Harness) -> None:
    harness.paths.state.mkdir(parents=True)
    path = harness.paths.state / "registry.json"
    path.write_text("{")
    ended = subprocess.run(
        [sys.executable, "-m", "hero_assistance", "supervisor", "run"],
        env=harness.env,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == 1
    assert str(path) in ended.stderr
    assert "Traceback" not in ended.stderr
