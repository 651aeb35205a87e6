"""Readiness by `READY=1`, and by probes of a program that knows nothing of the supervisor."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path

from hero_assistance.supervisor.names import NOTIFY
from hero_assistance_sdk.hero_proc.specs import ActionSpec, HealthCheck, ProbeKind
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.net.sockets import bind_tcp, bound_address
from tests.supervisor.harness import Harness, one


def notifying(harness: Harness, flag: Path, start_period_ms: int = 20_000) -> ActionSpec:
    """Says that it is ready when `flag` is there; the probe of its own is always content."""
    action = harness.action("notify", argument=str(flag), probed=False)
    probe = HealthCheck(kind=ProbeKind.EXEC, target="/bin/true", interval_ms=200, start_period_ms=start_period_ms)
    return action.model_copy(update={"notify": True, "health_checks": (probe,)})


def wait_until_asked(harness: Harness) -> None:
    harness.until(
        lambda status: one(status).last_probe_error == "it has not said READY=1", "it is asked and waited for"
    )
    assert one(harness.status()).state is ActionState.STARTING


def test_it_is_healthy_once_it_has_said_so(supervised: Harness) -> None:
    flag = supervised.paths.root / "ready"
    supervised.start_actions(notifying(supervised, flag))
    wait_until_asked(supervised)
    flag.touch()
    supervised.until_state(ActionState.HEALTHY)


def test_nobody_else_can_say_it(supervised: Harness) -> None:
    flag = supervised.paths.root / "ready"
    supervised.start_actions(notifying(supervised, flag, start_period_ms=500))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as foreign:
        foreign.connect(str(supervised.paths.socket(NOTIFY)))
        foreign.send(b"READY=1")
    state = supervised.until_state(ActionState.BACKOFF)
    assert state.reason == "did not become healthy: it has not said READY=1"


def test_what_was_said_is_remembered_by_the_next_supervisor(supervised: Harness) -> None:
    flag = supervised.paths.root / "ready"
    flag.touch()
    supervised.start_actions(notifying(supervised, flag))
    before = supervised.until_state(ActionState.HEALTHY)
    supervised.end_supervisor(signal.SIGKILL)
    supervised.start_supervisor()
    assert supervised.until_state(ActionState.HEALTHY).pid == before.pid


def test_the_socket_goes_with_the_supervisor(supervised: Harness) -> None:
    assert supervised.paths.socket(NOTIFY).stat().st_mode & 0o777 == 0o600
    supervised.end_supervisor(signal.SIGTERM)
    assert not supervised.paths.socket(NOTIFY).exists()


def test_a_program_that_nobody_here_wrote_is_probed_started_again_and_ended(supervised: Harness) -> None:
    with bind_tcp("127.0.0.1:0") as free:
        address = bound_address(free)
    port = address.rpartition(":")[2]
    probe = HealthCheck(kind=ProbeKind.HTTP, target=f"http://{address}/", interval_ms=50, timeout_ms=300)
    argv = (sys.executable, "-m", "http.server", port, "--bind", "127.0.0.1", "--directory", str(supervised.paths.root))
    action = supervised.action(probed=False).model_copy(update={"argv": argv, "health_checks": (probe,)})
    supervised.start_actions(action)
    before = supervised.until_state(ActionState.HEALTHY)
    assert before.pid is not None
    # As a handler that hangs: the process is there, and nothing answers.
    os.kill(before.pid, signal.SIGSTOP)
    after = one(
        supervised.until(
            lambda status: one(status).state is ActionState.HEALTHY and one(status).pid != before.pid, "it is new"
        )
    )
    assert after.restarts == 1
    supervised.stop()
    with bind_tcp(address):
        pass
