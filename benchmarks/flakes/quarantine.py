"""Measures the corpus of the quarantine for real: verdicts, suspects, and how many runs they cost.

`python -m benchmarks.flakes.quarantine [--quick] [--minutes N] [--keep FILE] [--only healthy|flaky] [--write]` prints
the tables, and with `--write` puts them into docs/quarantine.md. `--quick` measures every test once, and no round
begins after N minutes.

A full run takes hours. With `--keep` each measurement is appended to a file as it is made, and the tables show all that
the file has: a run can be made in pieces, and a round that is cut off is not lost. `--minutes 0` measures nothing more.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.flakes.long_run import ROOT, keep_result, print_report, read_results, report_progress
from benchmarks.measure import Figure, Report
from flake_quarantine.campaigns.campaign import Campaign, CampaignSettings
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.statistics import upper_bound, wilson_interval
from flake_quarantine.inference.stopping_rule import Verdict
from flake_quarantine.register import Kind
from flake_quarantine.runner.fork_pool import ForkPool
from flake_quarantine.runner.pytest_runner import PytestRunner

CORPUS = ROOT / "packages" / "quarantine" / "tests" / "corpus"
# Copies of every test: 299 find a flake of 2 % as surely as our rule does (99.8 %), 149 at 95 %.
FIXED_RUNS = (299, 149)
# Only the plugins that are needed: others would start in each of thousands of processes.
FEW_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
PLAIN = ("-p", "xdist", "-p", "no:cacheprovider")
SECONDS = 1800


@dataclass(frozen=True)
class CorpusResult:
    """The verdict and the runs of one measurement; `suspect` is the neighbour that it named first."""

    nodeid: str
    verdict: Verdict
    kind: Kind
    suspect: str
    load_failures: int
    load_runs: int
    alone_runs: int

    @classmethod
    def from_measurement(cls, one: Measurement) -> CorpusResult:
        """Return what the file keeps of a measurement."""
        suspect = one.suspects[0].nodeid if one.suspects else ""
        tally = one.tally
        return cls(one.nodeid, one.verdict, one.kind, suspect, tally.load_failures, tally.load_runs, tally.alone_runs)


@dataclass
class Truth:
    """A test of the corpus: its true verdict, the neighbour that causes its failures, and its measurements.

    `times` says how often a full run measures it.
    """

    name: str
    nodeid: str
    expected: frozenset[Verdict]
    times: int
    neighbour: str = ""
    kind: Kind | None = None
    found: list[CorpusResult] = field(default_factory=list)

    @property
    def is_load_flake(self) -> bool:
        """Whether it is a load flake of 2 % or more, which has to be found."""
        return self.expected == {Verdict.LOAD_ONLY}

    def is_named_by(self, one: CorpusResult) -> bool:
        """Tell whether a measurement named the true neighbour first."""
        return one.suspect.endswith(f"::{self.neighbour}")


LOAD = frozenset({Verdict.LOAD_ONLY})
BROKEN = frozenset({Verdict.BROKEN})
ALONE = frozenset({Verdict.FLAKY_ALONE, Verdict.BROKEN})
RARE = frozenset({Verdict.LOAD_ONLY, Verdict.UNDECIDED, Verdict.HEALED})
HEALTHY = frozenset({Verdict.HEALED})


def list_corpus() -> list[Truth]:
    """Return the tests of the corpus."""
    rates, conflicts, timing, broken = (
        f"{name}/test_{name}.py::" for name in ("rates", "conflicts", "timing", "broken")
    )
    return [
        Truth("flaky at 50 %", f"{rates}test_flaky_at_a_half", LOAD, 8),
        Truth("flaky at 10 %", f"{rates}test_flaky_at_a_tenth", LOAD, 8),
        Truth("flaky at 2 %", f"{rates}test_flaky_at_a_fiftieth", LOAD, 4),
        Truth("flaky at 0.5 %", f"{rates}test_flaky_at_a_two_hundredth", RARE, 8),
        Truth("port conflict", f"{conflicts}test_binds_the_port", LOAD, 8, "test_keeps_the_port_long", Kind.LOAD),
        Truth("shared file", f"{conflicts}test_counts_in_a_file", LOAD, 8, "test_writes_the_same_file", Kind.LOAD),
        Truth("environment leak", f"{conflicts}test_wants_a_clean_environment", LOAD, 8,
              "test_leaves_a_variable_behind", Kind.ORDER),
        Truth("order dependence", f"{conflicts}test_wants_a_fresh_module", LOAD, 8,
              "test_fills_the_module", Kind.ORDER),
        Truth("event loop starved", f"{timing}test_wants_a_quick_event_loop", LOAD, 8),
        Truth("time-out under load", f"{timing}test_times_out_beside_load", LOAD, 8),
        Truth("worker crash", f"{broken}test_crashes_under_load", LOAD, 8),
        Truth("teardown fails under load", f"{broken}test_fails_in_teardown_under_load", LOAD, 8),
        Truth("fails always", f"{broken}test_always_fails", BROKEN, 8),
        Truth("fails alone, a coin", f"{broken}test_fails_alone_half_the_time", ALONE, 8),
        *(Truth("never flaky", nodeid, HEALTHY, 12) for nodeid in _list_healthy_tests()),
    ]  # fmt: skip


def _list_healthy_tests() -> Iterator[str]:
    text = (CORPUS / "healthy" / "test_healthy.py").read_text()
    for mark, name in re.findall(r"(@TIMES\n)?def (test_\w+)", text):
        for suffix in ("[0]", "[1]", "[2]") if mark else ("",):
            yield f"healthy/test_healthy.py::{name}{suffix}"


@dataclass(frozen=True)
class Plan:
    """How much to measure, and the file that keeps it."""

    quick: bool = False
    minutes: float = float("inf")
    only: str = ""
    keep: Path | None = None

    def wants(self, truth: Truth) -> bool:
        """Tell whether this test is measured once more."""
        if self.quick:
            return truth.expected != RARE and not truth.found
        right = not self.only or (truth.expected == HEALTHY) is (self.only == "healthy")
        return right and len(truth.found) < truth.times


def measure(_dist: Path, *, quick: bool = False, plan: Plan | None = None) -> Report:
    """Measure every test as often as it is worth, each time as if it were the only one that is asked about."""
    os.environ.update(FEW_PLUGINS)
    plan = plan or Plan(quick=quick)
    report = Report("Quarantine", "./buildenv.sh nox -s bench -- quarantine")
    corpus = list_corpus()
    fixed = _recall(plan.keep, corpus)
    with _copy_corpus() as folder:
        started = time.monotonic()
        while wanted := [truth for truth in corpus if plan.wants(truth)]:
            if time.monotonic() - started > 60 * plan.minutes:
                break
            for group in _split_into_groups(wanted):
                _measure(folder, group, plan.keep)
            report_progress(f"a round after {time.monotonic() - started:.0f} s")
        for runs in FIXED_RUNS if not (plan.quick or plan.only) else ():
            if runs not in fixed:
                fixed[runs] = _flakefinder(folder, corpus, runs)
                keep_result(plan.keep, asdict(fixed[runs]))
    _summarise(corpus, fixed, report)
    report.notes.append("\n".join(_format_table(corpus, fixed)))
    return report


def _split_into_groups(wanted: Sequence[Truth]) -> Iterator[list[Truth]]:
    """Split the tests into those measured together: with a neighbour to name, other flakes, and healthy ones."""
    for kind in ((True, False), (False, False), (False, True)):
        group = [truth for truth in wanted if (bool(truth.neighbour), truth.expected == HEALTHY) == kind]
        if group:
            yield group


def _measure(folder: Path, group: Sequence[Truth], keep: Path | None) -> None:
    """Measure the tests together, and keep the results."""
    options = (*PLAIN, "-p", "flake_quarantine.pytest_plugin.entry_point")
    settings = CampaignSettings(
        seed=1 + 100 * len(group[0].found),
        finds_suspects=bool(group[0].neighbour),
        max_foreign_load=1,  # the tests of one group fill the machine while those of the next run alone
    )
    with closing(ForkPool()) as forks:
        runner = PytestRunner(root=folder, options=options, cwd=folder, forks=forks)
        suite = [test for test in runner.collect() if _is_neighbour(test)]
        campaign = Campaign(runner=runner, suite=suite, settings=settings, report_progress=report_progress)
        found = Measurer(campaign).measure([truth.nodeid for truth in group], family=1)
    for truth, one in zip(group, map(CorpusResult.from_measurement, found), strict=True):
        truth.found.append(one)
        keep_result(keep, asdict(one))


def _recall(path: Path | None, corpus: Sequence[Truth]) -> dict[int, FlakefinderResult]:
    """Read the file into the corpus, and return its results of pytest-flakefinder."""
    by_name = {truth.nodeid: truth for truth in corpus}
    fixed = {}
    for line in read_results(path):
        if "failed" in line:
            fixed[line["runs"]] = FlakefinderResult(line["failed"], line["runs"], line["seconds"])
        else:
            one = CorpusResult(**line | {"verdict": Verdict(line["verdict"]), "kind": Kind(line["kind"])})
            by_name[one.nodeid].found.append(one)
    return fixed


def _is_neighbour(nodeid: str) -> bool:
    """Tell whether a test can be a neighbour without ending every batch."""
    return nodeid.rpartition("::")[2] not in {"test_hangs", "test_is_killed", "test_always_fails"}


@dataclass
class FlakefinderResult:
    """Failures by test with the same number of runs for every test, found by pytest-flakefinder."""

    failed: dict[str, int]
    runs: int
    seconds: float


def _flakefinder(folder: Path, corpus: Sequence[Truth], runs: int) -> FlakefinderResult:
    """Run the tests of the corpus under load, a fixed number of times, and count their failures."""
    failed: Counter[str] = Counter()
    started = time.monotonic()
    for suite in dict.fromkeys(truth.nodeid.split("/")[0] for truth in corpus):
        # All of the suite, as an order needs what comes before; but for two that no fixed number of runs survives.
        chosen = "not test_hangs and not test_is_killed"
        command = [sys.executable, "-m", "pytest", *PLAIN, "-p", "pytest_flakefinder", "-q", "--tb=no", "-rfE",
                   "--flake-finder", f"--flake-runs={runs}", "-n16", "--dist=worksteal", "--max-worker-restart=9999",
                   "-k", chosen, suite]  # fmt: skip
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
        for name in re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)\[", done.stdout, re.MULTILINE):
            failed[name] += 1
    return FlakefinderResult(dict(failed), runs, time.monotonic() - started)


def _summarise(corpus: Sequence[Truth], fixed: dict[int, FlakefinderResult], report: Report) -> None:
    flakes = [one for truth in corpus if truth.is_load_flake for one in truth.found]
    seen = sum(one.load_failures > 0 for one in flakes)
    called = sum(one.verdict is Verdict.LOAD_ONLY for one in flakes)
    healthy = [one for truth in corpus if truth.expected == HEALTHY for one in truth.found]
    wrong = sum(one.verdict is not Verdict.HEALED for one in healthy)
    named = [(truth, one) for truth in corpus if truth.neighbour for one in truth.found]
    right = sum(truth.is_named_by(one) for truth, one in named)
    for name, count, of, target, met in (
        ("load flakes of 2 % and more: seen to fail", seen, len(flakes), "≥ 95 %", seen >= 0.95 * len(flakes)),
        ("load flakes of 2 % and more: called load-only", called, len(flakes), "≥ 95 %", called >= 0.95 * len(flakes)),
        ("healthy tests not called healed", wrong, len(healthy), "< 1 %", wrong < 0.01 * len(healthy)),
        ("conflicts whose true neighbour comes first", right, len(named), "≥ 90 %", right >= 0.9 * len(named)),
    ):
        low, high = wilson_interval(count, of) if count else (0.0, upper_bound(of))
        label = f"{name}: {count} of {of} ({100 * low:.1f}-{100 * high:.1f} %)"
        report.add(Figure(label, 100 * count / max(1, of), "%", target=target, met=met))
    ours = _compute_price(corpus)
    report.add(Figure("runs for each kind of test, both arms", ours, "runs"))
    for runs in fixed:
        promised = runs == FIXED_RUNS[0]
        half = ours <= runs / 2 if promised else None
        goal = "≤ 0.5" if promised else ""
        name = f"ours, against pytest-flakefinder with {runs} copies"
        report.add(Figure(name, ours, "runs", f"{runs}", ours / runs, target=goal, met=half))


def _compute_price(corpus: Sequence[Truth]) -> float:
    """Return the mean runs of a measurement, with the same weight for every kind of test."""
    kinds: dict[str, list[int]] = {}
    for truth in corpus:
        kinds.setdefault(truth.name, []).extend(one.load_runs + one.alone_runs for one in truth.found)
    means = [sum(runs) / len(runs) for runs in kinds.values() if runs]
    return sum(means) / len(means)


def _format_table(corpus: Sequence[Truth], fixed: dict[int, FlakefinderResult]) -> Iterator[str]:
    heads = "".join(f" failed in flakefinder's {runs} |" for runs in fixed)
    yield f"| test | measured | verdicts | as it is | neighbour first | runs alone | under load |{heads}"
    yield "|---|---:|---|---:|---:|---:|---:|" + "---:|" * len(fixed)
    for name in dict.fromkeys(truth.name for truth in corpus):
        rows = [truth for truth in corpus if truth.name == name and truth.found]
        pairs = [(truth, one) for truth in rows for one in truth.found]
        if pairs:
            yield _format_row(name, rows, pairs, fixed)


def _format_row(
    name: str, rows: Sequence[Truth], pairs: Sequence[tuple[Truth, CorpusResult]], fixed: dict[int, FlakefinderResult]
) -> str:
    verdicts = Counter(one.verdict.value for _, one in pairs)
    right = sum(one.verdict in truth.expected and truth.kind in (None, one.kind) for truth, one in pairs)
    first = sum(truth.is_named_by(one) for truth, one in pairs)
    neighbour = f"{first}/{len(pairs)}" if rows[0].neighbour else ""
    alone = sum(one.alone_runs for _, one in pairs) / len(pairs)
    load = sum(one.load_runs for _, one in pairs) / len(pairs)
    functions = {truth.nodeid.rpartition("::")[2].partition("[")[0] for truth in rows}
    others = "".join(f" {sum(done.failed.get(function, 0) for function in functions)} |" for done in fixed.values())
    said = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
    return f"| {name} | {len(pairs)} | {said} | {right}/{len(pairs)} | {neighbour} | {alone:.0f} | {load:.0f} |{others}"


@contextmanager
def _copy_corpus() -> Iterator[Path]:
    """Copy the corpus into a project of its own, while the block lasts."""
    with tempfile.TemporaryDirectory(prefix="fq", dir="/tmp") as name:
        folder = Path(name).resolve() / "corpus"
        shutil.copytree(CORPUS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "pytest.ini").write_text("[pytest]\n")
        yield folder


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and with `--write` put the tables into the documentation."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flakes.quarantine")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", choices=("healthy", "flaky"), default="")
    parser.add_argument("--write", action="store_true")
    wanted = parser.parse_args(arguments)
    plan = Plan(wanted.quick, wanted.minutes, wanted.only, wanted.keep)
    print_report(measure(ROOT / "dist", plan=plan), "proof", write=wanted.write)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
