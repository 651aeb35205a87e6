"""Stop after stop over what is hardest to end: nothing of it is left, and nobody else is touched."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hero_assistance.supervisor.process.process_family import MARK
from hero_assistance_sdk.hero_proc.specs import ActionSpec
from hero_assistance_sdk.hero_proc.wire import ActionState
from tests.capabilities import PROC, needs
from tests.supervisor.harness import SERVICE, Harness, wait_for

pytestmark = [
    pytest.mark.fault,
    needs(PROC),
]

ROUNDS = 200 if os.environ.get("FAULT_ROUNDS") == "full" else 10
FAMILY = 6
HIDDEN = 2
# Long enough that the leader is seen to ignore SIGTERM, short enough for two hundred rounds.
STOP_MS = 50


@contextmanager
def bystanders() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes of ours that no supervisor started: of our user, in our session and in their own, one marked."""
    argv = [sys.executable, "-I", "-c", "import signal; signal.pause()"]
    marked = {**os.environ, MARK: f"another/{SERVICE}/one/1"}
    with contextlib.ExitStack() as stack:
        started = [
            stack.enter_context(subprocess.Popen(argv)),
            stack.enter_context(subprocess.Popen(argv, start_new_session=True)),
            stack.enter_context(subprocess.Popen(argv, start_new_session=True, env=marked)),
        ]
        try:
            yield started
        finally:
            for process in started:
                process.kill()


def actions(harness: Harness) -> tuple[ActionSpec, ActionSpec]:
    """One that forks, double-forks, opens sessions and ignores SIGTERM; one whose child also drops its mark."""
    return harness.action("family", name="one", stop_ms=STOP_MS), harness.action("hide", name="two", stop_ms=STOP_MS)


def test_nothing_is_left_of_a_family_after_any_stop(supervised: Harness) -> None:
    with bystanders() as others:
        supervised.start_actions(*actions(supervised))
        for number in range(ROUNDS):
            supervised.until(lambda status: status.state is ActionState.HEALTHY, "both are healthy")
            wait_for(lambda: len(supervised.descendants()) >= FAMILY + HIDDEN, "the families are complete")
            supervised.stop()
            assert supervised.descendants() == set(), f"left after stop {number + 1}"
            assert [other.poll() for other in others] == [None] * len(others)
            with supervised.client() as client:
                client.service_start(SERVICE)
