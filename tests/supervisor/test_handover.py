"""A successor takes over from the process that serves; one that does not become healthy leaves it as it was."""

from __future__ import annotations

import os
import signal

import pytest

from hero_assistance_sdk.hero_proc.specs import ActionSpec, BadSpec, HealthCheck, ServiceSpec
from hero_assistance_sdk.hero_proc.wire import ActionState, ActionStatus, ServiceStatus
from tests.supervisor.harness import SERVICE, Harness, one, wait_for


def handing_over(harness: Harness, behaviour: str = "serve", argument: str | None = None) -> ActionSpec:
    return harness.action(behaviour, argument=argument).model_copy(update={"hands_over": True})


def replace(harness: Harness, action: ActionSpec) -> None:
    with harness.client() as client:
        client.service_set(ServiceSpec(name=SERVICE, actions=(action,)))
        client.service_restart(SERVICE, overlap=True)


def settled(harness: Harness) -> ActionStatus:
    """The action once nothing is under way any more."""

    def is_settled(status: ServiceStatus) -> bool:
        return one(status).state is ActionState.HEALTHY

    return one(harness.until(is_settled, "it is healthy"))


def test_a_successor_serves_before_its_predecessor_is_ended(supervised: Harness) -> None:
    supervised.start_actions(handing_over(supervised))
    before = supervised.until_state(ActionState.HEALTHY)
    replace(supervised, handing_over(supervised))
    after = settled(supervised)
    assert after.pid != before.pid
    assert (after.kept, after.restarts) == (None, 0)
    assert supervised.descendants() == {after.pid}
    with supervised.client() as client:
        jobs = client.job_list(SERVICE)
    assert [(job.run, job.ended is None) for job in jobs] == [(2, True), (1, False)]


def test_one_that_fails_leaves_what_serves_and_says_why(supervised: Harness) -> None:
    supervised.start_actions(handing_over(supervised))
    before = supervised.until_state(ActionState.HEALTHY)
    replace(supervised, handing_over(supervised, "crash", "3"))
    kept = settled(supervised)
    assert (kept.pid, kept.kept) == (before.pid, "the process that was to replace it exited with status 3")
    replace(supervised, handing_over(supervised))
    after = settled(supervised)
    assert after.pid != before.pid
    assert after.kept is None


def test_one_that_never_answers_is_ended_and_what_serves_is_left(supervised: Harness) -> None:
    supervised.start_actions(handing_over(supervised))
    before = supervised.until_state(ActionState.HEALTHY)
    silent = handing_over(supervised, "stay")
    probe: HealthCheck = silent.health_checks[0].model_copy(update={"start_period_ms": 200})
    replace(supervised, silent.model_copy(update={"health_checks": (probe,)}))
    kept = settled(supervised)
    assert kept.pid == before.pid
    assert "did not become healthy" in str(kept.kept)
    assert supervised.descendants() == {before.pid}


def test_one_that_takes_the_socket_and_fails_leads_to_a_plain_restart(supervised: Harness) -> None:
    supervised.start_actions(handing_over(supervised))
    before = supervised.until_state(ActionState.HEALTHY)
    replace(supervised, handing_over(supervised, "take-socket-and-fail"))
    supervised.until(lambda status: one(status).pid != before.pid, "it is ended")
    wait_for(lambda: before.pid not in supervised.descendants(), "nothing of it is left")


def test_a_stop_in_the_middle_ends_both(supervised: Harness) -> None:
    supervised.start_actions(handing_over(supervised))
    supervised.until_state(ActionState.HEALTHY)
    replace(supervised, handing_over(supervised, "stay"))
    wait_for(lambda: len(supervised.descendants()) == 2, "the successor runs")
    supervised.stop()
    assert supervised.descendants() == set()


def test_the_death_of_what_serves_in_the_middle_leads_to_one_process(supervised: Harness) -> None:
    supervised.start_actions(handing_over(supervised))
    before = supervised.until_state(ActionState.HEALTHY)
    replace(supervised, handing_over(supervised, "late"))
    wait_for(lambda: len(supervised.descendants()) == 2, "the successor runs")
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    supervised.until(lambda status: one(status).pid != before.pid, "it has ended")
    wait_for(lambda: supervised.descendants() == {settled(supervised).pid}, "one process is left")


@pytest.mark.fault
def test_a_supervisor_that_dies_in_the_middle_leaves_one_process_in_the_end(supervised: Harness) -> None:
    supervised.start_actions(handing_over(supervised))
    before = supervised.until_state(ActionState.HEALTHY)
    replace(supervised, handing_over(supervised, "late"))
    wait_for(lambda: len(supervised.descendants()) == 2, "the successor runs")
    (successor,) = supervised.descendants() - {before.pid}
    supervised.end_supervisor(signal.SIGKILL)
    supervised.start_supervisor()
    assert settled(supervised).pid == successor
    wait_for(lambda: supervised.descendants() == {successor}, "its predecessor has ended")


def test_what_does_not_hand_over_is_restarted(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    before = supervised.until_state(ActionState.HEALTHY)
    with supervised.client() as client:
        client.service_restart(SERVICE, overlap=True)
    supervised.until(lambda status: one(status).pid not in (None, before.pid), "it is another process")


def test_handing_over_needs_a_socket(supervised: Harness) -> None:
    action = supervised.action(probed=False).model_copy(update={"hands_over": True})
    with pytest.raises(BadSpec, match="a singleton with a socket"):
        supervised.start_actions(action)
