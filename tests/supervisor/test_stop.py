"""A stop leaves nothing of what an action started: process group, new sessions, double forks, no mark at all."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from hero_assistance_sdk.hero_proc.specs import Dependency
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.net.sockets import listening_pid
from tests.supervisor.harness import PROGRAM, SERVICE, Harness, one, wait_for

FAMILY = 6
ROUNDS = 5


def test_a_family_that_ignores_sigterm_is_gone_after_a_stop(supervised: Harness) -> None:
    supervised.start_actions(supervised.action("family", stop_ms=100))
    for _round in range(ROUNDS):
        supervised.until_state(ActionState.HEALTHY)
        wait_for(lambda: len(supervised.descendants()) >= FAMILY, "the family is complete")
        supervised.stop()
        assert supervised.descendants() == set()
        with supervised.client() as client:
            client.service_start(SERVICE)


def test_a_family_that_lost_its_supervisor_is_gone_after_a_stop(supervised: Harness) -> None:
    supervised.start_actions(supervised.action("family", stop_ms=100))
    for _round in range(ROUNDS):
        supervised.until_state(ActionState.HEALTHY)
        wait_for(lambda: len(supervised.descendants()) >= FAMILY, "the family is complete")
        supervised.end_supervisor(signal.SIGKILL)
        supervised.start_supervisor()
        supervised.stop()
        assert supervised.descendants() == set()
        with supervised.client() as client:
            client.service_start(SERVICE)


def test_what_hides_its_origin_goes_with_the_last_action(supervised: Harness) -> None:
    supervised.start_actions(supervised.action("hide"))
    supervised.until_state(ActionState.HEALTHY)
    wait_for(lambda: len(supervised.descendants()) == 2, "the hidden process runs")
    supervised.stop()
    assert supervised.descendants() == set()


def test_what_hides_its_origin_goes_with_the_later_of_two_that_end_at_once(supervised: Harness) -> None:
    supervised.start_actions(supervised.action("hide", name="one"), supervised.action("family", name="two", stop_ms=50))
    supervised.until(lambda status: status.state is ActionState.HEALTHY, "both are healthy")
    wait_for(lambda: len(supervised.descendants()) >= FAMILY + 2, "the families are complete")
    supervised.stop()
    assert supervised.descendants() == set()


def test_remains_of_a_crashed_instance_are_ended_before_the_next(supervised: Harness) -> None:
    supervised.start_actions(supervised.action("family", stop_ms=50))
    pid = supervised.until_state(ActionState.HEALTHY).pid
    assert pid is not None
    wait_for(lambda: len(supervised.descendants()) >= FAMILY, "the family is complete")
    before = supervised.descendants()
    subprocess.run(["/bin/kill", "-KILL", str(pid)], check=True)
    supervised.until(lambda status: one(status).restarts == 1 and one(status).pid is not None, "it is started again")
    assert supervised.descendants() & before == set()


def test_actions_end_before_those_they_need(supervised: Harness) -> None:
    first = supervised.action(name="first")
    second = supervised.action(name="second").model_copy(update={"depends_on": (Dependency(action="first"),)})
    supervised.start_actions(first, second)
    supervised.until(lambda status: status.state is ActionState.HEALTHY, "both are healthy")
    supervised.stop()
    log = supervised.log.read_text()
    assert log.index("action.ended action=second") < log.index("action.ended action=first")


def test_a_stop_leaves_no_socket_behind(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    supervised.until_state(ActionState.HEALTHY)
    supervised.stop()
    left = {path.name for path in supervised.paths.service_sockets.iterdir()}
    assert left == {"notify.sock", "supervisor.sock"}


def test_a_process_of_somebody_else_outlives_a_stop(supervised: Harness) -> None:
    foreign = subprocess.Popen([sys.executable, "-I", PROGRAM, "stay", "0"], start_new_session=True)
    try:
        supervised.start_actions(supervised.action())
        supervised.until_state(ActionState.HEALTHY)
        supervised.stop()
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_of_the_supervisor_leaves_what_it_runs(supervised: Harness, number: signal.Signals) -> None:
    supervised.start_actions(supervised.action())
    pid = supervised.until_state(ActionState.HEALTHY).pid
    assert supervised.end_supervisor(number) == 0
    assert listening_pid(supervised.paths.socket("one")) == pid
