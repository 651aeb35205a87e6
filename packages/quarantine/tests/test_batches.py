"""What a batch is made of: every test its copies, each test beside itself and beside the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake_quarantine.campaigns.campaign import Settings, Workbench
from flake_quarantine.campaigns.measurer import MOST_TOGETHER, Case, Measurer, _parties
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.stopping_rule import Tally
from flake_quarantine.pytest_plugin.trial import _dealt
from flake_quarantine.runner.pytest_runner import Batch, Lab


def case(nodeid: str, seconds: float = 0.1) -> Case:
    return Case(found=Measurement(nodeid=nodeid, tally=Tally([])), seconds=seconds)


def measurer(*suite: str) -> Measurer:
    return Measurer(Workbench(lab=Lab(root=Path()), suite=suite, settings=Settings(seed=1)))


@pytest.mark.parametrize("copies", [10, 16, 110])
@pytest.mark.parametrize("tests", [1, 2, 5, MOST_TOGETHER])
def test_every_test_gets_its_copies_most_of_them_in_its_own_part(tests: int, copies: int) -> None:
    names = [f"a.py::t{n}" for n in range(tests)]
    batch = measurer(*names, "a.py::x", "a.py::y").batch([(case(name), copies) for name in names], 2, seed=1)
    for number, name in enumerate(names):
        shares = [part[name] for part in batch.parts]
        assert sum(shares) == copies
        assert shares[number] == max(shares)
        assert min(shares) > 0
        assert batch.parts[number]["a.py::x"] > 0


def test_a_part_is_run_by_all_workers_at_a_time() -> None:
    """Each worker is given an equal slice of the order, so the n-th of every slice run side by side."""
    order = _dealt(list("aaaabbbbcccc"), 2)  # type: ignore[arg-type]
    first, second = order[:6], order[6:]
    assert first == second == list("aabbcc")


def test_work_of_more_than_a_batch_may_take_is_divided() -> None:
    many = [(case(f"t{n}"), 10) for n in range(MOST_TOGETHER + 1)]
    assert [len(party) for party in _parties(many)] == [MOST_TOGETHER, 1]
    slow = [(case(f"t{n}", seconds=60.0), 10) for n in range(3)]
    assert [len(party) for party in _parties(slow)] == [1, 1, 1]


def test_parts_of_a_batch_are_counted_together() -> None:
    assert Batch(workers=2, parts=({"a": 2, "b": 1}, {"a": 1}), seed=0).runs == 4
