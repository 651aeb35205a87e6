"""The page of figures: what was measured replaces its section and no other; peers stand side by side."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.__main__ import BENCHMARKS, NAMED, page
from benchmarks.measure import Comparison, Figure, Report
from tests.builds import ROOT

BEFORE = "# Figures\n\nOld machine.\n\n## One\n\nKept.\n\n## Two\n\nReplaced.\n"


def report(title: str = "Two") -> Report:
    made = Report(title, "a command")
    made.comparisons.append(
        Comparison("to healthy", "ms", {"ours": 150.4, "other": 1003.0, "absent": None}, "≤ 200", True)
    )
    return made


def test_a_section_is_replaced_and_the_others_stay() -> None:
    written = page(BEFORE, [report(), report("Three")])
    assert "Kept." in written
    assert "Replaced." not in written
    assert [line for line in written.splitlines() if line.startswith("## ")] == ["## One", "## Two", "## Three"]
    assert page(written, [report("Three")]) == written


def test_peers_stand_side_by_side_and_ours_is_a_part_of_the_first() -> None:
    rows = [line for line in report().markdown().splitlines() if line.startswith("|")]
    assert rows == [
        "| what | ours | other | absent | ours : other | target | met |",
        "|---|---:|---:|---:|---|---|---|",
        "| to healthy | 150 ms | 1003 ms | – | 0.15 | ≤ 200 | yes |",
    ]


def test_a_target_that_is_missed_is_seen() -> None:
    made = Report("One", "a command")
    made.add(Figure("start", 3.0, "ms", target="≤ 1", met=False))
    assert made.markdown().splitlines()[-1].endswith("| ≤ 1 | **no** |")


def test_an_unknown_benchmark_is_refused_with_those_that_there_are() -> None:
    command = [sys.executable, "-m", "benchmarks", "nothing", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.strip() == f"no such benchmark: nothing; there are: {', '.join((*BENCHMARKS, *NAMED))}"
