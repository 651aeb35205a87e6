"""Measures flaky tests of suites that others wrote, whose truth is known, next to two peers.

`python -m benchmarks.flakes.abroad [--quick] [--keep FILE] [--only CASE]... [--again] [--minutes N] [--write]` prints
the table, and with `--write` puts it into docs/quarantine.md. The cases are in foreign_cases.toml.

A full run takes hours, and wants a machine that does nothing else. With `--keep` each result is appended to a file as
it is made, and what the file has is measured again only with `--again`: a run can be made in pieces, and one that is
cut off loses one result. `--minutes 0` measures nothing more. A CASE is a part of a case's name.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.flakes.foreign_suites import (
    ForeignCase,
    InstalledSuite,
    Suite,
    SuiteUnavailable,
    install,
    load_cases,
)
from benchmarks.flakes.foreign_table import Answer, PeerAnswer, Results, summarise
from benchmarks.flakes.long_run import ROOT, keep_result, print_report, read_results, report_progress
from benchmarks.flakes.process_group import Finished, end_on_sigterm, run_in_group
from benchmarks.measure import Report

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "flake-quarantine-abroad"
# One measurement or one run of a peer; what takes longer has not answered.
SECONDS = 1800.0
COPIES = 149  # a flake of 2 % fails at least once in so many, at 95 %
RERUN_COPIES = 30
RERUNS = 5
WORKERS = 16  # as in the proof on the own corpus
# What marks a test as flaky to pytest-rerunfailures would hide its failures from everybody else.
WITHOUT_PEERS = ("-p", "no:rerunfailures", "-p", "no:flakefinder")
PEER = ("-q", "--tb=no", "-p", "no:flake_quarantine", "--dist=worksteal")

_LOCAL_TEST = """\
import socket, time

def test_binds_a_fixed_port():
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 54329))
        server.listen()
        time.sleep(0.05)
