"""A full disk: what runs can be stopped, and is not ended for a start that would fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.builds import ROOT
from tests.capabilities import NAMESPACES, needs
from tests.faults import full_disk

pytestmark = [
    pytest.mark.fault,
    needs(NAMESPACES),
]

TIMEOUT_S = 300.0


def played(scene: str, env: dict[str, str]) -> dict[str, Any]:
    """What came of a scene; all that it started ends with it."""
    mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", *mapped, "--"]
    done = subprocess.run(
        [*namespaces, sys.executable, "-m", full_disk.__name__, scene],
        env={**env, "PYTHONPATH": os.pathsep.join(sys.path), "HERO_ASSISTANCE_TCP": "off", "NO_COLOR": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["first"]["status"] == 0, found
    assert "Traceback" not in done.stdout
    return found


def test_what_runs_can_be_stopped(hero_env: dict[str, str]) -> None:
    found = played("stop", hero_env)
    assert found["stopped"]["status"] == 0, found
    assert found["left"] == 0, found
    assert found["again"]["status"] == 0, found
    assert (found["refused"]["status"], found["left_by_refused"]) == (1, 0), found
    assert "that a start needs: No space left on device" in found["refused"]["said"]
    assert "hint: free some space on this disk" in found["refused"]["said"]
    assert (found["started"]["status"], found["ended"]["status"]) == (0, 0), found


def test_what_a_killed_supervisor_left_can_be_stopped(hero_env: dict[str, str]) -> None:
    found = played("stop_after_death", hero_env)
    assert found["stopped"]["status"] == 0, found
    assert found["left"] == 0, found


def test_what_runs_is_not_ended_for_a_start_that_would_fail(hero_env: dict[str, str]) -> None:
    found = played("restart", hero_env)
    assert found["running"] == 2
    for refused in ("refused", "changed"):
        assert found[refused]["status"] == 1, found
        assert "that a start needs: No space left on device" in found[refused]["said"]
        assert "hint: free some space on this disk" in found[refused]["said"]
    assert (found["same"], found["same_still"]) == (True, True), found
    assert found["as_before"]["status"] == 0, found
    assert (found["restarted"]["status"], found["replaced"], found["ended"]["status"]) == (0, 2, 0), found


def test_a_backup_names_the_full_disk(hero_env: dict[str, str]) -> None:
    found = played("back_up", hero_env)
    for work in ("refused", "exported"):
        assert found[work]["status"] == 1, found
        assert "cannot be written: " in found[work]["said"]
        assert "hint: free some space on this disk" in found[work]["said"]
        assert "not an error" not in found[work]["said"]
