"""An action that ends, hangs or loses its socket is started again; a foreign holder is named and left alone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from hero_assistance.supervisor.process.process_table import read_process
from hero_assistance_sdk.hero_proc.specs import Dependency, DependencyCondition, HealthCheck, ProbeKind, RetryPolicy
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.net.sockets import listening_pid
from tests.supervisor.harness import PROGRAM, SERVICE, Harness, one, wait_for


def new_pid(harness: Harness, old: int | None, name: str = "one") -> int:
    """The pid once the action is healthy with another process."""

    def renewed(status: object) -> bool:
        action = one(status, name)  # type: ignore[arg-type]
        return action.state is ActionState.HEALTHY and action.pid != old

    pid = one(harness.until(renewed, f"{name} is healthy with another process"), name).pid
    assert pid is not None
    return pid


def test_a_killed_process_is_started_again(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    before = supervised.until_state(ActionState.HEALTHY)
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    new_pid(supervised, before.pid)
    after = one(supervised.status())
    assert after.restarts == 1
    assert after.last_exit is not None
    assert after.last_exit.signal == "SIGKILL"


def test_what_never_gets_well_is_given_up_after_its_attempts_with_the_reason(supervised: Harness) -> None:
    retry = RetryPolicy(max_attempts=3, delay_ms=10, jitter=0.0)
    supervised.start_actions(supervised.action("crash", argument="3", retry=retry))
    failed = supervised.until_state(ActionState.FAILED)
    assert (failed.pid, failed.restarts, failed.reason) == (None, 3, "exited with status 3")
    assert failed.last_exit is not None
    assert failed.last_exit.code == 3
    with supervised.client() as client:
        assert client.logs_query("one").lines == ("about to fail",) * 4
        assert [job.run for job in client.job_list(SERVICE)] == [4, 3, 2, 1]


def test_an_operator_starts_anew_what_was_given_up(supervised: Harness) -> None:
    retry = RetryPolicy(max_attempts=1, delay_ms=10, jitter=0.0)
    supervised.start_actions(supervised.action("once", retry=retry))
    pid = supervised.until_state(ActionState.HEALTHY).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    supervised.until_state(ActionState.FAILED)
    Path(supervised.socket("one") + ".ran").unlink()
    with supervised.client() as client:
        client.service_start(SERVICE)
    assert supervised.until_state(ActionState.HEALTHY).restarts == 0


def test_a_program_that_is_not_there_is_named(supervised: Harness) -> None:
    retry = RetryPolicy(max_attempts=1, delay_ms=10, jitter=0.0)
    supervised.start_actions(supervised.action(retry=retry).model_copy(update={"argv": ("/nowhere/program",)}))
    assert supervised.until_state(ActionState.FAILED).reason == "cannot run /nowhere/program: No such file or directory"


def test_a_hung_process_is_degraded_and_then_started_again(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    pid = supervised.until_state(ActionState.HEALTHY).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    degraded = supervised.until_state(ActionState.DEGRADED)
    assert degraded.reason is not None
    assert "did not answer within 300 ms" in degraded.reason
    new_pid(supervised, pid)
    assert read_process(pid) is None


def test_a_process_that_was_only_slow_is_left_alone(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    pid = supervised.until_state(ActionState.HEALTHY).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    supervised.until_state(ActionState.DEGRADED)
    os.kill(pid, signal.SIGCONT)
    assert supervised.until_state(ActionState.HEALTHY).pid == pid


def test_a_deleted_socket_is_noticed(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    pid = supervised.until_state(ActionState.HEALTHY).pid
    path = Path(supervised.socket("one"))
    path.unlink()
    assert supervised.until_state(ActionState.DEGRADED).reason == f"{path} is not there"
    new_pid(supervised, pid)
    assert path.is_socket()


def test_a_stale_socket_does_not_block_a_start(supervised: Harness) -> None:
    path = supervised.socket("one")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    supervised.start_actions(supervised.action())
    supervised.until_state(ActionState.HEALTHY)


def test_a_foreign_listener_is_reported_by_pid_and_left_alone(supervised: Harness) -> None:
    path = supervised.socket("one")
    with subprocess.Popen([sys.executable, "-I", PROGRAM, "serve", path], stdout=subprocess.DEVNULL) as foreign:
        try:
            wait_for(lambda: listening_pid(Path(path)) == foreign.pid, "the foreign process listens")
            supervised.start_actions(supervised.action())
            held = supervised.until(lambda status: one(status).attempt > 2, "it was tried").actions[0]
            assert held.reason is not None
            assert f"{path} is held by process {foreign.pid} (" in held.reason
            assert "did not start" in held.reason
            supervised.stop()
            assert foreign.poll() is None
            assert listening_pid(Path(path)) == foreign.pid
        finally:
            foreign.kill()


def test_a_healthy_answer_of_somebody_else_on_our_socket_does_not_count(supervised: Harness) -> None:
    path = Path(supervised.socket("one"))
    supervised.start_actions(supervised.action())
    supervised.until_state(ActionState.HEALTHY)
    with subprocess.Popen([sys.executable, "-I", PROGRAM, "serve", str(path)], stdout=subprocess.DEVNULL) as foreign:
        try:
            held = supervised.until_state(ActionState.BACKOFF)
            assert held.last_probe_error is not None
            assert f"is held by process {foreign.pid}" in held.last_probe_error
            assert foreign.poll() is None
        finally:
            foreign.kill()
    supervised.until_state(ActionState.HEALTHY)


def test_a_busy_answer_is_no_failure_and_a_plain_503_is(supervised: Harness) -> None:
    path = Path(supervised.socket("one"))
    busy, asked = Path(f"{path}.busy"), Path(f"{path}.asked")
    busy.touch()
    supervised.start_actions(supervised.action("overloaded"))
    supervised.until_state(ActionState.HEALTHY)
    wait_for(lambda: asked.read_text().count("busy") > 10, "it was asked more often than a sick one may fail")
    known = one(supervised.status())
    assert (known.state, known.attempt) == (ActionState.HEALTHY, 0)
    busy.unlink()
    supervised.until(lambda status: "answered 503" in str(one(status).last_probe_error), "the probe fails")


def test_an_action_waits_until_what_it_needs_is_healthy(supervised: Harness) -> None:
    first = supervised.action(name="first")
    second = supervised.action(name="second").model_copy(
        update={"depends_on": (Dependency(action="first", condition=DependencyCondition.HEALTHY),)}
    )
    broken = first.model_copy(update={"argv": ("/nowhere",), "retry_policy": RetryPolicy(max_attempts=1, delay_ms=0)})
    supervised.start_actions(second, broken)
    supervised.until_state(ActionState.FAILED, "first")
    waiting = one(supervised.status(), "second")
    assert (waiting.state, waiting.reason) == (ActionState.STARTING, "waits for first to be healthy")
    supervised.start_actions(second, first)
    supervised.until(lambda status: status.state is ActionState.HEALTHY, "both are healthy")


def test_a_one_shot_ends_in_stopped_and_is_not_started_again(supervised: Harness) -> None:
    shot = supervised.action("crash", argument="0", probed=False).model_copy(update={"is_process": False})
    supervised.start_actions(shot)
    supervised.until(lambda status: one(status).last_exit is not None, "it ran")
    ended = supervised.until_state(ActionState.STOPPED)
    assert ended.restarts == 0
    supervised.end_supervisor(signal.SIGTERM)
    supervised.start_supervisor()
    with supervised.client() as client:
        assert client.logs_query("one").lines == ("about to fail",)


def test_tcp_and_exec_probes(supervised: Harness) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        flag = supervised.paths.root / "flag"
        checks = (
            HealthCheck(kind=ProbeKind.TCP, target=f"127.0.0.1:{port}", interval_ms=50),
            HealthCheck(kind=ProbeKind.EXEC, target=f"/usr/bin/test -e {flag}", interval_ms=50),
        )
        action = supervised.action("stay", probed=False)
        supervised.start_actions(action.model_copy(update={"health_checks": checks}))
        waiting = supervised.until(lambda status: one(status).last_probe_error is not None, "it was asked")
        assert one(waiting).last_probe_error == f"/usr/bin/test -e {flag} ended with status 1"
        flag.touch()
        supervised.until_state(ActionState.HEALTHY)
    degraded = supervised.until_state(ActionState.DEGRADED)
    assert degraded.reason == f"nothing listens on 127.0.0.1:{port}"


def test_a_changed_specification_restarts_only_what_changed(supervised: Harness) -> None:
    one_, two = supervised.action(name="one"), supervised.action(name="two")
    supervised.start_actions(one_, two)
    before = supervised.until(lambda status: status.state is ActionState.HEALTHY, "both are healthy")
    changed = two.model_copy(update={"argv": (*two.argv, "more")})
    supervised.start_actions(one_, changed)
    new_pid(supervised, one(before, "two").pid, "two")
    assert one(supervised.status(), "one").pid == one(before, "one").pid


def test_an_action_that_is_registered_no_more_is_ended(supervised: Harness) -> None:
    supervised.start_actions(supervised.action(name="one"), supervised.action(name="two"))
    supervised.until(lambda status: status.state is ActionState.HEALTHY, "both are healthy")
    supervised.start_actions(supervised.action(name="one"))
    left = supervised.until(lambda status: len(status.actions) == 1, "only one is left")
    assert left.actions[0].name == "one"
