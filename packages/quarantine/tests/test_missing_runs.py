"""What an undecided measurement says that it still needs, and that it stays undecided."""

from __future__ import annotations

import re

import pytest

from flake_quarantine.inference.limits import Limits
from flake_quarantine.inference.measurement import Measurement, correct_p_values
from flake_quarantine.inference.missing_runs import find_missing_runs
from flake_quarantine.inference.stopping_rule import Stop, Verdict, choose_step, stop_at_time_limit
from flake_quarantine.inference.tally import Rung, Tally


@pytest.mark.parametrize(("alone_runs", "verdict"), [(4, Verdict.UNDECIDED), (9, Verdict.UNDECIDED), (10, "load-only")])
def test_what_ran_alone_fewer_than_ten_times_stays_undecided(alone_runs: int, verdict: Verdict) -> None:
    """All failed under load and none alone: the p-value is small, and a coin would look the same now and then."""
    tally = Tally([Rung(2, runs=26, failures=26, events=26)], alone_runs=alone_runs, failing_batches=2)
    assert tally.p <= 0.05
    one = Measurement(nodeid="a.py::t", tally=tally, hint=stop_at_time_limit(tally, Limits()).hint)
    correct_p_values([one])
    assert one.verdict == verdict
    missing = re.findall(r"about (\d+) more runs? alone", one.hint)
    assert missing == ([str(10 - alone_runs)] if alone_runs < 10 else [])


def test_an_undecided_test_says_how_many_minutes_more() -> None:
    tally = Tally([Rung(2)], failing_batches=1)
    tally.add_batch(0, 26, 13, 13, seconds=52.0)
    for _ in range(4):
        tally.add_alone(failed=False, seconds=30.0)
    stop = stop_at_time_limit(tally, Limits())
    assert stop == Stop(Verdict.UNDECIDED, "the time is up; about 6 more runs alone without a failure: 3 more minutes")


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (Tally([Rung(2)]), "about 299 more runs under load without a failure and about 3 more runs alone"),
        (
            Tally([Rung(2, runs=298)], alone_runs=3, load_seconds=298.0),
            "about 1 more run under load .*: 1 more minute$",
        ),
        (Tally([Rung(2, runs=30, failures=30, events=30)], alone_runs=10, failing_batches=1), "about 1 more run under"),
        (
            Tally([Rung(2, runs=60, failures=12, events=12)], alone_runs=6, batches=1, failing_batches=1),
            "about 14 more runs under load that fail as often and about 11 more runs alone",
        ),
    ],
)
def test_what_is_missing_is_named(tally: Tally, words: str) -> None:
    assert re.match(words, str(find_missing_runs(tally, Limits())))


def test_a_single_failure_needs_more_failures_where_runs_alone_would_cost_more() -> None:
    tally = Tally([Rung(2, runs=300, failures=1, events=1)], alone_runs=10, failing_batches=1)
    missing = find_missing_runs(tally, Limits())
    assert missing.load >= 900
    assert missing.alone < 2000


@pytest.mark.parametrize("load_events", [5, 8, 20])
def test_with_what_was_missing_the_test_is_decided(load_events: int) -> None:
    tally = Tally([Rung(2)], alone_runs=2)
    tally.add_batch(0, 100, load_events, load_events)
    missing = find_missing_runs(tally, Limits())
    tally.add_batch(0, missing.load, load_events * missing.load // 100, load_events * missing.load // 100)
    for _ in range(missing.alone):
        tally.add_alone(failed=False)
    assert choose_step(tally, Limits()) == Stop(Verdict.LOAD_ONLY)


def test_a_hunted_test_that_the_number_of_candidates_makes_unclear_says_what_is_missing() -> None:
    """Each is measured as if it were the only one; together, what was found must be clearer."""
    tally = Tally([Rung(2, runs=40, failures=8, events=8)], alone_runs=16, failing_batches=2)
    other = Measurement(nodeid="a.py::u", tally=Tally([]))
    one = Measurement(nodeid="a.py::t", tally=tally, verdict=Verdict.LOAD_ONLY)
    correct_p_values([one, other, other])
    assert one.verdict is Verdict.UNDECIDED
    assert "more runs alone without a failure" in one.hint
