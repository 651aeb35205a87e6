"""Tests from the source tree: one file of them, and all that are pure, as a contributor runs them first."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Figure, Report, medians

ROUNDS = 5
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"ROUNDS": 1, "EVERYTHING": ("tests/sdk/test_host_names.py",)}
ROOT = Path(__file__).resolve().parents[2]
QUICK = (str(ROOT / "buildenv.sh"), "nox", "-s", "quick")
ONE_FILE = ("tests/sdk/test_paths.py",)
# Nothing named: all pure tests.
EVERYTHING: tuple[str, ...] = ()


def measure(_dist: Path) -> Report:
    """Measure `nox -s quick` as it is typed, once its environment is made."""
    report = Report("Quick tests", "./buildenv.sh nox -s bench -- quick_tests")
    env = dict(os.environ)
    env.pop("VIRTUAL_ENV", None)
    for name, tests, seconds in (("one file", ONE_FILE, 4), ("all pure tests", EVERYTHING, 20)):
        command = _make_command(tests)
        # The first run makes the environment, and shows that the tests pass.
        _require_success(command, env)
        took = medians({name: command}, ROUNDS, env)[name] / 1000
        report.add(Figure(f"`nox -s quick`, {name}", took, "s", target=f"≤ {seconds}", met=took <= seconds))
    return report


def _make_command(tests: Sequence[str]) -> list[str]:
    return [*QUICK, *(["--", *tests] if tests else [])]


def _require_success(command: Sequence[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}")