"""


@dataclass(frozen=True)
class Plan:
    """What to measure, and the file that keeps the results."""

    quick: bool = False
    minutes: float = float("inf")
    only: tuple[str, ...] = ()
    again: bool = False
    keep: Path | None = None
    cache: Path = CACHE

    def wants(self, case: ForeignCase) -> bool:
        """Tell whether the case is one of those that were named."""
        return not self.only or any(name in case.name for name in self.only)


@dataclass
class Bench:
    """One run of the benchmark: results that are known, those that it makes, and how many copies a peer runs."""

    plan: Plan
    wheel: Path | None
    results: Results = field(default_factory=Results)
    copies: int = COPIES
    rerun_copies: int = RERUN_COPIES
    workers: int = WORKERS  # of the peers

    def measure(self, case: ForeignCase, until: float) -> None:
        """Measure what is not known of a case, part after part, until the time is up."""
        made: dict[str, Callable[[ForeignCase, InstalledSuite], Answer | PeerAnswer]] = {
            "measure": self._measure,
            **({"bisect": self._bisect} if case.bisect else {}),
            "flakefinder": self._run_flakefinder,
            "rerunfailures": self._run_reruns,
        }
        wanted = {part: make for part, make in made.items() if self.plan.again or not self.results.find(case, part)}
        if not wanted or time.monotonic() > until:
            return
        try:
            suite = self._install(case.suite)
        except SuiteUnavailable as error:
            self.results.unavailable[case.name] = str(error)
            return
        for part, make in wanted.items():
            if time.monotonic() <= until:
                report_progress(f"{case.name}: {part}")
                answer = make(case, suite)
                self._keep(case, part, answer)
                report_progress(f"{case.name}: {part}: {answer}")

    def recall(self, cases: Sequence[ForeignCase]) -> None:
        """Read the results that the file has of these cases; the last of each counts."""
        labels = {case.name: case.suite.label for case in cases}
        for line in read_results(self.plan.keep):
            name, part, label = line.pop("case"), line.pop("part"), line.pop("suite")
            if labels.get(name) == label:
                self.results.add(name, part, Answer(**line) if part in ("measure", "bisect") else PeerAnswer(**line))

    def _install(self, suite: Suite) -> InstalledSuite:
        if self.wheel is None:  # the local suite of the short form
            return InstalledSuite(self.plan.cache, Path(sys.executable))
        return install(suite, self.plan.cache, self.wheel)

    def _keep(self, case: ForeignCase, part: str, answer: Answer | PeerAnswer) -> None:
        self.results.add(case.name, part, answer)
        result = {"case": case.name, "suite": case.suite.label, "part": part, **asdict(answer)}
        keep_result(self.plan.keep, result)

    def _measure(self, case: ForeignCase, suite: InstalledSuite) -> Answer:
        done = self._run_quarantine("measure", case, suite)
        found = _read_json(done)
        if not isinstance(found, list) or len(found) != 1:
            return Answer(verdict=_describe_end(done), seconds=done.seconds)
        one = found[0]
        cause = one["cause"] or {"kind": "none", "sentence": ""}
        return Answer(
            verdict=one["verdict"],
            kind=one["kind"],
            cause=cause["kind"],
            sentence=cause["sentence"],
            alone_runs=one["alone"]["runs"],
            alone_failures=one["alone"]["failures"],
            load_runs=sum(rung["runs"] for rung in one["load"]),
            load_failures=sum(rung["failures"] for rung in one["load"]),
            foreign_runs=one["foreign"]["alone"]["runs"] + one["foreign"]["load"]["runs"],
            signatures=list(one["signatures"])[:3],
            seconds=done.seconds,
        )

    def _bisect(self, case: ForeignCase, suite: InstalledSuite) -> Answer:
        done = self._run_quarantine("bisect", case, suite)
        found = _read_json(done)
        if not isinstance(found, dict):
            return Answer(verdict=_describe_end(done), seconds=done.seconds)
        return Answer(
            verdict="",
            kind=found["kind"],
            sentence=found["conclusion"],
            load_runs=found["runs"],
            load_failures=found["failures"],
            seconds=done.seconds,
        )

    def _run_quarantine(self, command: str, case: ForeignCase, suite: InstalledSuite) -> Finished:
        program = suite.python.parent / "flake-quarantine"
        options = ("--", *WITHOUT_PEERS, *case.suite.options)
        return run_in_group([str(program), command, "--json", case.nodeid, *options], suite.folder, SECONDS)

    def _run_flakefinder(self, case: ForeignCase, suite: InstalledSuite) -> PeerAnswer:
        copies = ("--flake-finder", f"--flake-runs={self.copies}", "-p", "no:rerunfailures")
        return self._run_peer(case, suite, copies)

    def _run_reruns(self, case: ForeignCase, suite: InstalledSuite) -> PeerAnswer:
        copies = ("--flake-finder", f"--flake-runs={self.rerun_copies}", "--reruns", str(RERUNS))
        return self._run_peer(case, suite, copies)

    def _run_peer(self, case: ForeignCase, suite: InstalledSuite, options: Sequence[str]) -> PeerAnswer:
        command = [
            str(suite.python),
            "-m",
            "pytest",
            *case.suite.options,
            *PEER,
            f"-n{self.workers}",
            *options,
            *select_copies(case.nodeid),
        ]
        done = run_in_group(command, suite.folder, SECONDS)
        last = done.output.strip().rpartition("\n")[2]
        counts = {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|error|rerun)", last)}
        return PeerAnswer(
            failed=counts.get("failed", 0) + counts.get("error", 0),
            passed=counts.get("passed", 0),
            rerun=counts.get("rerun", 0),
            seconds=done.seconds,
            fault="" if counts else _describe_end(done),
        )


def measure(dist: Path, *, quick: bool = False, plan: Plan | None = None) -> Report:
    """Measure every case with the plugin that was built into `dist`, and with both peers."""
    plan = plan or Plan(quick=quick)
    report = Report("Quarantine abroad", "./buildenv.sh nox -s bench -- abroad")
    if plan.quick:
        with _local_case() as (case, folder):
            bench = Bench(Plan(quick=True, cache=folder), wheel=None, copies=20, rerun_copies=5, workers=4)
            bench.measure(case, float("inf"))
            summarise([case], bench.results, report)
        return report
    cases = load_cases()
    bench = Bench(plan, _find_wheel(dist))
    bench.recall(cases)
    until = time.monotonic() + 60 * plan.minutes
    for case in filter(plan.wants, cases):
        bench.measure(case, until)
    summarise(cases, bench.results, report)
    return report


def select_copies(nodeid: str) -> list[str]:
    """Return the arguments that select the copies of a test: pytest-flakefinder makes `f[a]` to `f[0-a]`, `f[1-a]`."""
    function, bracket, parameters = nodeid.partition("[")
    return [function, f"-k-{parameters}"] if bracket else [nodeid]


@contextmanager
def _local_case() -> Iterator[tuple[ForeignCase, Path]]:
    """Write a suite like those from abroad, which no network has to bring, while the block lasts."""
    with tempfile.TemporaryDirectory(prefix="fq", dir="/tmp") as name:
        folder = Path(name).resolve()
        (folder / "pytest.ini").write_text("[pytest]\n")
        (folder / "test_port.py").write_text(_LOCAL_TEST)
        yield (
            ForeignCase(
                name="a fixed port",
                suite=Suite("local", "1"),
                nodeid="test_port.py::test_binds_a_fixed_port",
                verdicts=("load-only",),
                kind="load",
                causes=("port",),
                words="54329",
                why="two copies bind one port",
            ),
            folder,
        )


def _find_wheel(dist: Path) -> Path:
    found = sorted(dist.glob("wheels/*/flake_quarantine-*.whl"))
    if not found:
        raise SystemExit(f"{dist} has no wheel of the plugin: run `nox -s build`")
    return found[-1]


def _read_json(done: Finished) -> object:
    try:
        value: object = json.loads(done.output)
    except ValueError:
        return None
    return value


def _describe_end(done: Finished) -> str:
    """Say how a command ended that did not answer: with its last line."""
    last = (done.errors.strip() or done.output.strip()).rpartition("\n")[2]
    return f"no answer in {done.seconds:.0f} s" if done.timed_out else f"exit {done.status}: {last[-120:]}"


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and with `--write` put the table into the documentation."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flakes.abroad")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", action="append", default=[], metavar="CASE")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist")
    parser.add_argument("--write", action="store_true")
    wanted = parser.parse_args(arguments)
    plan = Plan(wanted.quick, wanted.minutes, tuple(wanted.only), wanted.again, wanted.keep, wanted.cache)
    with end_on_sigterm():
        report = measure(wanted.dist, plan=plan)
    print_report(report, "abroad", write=wanted.write)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
