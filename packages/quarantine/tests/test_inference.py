"""Bursts, signatures, suspects and shared resources, from made-up runs."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from flake_quarantine.failure_signature import make_signature
from flake_quarantine.inference.bursts import count_bursts, count_events, count_joint_failures
from flake_quarantine.inference.suspects import find_shared_resources, rank_earlier, rank_overlapping
from flake_quarantine.runner import trial_log
from flake_quarantine.runner.trial_log import TrialLogWriter
from flake_quarantine.runs import Outcome, Run


def run(nodeid: str, worker: str, start: float, stop: float, *, failed: bool = False, **fields: object) -> Run:
    outcome = Outcome.FAILED if failed else Outcome.PASSED
    return Run(nodeid=nodeid, worker=worker, start=start, stop=stop, outcome=outcome, **fields)  # type: ignore[arg-type]


def test_a_burst_is_one_event() -> None:
    """Twelve runs at a time, and now and then all of them fail: chance does not do that."""
    runs = [
        run("t", f"gw{worker}", moment, moment + 0.9, failed=moment in (3, 11))
        for moment in range(20)
        for worker in range(12)
    ]
    assert count_events(runs) == 2


def test_failures_spread_by_chance_count_one_by_one() -> None:
    chance = random.Random(1)  # noqa: S311
    runs = [
        run("t", f"gw{worker}", moment, moment + 0.9, failed=chance.random() < 0.3)
        for moment in range(20)
        for worker in range(12)
    ]
    assert count_events(runs) == sum(one.failed for one in runs)


def test_collisions_of_one_shared_thing_count_one_by_one_however_close_they_are() -> None:
    """Copies that bind one port fail at one moment because they meet there: no bad moment of the machine."""
    taken = "test_a.py setup: OSError: [Errno N] error while attempting to bind: address already in use"
    runs = [
        run("t", f"gw{worker}", moment, moment + 0.9, failed=failed, signature=taken if failed else "")
        for moment in range(20)
        for worker in range(12)
        for failed in [moment in (3, 11) and worker > 2]
    ]
    assert count_events(runs) == 18


def test_beside_collisions_other_failures_still_burst() -> None:
    runs = [
        run("t", f"gw{worker}", moment, moment + 0.9, failed=moment in (3, 11), signature="assert N")
        for moment in range(20)
        for worker in range(12)
    ]
    runs += [run("t", "gw0", 30, 31, failed=True, signature="OSError: Address already in use")]
    assert count_events(runs) == 3


def test_what_always_fails_counts_every_run() -> None:
    assert count_events([run("t", f"gw{n}", 0, 1, failed=True) for n in range(8)]) == 8


def test_a_burst_is_what_had_begun_when_its_first_failure_ended() -> None:
    assert count_bursts([(0, 1), (0.5, 9), (1, 2), (1.1, 3), (2.9, 4)]) == 2


def test_tests_that_fail_at_the_same_moment_are_named() -> None:
    runs = [run("t", "gw0", 0, 2, failed=True), run("other", "gw1", 1, 3, failed=True), run("fine", "gw2", 1, 3)]
    assert count_joint_failures(runs, "t") == {"other": 1}


def test_the_true_neighbour_is_ranked_first() -> None:
    chance, right = random.Random(2), 0  # noqa: S311
    for _ in range(100):
        runs = []
        for moment in range(60):
            present = chance.sample([f"n{n}" for n in range(20)], 4)
            runs.append(run("t", "gw0", moment, moment + 0.5, failed="n7" in present and chance.random() < 0.7))
            runs += [run(name, f"gw{n + 1}", moment, moment + 0.5) for n, name in enumerate(present)]
        right += rank_overlapping(runs, "t")[0].nodeid == "n7"
    assert right >= 90


def test_tests_on_the_same_worker_do_not_overlap() -> None:
    assert rank_overlapping([run("t", "gw0", 0, 1, failed=True), run("n", "gw0", 0, 1)], "t") == []


def test_what_ran_before_is_ranked_for_order() -> None:
    runs = [
        run("t", "gw0", n, n + 1, failed=n % 2 == 0, before=("bad", "a") if n % 2 == 0 else ("a",)) for n in range(20)
    ]
    first = rank_earlier(runs, "t")[0]
    assert (first.nodeid, first.failed_with, first.runs_with, first.failed_without) == ("bad", 10, 10, 0)
    assert first.p < 0.001


def test_shared_things_name_who_shares() -> None:
    runs = [run("t", "gw0", 0, 1, touched=("port 5", "file /a")), run("n", "gw1", 0, 1, touched=("port 5",))]
    assert find_shared_resources(runs, "t") == {"port 5": ["n"]}


def test_what_a_run_touched_once_is_no_shared_thing_next_to_what_each_touched() -> None:
    """The first run of `t` also removes what `n` has left behind in its process."""
    runs = [run("t", "gw0", moment, moment + 1, touched=("file /db",)) for moment in range(1, 9)]
    first = run("t", "gw0", 0, 1, touched=("file /a/left", "file /db", "file /lock"))
    others = [run("t", "gw1", 0, 1, touched=("file /lock",)), run("n", "gw0", 0, 1, touched=("file /a/left",))]
    assert list(find_shared_resources([first, *runs, *others], "t").items()) == [("file /db", ["itself"])]
    assert list(find_shared_resources([first, *runs[:5], *others], "t")) == ["file /db", "file /lock"]


def test_a_port_that_the_system_chose_for_two_tests_is_nothing_that_they_share() -> None:
    runs = [run("t", "gw0", port, port + 1, touched=(f"port {port}",)) for port in range(40_000, 40_009)]
    assert find_shared_resources([*runs, run("n", "gw1", 0, 1, touched=("port 40003",))], "t") == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("OSError: [Errno 98] port 5000 in use", "OSError: [Errno 98] port 6000 in use"),
        ("no file /tmp/x1/y", "no file /var/other/z"),
        ("<Thing at 0x7f001>", "<Thing at 0x7f9ab>"),
    ],
)
def test_a_signature_leaves_out_what_changes(one: str, other: str) -> None:
    assert make_signature("a/test_a.py", one, "call") == make_signature("a/test_a.py", other, "call")


def test_crashes_one_after_the_other_are_not_one_burst(tmp_path: Path) -> None:
    for number in range(6):
        TrialLogWriter(str(tmp_path), f"gw{number}").write(nodeid="t", start=float(number))
    runs = trial_log.read(tmp_path).runs
    assert [one.outcome for one in runs] == [Outcome.CRASHED] * 6
    assert count_bursts([(one.start, one.stop) for one in runs]) == 6
