"""What a bisection and the search for a cause conclude from counts, with a runner that runs nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from flake_quarantine.campaigns.bisector import ANY_LOAD, WITHOUT_FORKS, Bisector
from flake_quarantine.campaigns.campaign import Campaign, CampaignSettings
from flake_quarantine.campaigns.cause_finder import NEEDS_ITSELF, CauseFinder, limit_copies
from flake_quarantine.cli.render import serialize_details, serialize_measurement
from flake_quarantine.failure_signature import make_signature
from flake_quarantine.inference.causes import find_cause
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.suspects import Suspect
from flake_quarantine.inference.tally import Rung, Tally
from flake_quarantine.register import Kind
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.fork_pool import ForkPool
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Outcome, Run

TARGET = "a.py::target"
IN_USE = "test_a.py setup: OSError: [Errno N] address already in use"


@dataclass
class CountingRunner(PytestRunner):
    """Runs nothing: `count_failures` tells how many runs of the target fail in a batch."""

    count_failures: Callable[[Batch], int] = lambda batch: 0
    signature: Callable[[Batch], str] = lambda batch: ""

    def run_batch(self, batch: Batch) -> list[Run]:
        """Return the target's runs."""
        copies, failures = batch.parts[0][TARGET], self.count_failures(batch)
        outcomes = [Outcome.FAILED] * failures + [Outcome.PASSED] * (copies - failures)
        signature = self.signature(batch)
        return [
            Run(nodeid=TARGET, worker="gw0", start=0, stop=1, outcome=outcome, signature=signature)
            for outcome in outcomes
        ]

    def run_serially(self, batch: Batch) -> list[Run]:
        """Return the target's runs."""
        return self.run_batch(batch)


@dataclass
class ForkingRunner(CountingRunner):
    """Runs nothing either; `count_in_forks` tells how many runs fail in a batch of forks."""

    count_in_forks: Callable[[Batch], int] = lambda batch: 0

    def run_batch(self, batch: Batch) -> list[Run]:
        """Return the target's runs."""
        count = self.count_in_forks if self.forks else self.count_failures
        runner = CountingRunner(self.root, count_failures=count, signature=self.signature)
        return [replace(run, forked=bool(self.forks)) for run in runner.run_batch(batch)]


def test_a_test_that_fails_far_more_often_beside_a_neighbour_is_blamed_on_it() -> None:
    """16 of 30 with it, 4 of 30 without: plain load alone explains the fewest."""
    runner = CountingRunner(Path(), count_failures=lambda batch: 16 if "a.py::bad" in batch.parts[0] else 4)
    found = Bisector(runner, TARGET, workers=4).bisect(["a.py::x", "a.py::bad", "a.py::y", "a.py::z"])
    assert found.neighbours == ["a.py::bad"]


def test_a_test_that_fails_as_often_under_any_load_is_blamed_on_none() -> None:
    runner = CountingRunner(Path(), count_failures=lambda _batch: 5)
    found = Bisector(runner, TARGET, workers=4).bisect(["a.py::x", "a.py::y"])
    assert found.neighbours == []
    assert "any load" in found.conclusion


def test_one_failure_by_chance_is_blamed_on_no_neighbour() -> None:
    batches = iter([1, *[0] * 6, 1])  # with all, six without neighbours, then with the first half
    runner = CountingRunner(Path(), count_failures=lambda _batch: next(batches, 0))
    found = Bisector(runner, TARGET, workers=4).bisect(["a.py::x", "a.py::y"])
    assert found.neighbours == []
    assert "no set of neighbours was confirmed" in found.conclusion


@pytest.mark.parametrize(("failures", "kind"), [(1, Kind.LOAD), (6, Kind.ORDER)])
def test_the_kind_is_order_only_if_one_process_makes_it_fail_more_often_than_alone(failures: int, kind: Kind) -> None:
    assert find_kind(CountingRunner(Path(), count_failures=lambda _batch: failures)) is kind


@pytest.mark.parametrize(("fresh", "kind"), [(6, Kind.ORDER), (0, Kind.LOAD)])
def test_the_kind_is_order_only_if_fresh_processes_show_it_too(fresh: int, kind: Kind) -> None:
    runner = ForkingRunner(
        Path(), forks=ForkPool(), count_failures=lambda _batch: fresh, count_in_forks=lambda _batch: 6
    )
    assert find_kind(runner) is kind


