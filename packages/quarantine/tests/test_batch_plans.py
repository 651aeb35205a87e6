"""What a batch consists of: copies of every test, which run at the same time as each other and as other tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake_quarantine.campaigns.batch_planner import MAX_GROUP, BatchPlanner, split_into_groups
from flake_quarantine.campaigns.campaign import Campaign, CampaignSettings
from flake_quarantine.campaigns.measured_test import MeasuredTest
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.tally import Tally
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.trial.item_copies import deal_items


def case(nodeid: str, seconds: float = 0.1) -> MeasuredTest:
    return MeasuredTest(measurement=Measurement(nodeid=nodeid, tally=Tally([])), seconds=seconds)


def planner(*suite: str) -> BatchPlanner:
    return BatchPlanner(Campaign(runner=PytestRunner(root=Path()), suite=suite, settings=CampaignSettings(seed=1)))


@pytest.mark.parametrize("copies", [10, 16, 110])
@pytest.mark.parametrize("tests", [1, 2, 5, MAX_GROUP])
def test_every_test_gets_its_copies_most_of_them_in_its_own_part(tests: int, copies: int) -> None:
    names = [f"a.py::t{n}" for n in range(tests)]
    batch = planner(*names, "a.py::x", "a.py::y").plan_batch([(case(name), copies) for name in names], 2, seed=1)
    for number, name in enumerate(names):
        shares = [part[name] for part in batch.parts]
        assert sum(shares) == copies
        assert shares[number] == max(shares)
        assert min(shares) > 0
        assert batch.parts[number]["a.py::x"] > 0


def test_a_part_is_run_by_all_workers_at_a_time() -> None:
    """Each worker is given an equal slice of the order, so the n-th of every slice run side by side."""
    order = deal_items(list("aaaabbbbcccc"), 2)
    first, second = order[:6], order[6:]
    assert first == second == list("aabbcc")


def test_work_of_more_than_a_batch_may_take_is_divided() -> None:
    many = [(case(f"t{n}"), 10) for n in range(MAX_GROUP + 1)]
    assert [len(group) for group in split_into_groups(many)] == [MAX_GROUP, 1]
    slow = [(case(f"t{n}", seconds=60.0), 10) for n in range(3)]
    assert [len(group) for group in split_into_groups(slow)] == [1, 1, 1]
