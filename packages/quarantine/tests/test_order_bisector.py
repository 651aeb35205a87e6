"""Tests that fail after certain others in the same process: which ones, by halving their order."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.campaigns.bisection import narrow
from flake_quarantine.campaigns.order_bisector import MAX_PROCESSES, OrderBisector
from flake_quarantine.register import Kind
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Outcome, Run

TARGET = "a.py::target"
EARLIER = [f"a.py::t{number}" for number in range(40)]


@dataclass
class OrderRunner(PytestRunner):
    """Runs nothing: `fails` tells, of the tests that ran before it, whether the target fails."""

    fails: Callable[[list[str]], bool] = lambda before: False
    crashes: str = ""
    processes: list[list[str]] = field(default_factory=list)

    def run_alone(self, nodeid: str) -> Run:
        """Return one run with nothing before it."""
        return self._make_run(nodeid, [])

    def run_serially(self, batch: Batch) -> list[Run]:
        """Return the runs of one process, until a test crashes it."""
        names = [nodeid for part in batch.parts for nodeid in part]
        self.processes.append(names)
        if self.crashes in names:
            names = names[: names.index(self.crashes) + 1]
        return [self._make_run(nodeid, names[:place]) for place, nodeid in enumerate(names)]

    def _make_run(self, nodeid: str, before: list[str]) -> Run:
        failed = nodeid == TARGET and self.fails(before)
        outcome = Outcome.CRASHED if nodeid == self.crashes else Outcome.FAILED if failed else Outcome.PASSED
        return Run(nodeid=nodeid, worker="alone", start=0, stop=1, outcome=outcome, touched=("file /x",))


@pytest.mark.parametrize(
    ("fails", "found"),
    [
        (lambda before: "a.py::t7" in before, ["a.py::t7"]),
        (lambda before: {"a.py::t3", "a.py::t31"} <= set(before), ["a.py::t3", "a.py::t31"]),
        # t5 undoes what t30 leaves behind, if it comes later: in the order of the suite, it does not.
        (lambda before: "a.py::t30" in before and "a.py::t5" not in before[before.index("a.py::t30") :], ["a.py::t30"]),
        # Here it does, so that the reverse order shows it.
        (lambda before: "a.py::t5" in before and "a.py::t30" not in before[before.index("a.py::t5") :], ["a.py::t5"]),
    ],
    ids=["one", "both of two", "undone before", "undone after"],
)
def test_the_tests_after_which_it_fails_are_found(fails: Callable[[list[str]], bool], found: list[str]) -> None:
    runner = OrderRunner(Path(), fails=fails)
    result = OrderBisector(runner, TARGET).bisect(EARLIER)
    assert result is not None
    assert (result.kind, sorted(result.neighbours)) == (Kind.ORDER, sorted(found))
    assert result.failures == result.runs > 0
    assert "it shares file /x with them" in result.conclusion
    assert len(runner.processes) == result.batches < MAX_PROCESSES


@pytest.mark.parametrize("seed", range(20))
def test_what_fails_as_often_alone_has_no_order(seed: int) -> None:
    """A coin: now and then an order looks guilty, and new runs clear it; one in twenty may be taken for one."""
    chance = random.Random(seed)  # noqa: S311
    runner = OrderRunner(Path(), fails=lambda _before: chance.random() < 0.5)
    assert OrderBisector(runner, TARGET).bisect(EARLIER) is None


def test_what_passes_in_every_order_costs_three_processes() -> None:
    runner = OrderRunner(Path())
    assert OrderBisector(runner, TARGET).bisect(EARLIER) is None
    assert len(runner.processes) == 3
    assert OrderBisector(runner, TARGET).bisect([]) is None
    assert len(runner.processes) == 3


def test_a_test_that_ends_the_process_is_named_and_left_out() -> None:
    lines: list[str] = []
    runner = OrderRunner(Path(), fails=lambda before: "a.py::t7" in before, crashes="a.py::t9")
    result = OrderBisector(runner, TARGET, report_progress=lines.append).bisect(EARLIER)
    assert result is not None
    assert result.neighbours == ["a.py::t7"]
    assert result.notes == ["a.py::t9 crashed and was left out"]
    assert result.notes[0] in lines


def test_narrowing_keeps_the_order_and_ends_when_nothing_fails_any_more() -> None:
    assert narrow(EARLIER, lambda names: {"a.py::t31", "a.py::t3"} <= set(names)) == ["a.py::t3", "a.py::t31"]
    tried: list[list[str]] = []

    def fails(names: list[str]) -> bool:
        tried.append(names)
        return False

    assert narrow(EARLIER, fails) == EARLIER
    assert len(tried) < 5 * len(EARLIER)


@pytest.mark.measures
def test_bisect_names_the_test_that_leaves_something_behind(new_project: Callable[..., Any]) -> None:
    project = new_project()
    project.write(
        "test_order.py",
        "import pytest\nSTATE = []\n"
        "@pytest.mark.parametrize('n', range(6))\ndef test_before(n): pass\n"
        "def test_victim(): assert not STATE\n"
        "@pytest.mark.parametrize('n', range(6))\ndef test_after(n): STATE.extend([n] * (n == 4))\n",
    )
    found = project.json("bisect", "test_order.py::test_victim", "--seed", "3")
    assert (found["kind"], found["neighbours"]) == ("order", ["test_order.py::test_after[4]"])
    assert found["conclusion"].startswith("fails after these in the same process: test_order.py::test_after[4]")