@pytest.mark.parametrize(
    ("before", "kind"), [(("a.py::x",), Kind.ORDER), ((), Kind.LOAD), ((TARGET, TARGET), Kind.LOAD)]
)
def test_what_has_failed_as_the_first_test_of_its_process_needs_no_order(before: tuple[str, ...], kind: Kind) -> None:
    failed = Run(nodeid=TARGET, worker="gw0", start=0, stop=1, outcome=Outcome.FAILED, before=before)
    later = replace(failed, before=("a.py::x",))
    assert find_kind(CountingRunner(Path(), count_failures=lambda _batch: 6), later, failed) is kind


def find_kind(runner: PytestRunner, *runs: Run) -> Kind:
    """Return the kind of a test that has failed each time under load."""
    finder = CauseFinder(Campaign(runner=runner, suite=[TARGET], settings=CampaignSettings(finds_suspects=False)))
    measured = Measurement(nodeid=TARGET, tally=Tally([Rung(2, runs=26, failures=26)], alone_runs=10))
    finder.explain(measured, runs, [Batch(workers=1, parts=({TARGET: 10},), seed=seed) for seed in range(3)])
    return measured.kind


@pytest.mark.parametrize(
    ("signature", "plain", "kind"),
    [
        ("t call: assert [N] != [N]", 9, "timing"),  # as often as among neighbours
        ("t call: assert [N] != [N]", 1, None),  # one may be a bad moment of the machine
        ("t call: ConnectionRefusedError", 9, "readiness"),  # what the failures say is worth more
        (IN_USE, 9, "port"),
    ],
)
def test_what_fails_under_plain_load_needs_no_neighbour(signature: str, plain: int, kind: str | None) -> None:
    batches: list[Batch] = []

    def count_failures(batch: Batch) -> int:
        batches.append(batch)
        return plain if batch.noise.cpu else 10

    runner = CountingRunner(Path(), count_failures=count_failures)
    campaign = Campaign(runner=runner, suite=[TARGET, "a.py::x"], settings=CampaignSettings())
    measured = Measurement(nodeid=TARGET, tally=Tally([Rung(4, runs=26, failures=10)], alone_runs=10))
    measured.signatures[signature] += 10
    CauseFinder(campaign).explain(measured, [], [])
    assert (measured.cause.kind if measured.cause else None) == kind
    looks_for_neighbours = kind in (None, "port")
    assert any("a.py::x" in batch.parts[0] for batch in batches) is looks_for_neighbours
    assert [batch.parts for batch in batches if batch.noise.cpu] == ([] if kind == "port" else [({TARGET: 30},)])


def test_what_fails_when_a_process_repeats_it_is_repeated_by_none_while_its_cause_is_looked_for() -> None:
    batches: list[Batch] = []

    def count_failures(batch: Batch) -> int:
        batches.append(batch)
        return 0 if batch.once_per_process == (TARGET,) else batch.parts[0][TARGET]

    runner = CountingRunner(Path(), count_failures=count_failures)
    campaign = Campaign(runner=runner, suite=[TARGET, "a.py::x"], settings=CampaignSettings())
    measured = Measurement(nodeid=TARGET, tally=Tally([Rung(4, runs=26, failures=10)], alone_runs=10))
    CauseFinder(campaign, once_per_process=True).explain(measured, [], [])
    assert (measured.fails_under_any_load, measured.suspects) == (False, [])
    assert all(batch.once_per_process == (TARGET,) for batch in batches)
    assert [batch.workers for batch in batches if batch.noise.cpu] == [8]  # each of them runs it once


@pytest.mark.parametrize(("seconds", "copies"), [(0.01, 30), (1, 20), (9, 8)])
def test_a_slow_test_runs_less_often_while_its_cause_is_looked_for(seconds: float, copies: int) -> None:
    runs = [Run(nodeid=TARGET, worker="gw0", start=0, stop=seconds, outcome=Outcome.PASSED) for _ in range(3)]
    assert limit_copies(30, runs, TARGET) == copies


def test_what_a_found_neighbour_shares_with_the_test_is_named() -> None:
    runner = CountingRunner(Path(), count_failures=lambda batch: 16 if "a.py::bad" in batch.parts[0] else 0)
    shared = {"port 8000": ["a.py::bad"], "port 9": ["a.py::x"]}
    found = Bisector(runner, TARGET, workers=4, shared=shared).bisect(["a.py::x", "a.py::bad"])
    assert found.conclusion == "fails while these run: a.py::bad; it shares port 8000 with them"


