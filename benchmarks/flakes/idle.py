"""What the quarantine costs a suite without a quarantined test: run with the plugin and without, in turns."""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Figure, Report

TESTS = 5000
ROUNDS = 61
# An odd number of rounds has a middle one; the 23rd from both ends hold the true one at 95 % (binomial).
MARGIN = 23
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"TESTS": 20, "ROUNDS": 1, "MARGIN": 1}
WAYS = {"in one process": ("-n", "0"), "with two workers": ("-n", "2")}
WITHOUT = ("-p", "no:flake_quarantine")
_SUITE = "import pytest\n\n@pytest.mark.parametrize('number', range({tests}))\ndef test_trivial(number): pass\n"


def measure(dist: Path) -> Report:
    """Measure with an empty register, in processor time: it tells 1 % apart even where others use the machine."""
    report = Report("Idle quarantine", "./buildenv.sh nox -s bench -- idle")
    with trivial_suite(TESTS) as folder:
        for way, options in WAYS.items():
            _compare(folder, way, options, report)
    report.notes.append(
        f"Medians of {ROUNDS} rounds; in each, a run with the plugin and one without take turns at going first. The "
        "ratio is the median of the rounds' ratios, with its 95 % interval (order statistics)."
    )
    return report


@contextmanager
def trivial_suite(tests: int) -> Iterator[Path]:
    """Make a suite of so many tests that do nothing, and a register without an entry; it is removed in the end."""
    with tempfile.TemporaryDirectory(prefix="ha", dir="/tmp") as name:
        folder = Path(name)
        (folder / "tests").mkdir()
        (folder / "pytest.ini").write_text("[pytest]\n")
        (folder / "tests" / "quarantine.toml").write_text("# nothing is quarantined\n")
        (folder / "tests" / "test_trivial.py").write_text(_SUITE.format(tests=tests))
        yield folder


def _compare(folder: Path, way: str, options: Sequence[str], report: Report) -> None:
    ratios, seconds = [], []
    for number in range(ROUNDS + 1):
        order = ((), WITHOUT) if number % 2 else (WITHOUT, ())
        took = {plugin: _seconds(folder, [*options, *plugin]) for plugin in order}
        if number:  # the first round fills caches
            ratios.append(took[()] / took[WITHOUT])
            seconds.append(took[WITHOUT])
    ratios.sort()
    ratio, low, high = statistics.median(ratios), ratios[MARGIN - 1], ratios[-MARGIN]
    report.add(Figure(f"{TESTS} trivial tests {way}, without the plugin", statistics.median(seconds) * 1000, "ms"))
    name = f"with the plugin, {way}: {100 * (ratio - 1):+.1f} % ({100 * (low - 1):+.1f} to {100 * (high - 1):+.1f} %)"
    value = statistics.median(seconds) * ratio * 1000
    report.add(Figure(name, value, "ms", "without", ratio, target="≤ +2 %", met=ratio <= 1.02))


def _seconds(folder: Path, options: Sequence[str]) -> float:
    """The processor time of one run and its workers."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *options]
    actions = [(os.POSIX_SPAWN_OPEN, stream, "/dev/null", os.O_WRONLY, 0) for stream in (1, 2)]
    arguments = [*command, "--rootdir", str(folder), "-c", str(folder / "pytest.ini"), str(folder / "tests")]
    pid = os.posix_spawn(command[0], arguments, dict(os.environ), file_actions=actions)
    _, status = os.waitpid(pid, 0)
    if status:
        raise RuntimeError(f"pytest ended with {os.waitstatus_to_exitcode(status)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
