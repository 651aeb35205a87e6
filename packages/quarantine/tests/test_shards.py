"""Shards of a hunt: together they are the suite, balanced, and the same on every machine; histories are merged."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake_quarantine.campaigns.shards import Shard, choose_tests
from flake_quarantine.cli.arguments import parse_shard
from flake_quarantine.cli.main import run
from flake_quarantine.errors import QuarantineError
from flake_quarantine.history import VERSION, History, OutcomeRow, Outcomes

SUITES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30)), unique=True, max_size=60)


@given(names=SUITES, count=st.integers(1, 9), known=st.dictionaries(st.integers(0, 30), st.floats(0, 100)))
def test_every_test_is_in_exactly_one_shard(names: list[tuple[int, int]], count: int, known: dict[int, float]) -> None:
    suite = [f"f{file}.py::t{number}" for file, number in names]
    seconds = {f"f{number % 6}.py::t{number}": value for number, value in known.items()}
    shards = [choose_tests(suite, seconds, Shard(number, count)) for number in range(1, count + 1)]
    assert sorted(nodeid for tests in shards for nodeid in tests) == sorted(suite)
    shuffled = list(reversed(suite))
    again = [set(choose_tests(shuffled, seconds, Shard(number, count))) for number in range(1, count + 1)]
    assert again == [set(tests) for tests in shards]


def test_shards_last_equally_long_by_known_durations() -> None:
    suite = [f"f{number}.py::t" for number in range(40)]
    seconds = {nodeid: 10.0 if number < 4 else 0.5 for number, nodeid in enumerate(suite)}
    sums = [sum(seconds[nodeid] for nodeid in choose_tests(suite, seconds, Shard(k, 4))) for k in range(1, 5)]
    assert max(sums) - min(sums) <= 0.5


def test_tests_of_a_file_stay_together_unless_it_is_too_long() -> None:
    suite = [f"big.py::t{number}" for number in range(30)] + [f"{name}.py::t{n}" for name in "abcd" for n in range(3)]
    for number in range(1, 5):
        tests = choose_tests(suite, {}, Shard(number, 4))
        for name in "abcd":
            assert sum(nodeid.startswith(f"{name}.py") for nodeid in tests) in (0, 3)
        assert 9 <= len(tests) <= 12


def test_durations_come_from_the_history(tmp_path: Path) -> None:
    with History(tmp_path / "h.db") as history:
        history.append(Outcomes("run", 2, [OutcomeRow("a", "passed", 1.0, ""), OutcomeRow("b", "failed", 9.0, "s")]))
        history.append(Outcomes("load", 2, [OutcomeRow("a", "passed", 3.0, "")]))
        assert history.list_seconds() == {"a": 2.0}


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/0", "-1/4", "1/4/4"])
def test_a_shard_is_refused_that_there_is_not(text: str) -> None:
    with pytest.raises(QuarantineError, match="a shard is written as 3/20"):
        parse_shard(text)
    assert parse_shard("4/4") == Shard(4, 4)


def test_the_command_merges_the_histories_of_jobs_and_twice_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs = [str(tmp_path / name) for name in ("one.db", "two.db")]
    for job in jobs:
        with History(Path(job)) as history:
            history.append(Outcomes("load", 2, [OutcomeRow("t", "failed", 0.1, "s")]))
            history.append_verdict("t", "load-only", "{}")
    target = str(tmp_path / "all.db")
    assert run(["merge", *jobs, "--history", target]) == 0
    assert capsys.readouterr().out == f"{jobs[0]}: 1 new batches\n{jobs[1]}: 1 new batches\n"
    once = _dump(target)
    assert run(["merge", "--json", *jobs, "--history", target]) == 0
    assert _dump(target) == once
    assert sum('INSERT INTO "outcome"' in line for line in once) == 2


def _dump(path: str) -> list[str]:
    with sqlite3.connect(path) as db:
        return list(db.iterdump())


def test_histories_that_cannot_be_merged_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target, newer, broken = (tmp_path / name for name in ("all.db", "newer.db", "broken.db"))
    History(newer).close()
    with sqlite3.connect(newer) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    broken.write_text("no database at all, but long enough to be read as one" * 20)
    for words, message in (
        ([str(newer), "--history", str(target)], "written by a newer flake-quarantine"),
        ([str(broken), "--history", str(target)], "not a usable history"),
        ([str(tmp_path / "gone.db"), "--history", str(target)], "there is no such history"),
        ([str(target), "--history", str(target)], "cannot be merged into itself"),
        ([str(target)], "name the file to merge into"),
    ):
        assert run(["merge", *words]) == 4
        assert message in capsys.readouterr().err