@pytest.mark.parametrize("guilty", ["a.py::holds", "a.py::z"])
def test_the_holders_of_a_known_port_are_tried_before_all(guilty: str) -> None:
    tried: list[set[str]] = []

    def count_failures(batch: Batch) -> int:
        tried.append(set(batch.parts[0]) - {TARGET})
        return 16 if guilty in batch.parts[0] else 0

    shared = {"port 8000": ["a.py::holds"], "file /x": ["a.py::z"]}
    bisector = Bisector(CountingRunner(Path(), count_failures=count_failures), TARGET, workers=4, shared=shared)
    found = bisector.bisect(["a.py::x", "a.py::y", "a.py::z", "a.py::holds"])
    assert tried[0] == {"a.py::holds"}
    assert found.neighbours == [guilty]
    assert (len(tried) <= 3) == (guilty == "a.py::holds")


def test_candidates_that_all_hold_the_port_are_tried_once() -> None:
    tried: list[tuple[str, ...]] = []

    def count_failures(batch: Batch) -> int:
        tried.append(tuple(sorted(set(batch.parts[0]) - {TARGET})))
        return 0

    candidates = ("a.py::x", "a.py::y")
    runner = CountingRunner(Path(), count_failures=count_failures)
    for shared in ({"port 8000": list(candidates)}, {}):
        Bisector(runner, TARGET, workers=4, shared=shared).bisect(candidates)
    half = len(tried) // 2
    assert candidates in tried
    assert tried[:half] == tried[half:]


def test_a_test_that_fails_beside_its_own_copy_says_what_they_share() -> None:
    runner = CountingRunner(Path(), count_failures=lambda batch: 0 if batch.exclusive else 5)
    found = Bisector(runner, TARGET, workers=4, shared={"port 54321": ["itself"]}).bisect(["a.py::x"])
    assert found.conclusion == "fails only while a copy of itself runs; both use port 54321"


@pytest.mark.parametrize(
    ("fails", "forked", "neighbours"),
    [
        (lambda batch: "a.py::bad" in batch.parts[0], "as fresh workers do", ["a.py::bad"]),
        (lambda batch: batch.noise.cpu or "a.py::bad" in batch.parts[0], "as fresh workers do", []),
        (lambda batch: not batch.exclusive, "as fresh workers do", [TARGET]),
        (lambda batch: "a.py::bad" in batch.parts[0], "never", ["a.py::bad"]),
        (lambda batch: "a.py::bad" in batch.parts[0], "always", ["a.py::bad"]),
        (lambda batch: "a.py::bad" in batch.parts[0], "with another one", ["a.py::bad"]),
        (lambda batch: False, "with another one", []),
        (lambda batch: False, "always", []),
    ],
)
def test_what_forks_show_is_named_only_if_fresh_workers_show_it(
    fails: Callable[[Batch], object], forked: str, neighbours: list[str]
) -> None:
    """Otherwise it is bisected again without forks, and says so."""
    in_forks: dict[str, Callable[[Batch], object]] = {
        "as fresh workers do": fails,
        "never": lambda batch: False,
        "always": lambda batch: True,
        "with another one": lambda batch: "a.py::x" in batch.parts[0],
    }
    runner = ForkingRunner(
        Path(),
        forks=ForkPool(),
        count_failures=lambda batch: 16 if fails(batch) else 0,
        count_in_forks=lambda batch: 16 if in_forks[forked](batch) else 0,
    )
    found = Bisector(runner, TARGET, workers=4).bisect(["a.py::x", "a.py::bad", "a.py::y"])
    assert found.neighbours == neighbours
    assert (WITHOUT_FORKS in found.notes) == (forked != "as fresh workers do")
    assert bool(found.failures) == (bool(neighbours) or found.conclusion == ANY_LOAD)


@dataclass
class PortRunner(CountingRunner):
    """Runs nothing: each run binds one port."""

    def run_batch(self, batch: Batch) -> list[Run]:
        """Return the target's runs, with what they touched if the batch asks for it."""
        return [replace(run, touched=("port 54321",) if batch.audit else ()) for run in super().run_batch(batch)]


@dataclass
class FileRunner(CountingRunner):
    """Runs nothing: each run writes one file."""

    def run_batch(self, batch: Batch) -> list[Run]:
        """Return the target's runs, with what they touched."""
        return [replace(run, touched=("file /x/db",)) for run in super().run_batch(batch)]


