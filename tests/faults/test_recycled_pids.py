"""A pid that was given to somebody else is never signalled: the kernel is made to give it again."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.builds import ROOT
from tests.capabilities import CHOSEN_PIDS, NAMESPACES, require
from tests.faults import recycling

pytestmark = pytest.mark.fault

ROUNDS = 30 if os.environ.get("FAULT_ROUNDS") == "full" else 2
TIMEOUT_S = 900.0


def unshared(*command: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command as process 1 of a process table of its own; all that is left ends with it."""
    require(NAMESPACES)
    mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
    return subprocess.run(
        ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", *mapped, "--", *command],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )


def test_whoever_has_the_pid_now_is_left_alone(hero_env: dict[str, str]) -> None:
    hero_env[recycling.ROOT] = hero_env.pop("PATH_ROOT")
    allowed = unshared("sh", "-c", "echo 300 > /proc/sys/kernel/ns_last_pid", env=hero_env)
    if allowed.returncode:
        pytest.skip(CHOSEN_PIDS.reason)
    played = unshared(sys.executable, "-m", recycling.__name__, str(ROUNDS), env=hero_env)
    assert played.returncode == 0, played.stderr
    untouched = {"rounds": ROUNDS, "hit": 0}
    assert json.loads(played.stdout) == {
        "while_the_supervisor_is_dead": untouched,
        "between_two_signals": untouched,
        "to_another_action": untouched,
    }
