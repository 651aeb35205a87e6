"""What the quarantine costs an idle suite in instructions, which no other program changes, next to a peer."""

from __future__ import annotations

import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.flakes.idle import WAYS, trivial_suite
from benchmarks.measure import Figure, Report

TESTS = 1000
ROUNDS = 5
STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776}  # by the number of rounds, at 95 %
# What `--quick` takes in the place of these.
SHORT = {"TESTS": 5, "ROUNDS": 2}
LIMIT = 1.02
PLUGINS = {
    "the plugin": ("-p", "flake_quarantine.pytest_plugin.entry_point"),
    "pytest-rerunfailures": ("-p", "pytest_rerunfailures"),
}
RUN_SECONDS = 1800.0


def measure(dist: Path) -> Report:
    """Count the instructions of all processes of a run, without a plugin and with each of the two."""
    report = Report("Idle quarantine, in instructions", "./buildenv.sh nox -s bench -- instructions")
    if shutil.which("valgrind") is None:
        raise RuntimeError("valgrind counts the instructions, and is not there: apt-get install valgrind")
    with trivial_suite(TESTS) as folder:
        for way, options in WAYS.items():
            _compare(folder, way, options, report)
    report.notes.append(
        f"Counted by valgrind over {ROUNDS} rounds, each with a hash seed of its own; the ratio is the mean of the "
        "rounds' ratios, with its 95 % interval (Student's t). No other plugin is loaded than pytest-xdist."
    )
    return report


def _compare(folder: Path, way: str, options: Sequence[str], report: Report) -> None:
    counts: dict[str, list[int]] = {name: [] for name in ("neither", *PLUGINS)}
    for seed in range(ROUNDS):
        for name, found in counts.items():
            found.append(_count(folder, [*options, *PLUGINS.get(name, ())], seed))
    plain = counts.pop("neither")
    report.add(Figure(f"{TESTS} trivial tests {way}, with neither", statistics.mean(plain) / 1e6, "million"))
    for name, found in counts.items():
        ratio, margin = compare_counts(found, plain)
        percent = f"{100 * (ratio - 1):+.2f} % ± {100 * margin:.2f}"
        value, met = statistics.mean(found) / 1e6, ratio + margin <= LIMIT
        target = {"target": "≤ +2 %", "met": met} if name == "the plugin" else {}
        report.add(Figure(f"with {name}, {way}: {percent}", value, "million", "neither", ratio, **target))  # type: ignore[arg-type]


def compare_counts(counts: Sequence[int], plain: Sequence[int]) -> tuple[float, float]:
    """Return the mean of the ratios, and half of the width of its 95 % interval."""
    ratios = [one / other for one, other in zip(counts, plain, strict=True)]
    return statistics.mean(ratios), STUDENT[len(ratios)] * statistics.stdev(ratios) / math.sqrt(len(ratios))


def _count(folder: Path, options: Sequence[str], seed: int) -> int:
    """Return the instructions of one run and its workers."""
    with tempfile.TemporaryDirectory(dir=folder) as logs:
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--trace-children=yes"]
        command += [
            f"--log-file={logs}/%p",
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "xdist",
        ]
        command += [*options, "--rootdir", str(folder), "-c", str(folder / "pytest.ini"), str(folder / "tests")]
        done = subprocess.run(
            command, env=_make_environment(seed), capture_output=True, text=True, timeout=RUN_SECONDS, check=False
        )
        if done.returncode:
            raise RuntimeError(f"pytest ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}")
        return sum(_read_count(path) for path in Path(logs).iterdir())


def _make_environment(seed: int) -> Mapping[str, str]:
    return {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONHASHSEED": str(seed),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _read_count(log: Path) -> int:
    """Return the instructions that one process executed."""
    found = re.search(r"Collected : (\d+)", log.read_text())
    return int(found[1]) if found else 0