def test_a_suite_of_one_test_finds_the_port_that_its_copies_share() -> None:
    runner = PortRunner(Path(), count_failures=lambda _batch: 9)
    campaign = Campaign(runner=runner, suite=[TARGET], settings=CampaignSettings())
    measured = Measurement(nodeid=TARGET, tally=Tally([Rung(2, runs=26, failures=9)], alone_runs=10))
    measured.signatures[IN_USE] += 9
    CauseFinder(campaign).explain(measured, [], [])
    cause = serialize_measurement(measured)["cause"]
    assert cause["kind"] == "port"
    assert "port 54321 with a copy of itself" in cause["sentence"]


@pytest.mark.parametrize(("clashes", "blamed"), [(True, ["a.py::x", "a.py::y"]), (False, [])])
def test_a_port_that_failures_name_is_blamed_on_all_that_hold_it(clashes: bool, blamed: list[str]) -> None:
    """It fails under plain load as well, for another reason: there, nothing holds the port."""
    taken = "test_a.py call: OSError: [Errno N] Address already in use"
    runner = CountingRunner(
        Path(),
        count_failures=lambda _batch: 5,
        signature=lambda batch: taken if clashes and len(batch.parts[0]) > 1 else "assert N",
    )
    shared = {"port 8000": ["a.py::x", "a.py::y"]}
    found = Bisector(runner, TARGET, workers=4, shared=shared).bisect(["a.py::x", "a.py::y", "a.py::z"])
    assert found.neighbours == blamed
    assert ("any of these neighbours, by port 8000" in found.conclusion) is clashes


def fail_seldom(*neighbours: str) -> Callable[[Batch], int]:
    """Return a count of failures: one in every third batch with all of these neighbours."""
    tried = itertools.count()
    return lambda batch: int(set(neighbours) <= batch.parts[0].keys() and next(tried) % 3 == 2)


def test_a_port_that_seldom_failures_name_is_blamed_on_its_holders_without_a_proof_for_one_of_them() -> None:
    runner = CountingRunner(Path(), count_failures=fail_seldom("a.py::x", "a.py::y"), signature=lambda _batch: IN_USE)
    shared = {"port 8000": ["a.py::x", "a.py::y"]}
    found = Bisector(runner, TARGET, workers=4, shared=shared).bisect(["a.py::x", "a.py::y", "a.py::z"])
    assert found.neighbours == ["a.py::x", "a.py::y"]
    assert found.conclusion == "any of these neighbours, by port 8000"


def test_the_batches_of_a_bisection_are_those_of_fresh_workers_too() -> None:
    made: list[Batch] = []

    def count_failures(batch: Batch) -> int:
        made.append(batch)
        return 16 if "a.py::x" in batch.parts[0] else 0

    runner = ForkingRunner(Path(), forks=ForkPool(), count_failures=count_failures, count_in_forks=count_failures)
    found = Bisector(runner, TARGET, workers=4).bisect(["a.py::x", "a.py::y"])
    assert (found.neighbours, found.batches) == (["a.py::x"], len(made))


def test_after_forks_that_always_fail_fresh_workers_get_the_runs_that_show_a_rare_failure() -> None:
    tried = itertools.count()
    runner = ForkingRunner(
        Path(),
        forks=ForkPool(),
        count_in_forks=lambda _batch: 16,
        count_failures=lambda batch: int("a.py::x" in batch.parts[0] and next(tried) % 2),
    )
    found = Bisector(runner, TARGET, workers=4).bisect(["a.py::x"])
    assert WITHOUT_FORKS in found.notes
    assert found.failures > 0


def test_what_forks_show_seldom_is_not_doubted_because_fresh_workers_passed() -> None:
    runner = ForkingRunner(
        Path(), forks=ForkPool(), count_in_forks=fail_seldom("a.py::x"), signature=lambda _batch: IN_USE
    )
    found = Bisector(runner, TARGET, workers=4, shared={"port 8000": ["a.py::x"]}).bisect(["a.py::x", "a.py::y"])
    assert (found.neighbours, found.notes) == (["a.py::x"], [])


