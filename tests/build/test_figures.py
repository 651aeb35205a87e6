"""The page of figures: what was measured replaces its section and no other; peers stand side by side."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys

import pytest

from benchmarks.__main__ import BENCHMARKS, MODULE_OF, NAMED, find_fault, measure, page
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


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        (["sign-in"], [], "hint: sign_in"),
        (["outbox", "servers"], [], "hint: server"),
        (["server"], ["--quik"], "no such option: --quik; there are: --quick"),
        ([], ["-q"], "no such option: -q"),
        (["server"], ["--quick", "--write"], "--write keeps figures"),
    ],
)
def test_a_wrong_word_is_explained(names: list[str], options: list[str], said: str) -> None:
    fault = find_fault(names, options)
    assert fault is not None
    assert said in fault


def test_help_says_what_each_measures_and_measures_nothing() -> None:
    command = [sys.executable, "-m", "benchmarks", "server", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    for name in (*BENCHMARKS, *NAMED):
        (line,) = [line for line in done.stdout.splitlines() if line.startswith(f"  {name} ")]
        assert len(line.split()) > 4, line


def test_every_benchmark_has_a_short_form_of_constants_that_it_has() -> None:
    for name in (*BENCHMARKS, *NAMED):
        module = importlib.import_module(f"benchmarks.{MODULE_OF[name]}")
        assert set(getattr(module, "SHORT", {})) <= set(vars(module)), name
        assert hasattr(module, "SHORT") or "quick" in inspect.signature(module.measure).parameters, name


def test_sign_in_is_measured_and_quick() -> None:
    figures = {figure.name: figure for figure in measure("sign_in", quick=True).figures}
    assert figures["sign-in by link"].met is True
    assert figures["`ticket.list` of 50, by a name"].value > 0


def test_the_readme_states_the_memory_that_was_measured() -> None:
    figures = (ROOT / "docs" / "figures.md").read_text("utf-8")
    rows = re.findall(
        r"^\| memory of (?:hero_assistance_\w+|the embedded supervisor), idle \| ([\d.]+) MB", figures, re.MULTILINE
    )
    stated = re.search(r"^\| memory \| (\d+) MB idle", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert stated is not None
    measured = sum(map(float, rows[:3]))
    assert len(rows) >= 3
    assert abs(int(stated[1]) - measured) <= measured / 10