@pytest.mark.parametrize(
    ("shared", "signatures", "kind", "words"),
    [
        ({"port 54321": ["itself"]}, [IN_USE], "port", ["port 54321", "copy of itself", "port 0"]),
        ({"port 8000": ["a", "b", "c", "d"]}, [IN_USE], "port", ["port 8000", "a, b, c and 1 more"]),
        ({}, [IN_USE], "port", ["a port that something else holds", "port 0"]),
        ({"file /x/out": ["b"], "port 1": ["c"]}, ["t call: FileExistsError: [Errno N]"], "file", ["file /x/out"]),
        ({"temporary path /tmp/a": ["b"]}, ["t call: FileExistsError"], "file", ["temporary path /tmp/a", "tmp_path"]),
        ({"file /x/db": ["b"]}, ["t call: OperationalError: database is locked"], "file", ["file /x/db"]),
        ({"file /x/db": ["itself"]}, ["t call: OSError: file PATH does not exist"], "file", ["may", "file /x/db"]),
        ({"file /x": ["b"], "port 1": ["c"]}, ["t call: FileNotFoundError: [Errno N]"], "file", ["may", "file /x"]),
        ({"variable HOME": ["b"]}, ["t call: KeyError: 'HOME'"], "environment", ["variable HOME", "monkeypatch"]),
        ({}, ["t call: TimeoutError"], "timing", ["waits"]),
        ({"port 80": ["b"]}, ["t call: assert elapsed < N"], "clock", ["margin"]),
        ({}, ["t call: AssertionError: N.N not less than N.N"], "clock", ["margin"]),
        ({}, ["t call: AssertionError: N not less than or equal to N.N"], "clock", ["margin"]),
        ({}, ["t call: assert N.N < N"], "clock", ["margin"]),
        ({}, ["t call: assert (N.N - N.N) <= N.N"], "clock", ["margin"]),
        ({}, ["t call: ConnectionRefusedError: [Errno N] Connection refused"], "readiness", ["answers"]),
        ({}, ["t call: httpx.ConnectError: All connection attempts failed"], "readiness", ["answers"]),
        ({}, ["t call: RuntimeError: Task group is not initialized."], "readiness", ["answers"]),
        ({"port 80": ["b"]}, ["t call: ConnectionRefusedError"], "port", ["may", "port 80"]),
        ({}, ['t setup: DuplicateDatabase: database "test" already exists'], "database", ["each worker"]),
        ({}, ["t call: OperationalError: table users already exists"], "database", ["each worker"]),
        ({}, ["t call: OSError: [Errno N] Too many open files"], "resources", ["fewer workers"]),
        ({}, ["t call: RuntimeError: can't start new thread"], "resources", ["fewer workers"]),
        ({}, ["t call: assert <Signals.SIGINT: N> == N"], "signal", ["ready"]),
        ({"port 80": ["b"]}, ["t call: assert N == N"], "port", ["may", "port 80"]),
    ],
)
def test_a_cause_is_told_in_one_sentence_with_what_to_change(
    shared: dict[str, list[str]], signatures: list[str], kind: str, words: list[str]
) -> None:
    cause = find_cause(shared, signatures)
    assert cause is not None
    assert cause.kind == kind
    assert [word for word in words if word not in cause.sentence] == []
    assert cause.sentence.count(". ") == 0


def test_the_cause_of_an_order_is_the_test_before_and_what_both_use() -> None:
    before = Suspect(nodeid="a.py::x", p=0.01, failed_with=25, runs_with=25, failed_without=0, runs_without=9)
    shared = {"variable HOME": ["a.py::x"], "port 1": ["a.py::y"]}
    measured = Measurement(
        nodeid=TARGET,
        tally=Tally([Rung(2, runs=34, failures=25)], alone_runs=10),
        kind=Kind.ORDER,
        suspects=[before],
        shared_resources=shared,
    )
    assert measured.cause is not None
    assert measured.cause.kind == "order"
    assert "after a.py::x in the same process and uses variable HOME as it does" in measured.cause.sentence
    assert "port 1" not in measured.cause.sentence


def test_a_word_in_another_word_is_no_sign() -> None:
    for signature in (
        "t call: assert mistook == N",
        "t call: SIGINTEGER",
        "t call: assert tablespace already exists",
        "t call: assert N < N",
        "t call: assert N.N == N.N",
        "t call: FileNotFoundError",
    ):
        assert find_cause({}, [signature]) is None


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("AssertionError: 2.5 not less than 1.1", "AssertionError: N.N not less than N.N"),
        ("assert 1e-05 > 3", "assert N.N > N"),
        ("port 54321 of 127.0.0.1 is taken", "port N of N.N.N.N is taken"),
    ],
)
def test_a_signature_keeps_whether_a_number_has_decimals(message: str, kept: str) -> None:
    assert make_signature("tests/test_a.py", message, "call") == f"test_a.py call: {kept}"


@pytest.mark.parametrize(
    ("apart", "rung", "needs_itself"),
    [
        (0, Rung(4, runs=26, failures=9), True),
        (1, Rung(4, runs=26, failures=9), False),
        (0, Rung(8, runs=26, failures=9), True),  # copies at eight workers are tried apart at eight
        (0, Rung(4, runs=200, failures=3), False),  # 90 runs apart would show none either
    ],
)
def test_a_test_that_fails_only_next_to_its_copies_shares_a_file_with_them(
    apart: int, rung: Rung, needs_itself: bool
) -> None:
    """Although its failures name nothing."""
    runner = FileRunner(Path(), count_failures=lambda batch: apart if batch.exclusive and not batch.noise.cpu else 0)
    campaign = Campaign(runner=runner, suite=[TARGET, "a.py::x"], settings=CampaignSettings())
    measured = Measurement(nodeid=TARGET, tally=Tally([rung], alone_runs=10))
    measured.signatures["t call: assert [N] == [N]"] += 9
    CauseFinder(campaign).explain(measured, [], [])
    assert (NEEDS_ITSELF in measured.notes) is needs_itself
    assert (measured.cause.kind if measured.cause else None) == ("file" if needs_itself else None)


def test_what_a_clear_suspect_writes_too_may_be_the_cause() -> None:
    counts = {"failed_with": 9, "runs_with": 9, "failed_without": 0, "runs_without": 40}
    measured = Measurement(
        nodeid=TARGET,
        tally=Tally([Rung(2, runs=26, failures=9)], alone_runs=10),
        suspects=[Suspect(nodeid="a.py::bad", p=0.01, **counts), Suspect(nodeid="a.py::x", p=0.5, **counts)],
        shared_resources={"file /x": ["a.py::x"], "file /y": ["a.py::bad", "a.py::x"], "variable A": ["a.py::bad"]},
    )
    assert measured.cause is not None
    assert (measured.cause.kind, measured.cause.resources) == ("file", ("file /y",))
    assert "may fail because it shares file /y with a.py::bad:" in measured.cause.sentence


@pytest.mark.parametrize("shared", [{}, {"port 1": ["b"], "port 2": ["c"]}, {"variable A": ["b"]}])
def test_no_cause_is_told_without_evidence(shared: dict[str, list[str]]) -> None:
    assert find_cause(shared, ["t call: assert N == N"]) is None


@pytest.mark.parametrize(("load_failures", "alone_failures", "told"), [(3, 0, True), (0, 0, False), (3, 1, False)])
def test_what_fails_alone_or_never_under_load_has_no_cause(load_failures: int, alone_failures: int, told: bool) -> None:
    tally = Tally([Rung(2, runs=9, failures=load_failures)], alone_runs=9, alone_failures=alone_failures)
    measured = Measurement(nodeid=TARGET, tally=tally, shared_resources={"port 80": ["a.py::x"]})
    assert (measured.cause is not None) == told


def test_a_suspect_that_explains_nothing_is_none() -> None:
    counts = {"failed_with": 1, "runs_with": 9, "failed_without": 1, "runs_without": 9}
    suspects = [Suspect(nodeid="a.py::x", p=0.01, **counts), Suspect(nodeid="a.py::y", p=0.8, **counts)]
    measured = Measurement(nodeid=TARGET, tally=Tally([Rung(2)]), suspects=suspects)
    assert [one.nodeid for one in measured.clear_suspects] == ["a.py::x"]
    assert [one["nodeid"] for one in serialize_details(measured)["suspects"]] == ["a.py::x"]
    assert [one["nodeid"] for one in serialize_measurement(measured)["suspects"]] == ["a.py::x"]


def test_what_ran_before_every_failure_explains_an_order_with_few_runs() -> None:
    always = Suspect(nodeid="a.py::x", p=0.08, failed_with=25, runs_with=25, failed_without=0, runs_without=1)
    seldom = Suspect(nodeid="a.py::y", p=0.9, failed_with=12, runs_with=13, failed_without=13, runs_without=13)
    often = Suspect(nodeid="a.py::z", p=0.001, failed_with=24, runs_with=25, failed_without=1, runs_without=9)
    measured = Measurement(nodeid=TARGET, tally=Tally([]), suspects=[always, often, seldom], kind=Kind.ORDER)
    assert [one["nodeid"] for one in serialize_measurement(measured)["suspects"]] == ["a.py::x"]
