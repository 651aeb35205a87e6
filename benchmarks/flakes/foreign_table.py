"""Judges what was said of flaky tests from abroad, and makes the table of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.flakes.foreign_suites import ForeignCase
from benchmarks.measure import Figure, Report

RIGHT_SHARE = 10 / 12  # of the cases, as promised
HEADS = (
    "case", "truth", "verdict", "kind", "cause", "failed alone", "under load", "seconds", "right",
    "pytest-flakefinder", "seconds", "pytest-rerunfailures", "seconds",
)  # fmt: skip
NUMBERS = ("failed alone", "under load", "seconds", "pytest-flakefinder")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What `measure` or `bisect` said of a case.

    `sentence` has the cause or the conclusion; `foreign_runs` were made while other programs used the machine.
    """

    verdict: str
    seconds: float
    kind: str = ""
    cause: str = "none"
    sentence: str = ""
    alone_runs: int = 0
    alone_failures: int = 0
    load_runs: int = 0
    load_failures: int = 0
    foreign_runs: int = 0
    signatures: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class PeerAnswer:
    """How many copies of a test a peer saw fail and pass, and how often it ran one again."""

    failed: int
    passed: int
    rerun: int
    seconds: float
    fault: str = ""


@dataclass
class Results:
    """What is known of each case, by its name and the part; `unavailable` says why a suite could not be had."""

    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    peers: dict[tuple[str, str], PeerAnswer] = field(default_factory=dict)
    unavailable: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, part: str, answer: Answer | PeerAnswer) -> None:
        """Keep a result, in the place of an earlier one."""
        if isinstance(answer, Answer):
            self.answers[name, part] = answer
        else:
            self.peers[name, part] = answer

    def find(self, case: ForeignCase, part: str) -> Answer | PeerAnswer | None:
        """Return a result, if there is one."""
        return self.answers.get((case.name, part)) or self.peers.get((case.name, part))


def find_faults(case: ForeignCase, measured: Answer, bisected: Answer | None = None) -> list[str]:
    """Return what is wrong with an answer, and missing in it; nothing if it is right."""
    faults = []
    if measured.verdict not in case.verdicts:
        faults.append(f"the verdict is {measured.verdict}, not {' or '.join(case.verdicts)}")
    if case.kind and measured.kind != case.kind and measured.verdict in case.verdicts:
        faults.append(f"the kind is {measured.kind}, not {case.kind}")
    if measured.cause not in case.causes and measured.verdict in case.verdicts:
        faults.append(f"the cause is {measured.cause}, not {' or '.join(case.causes)}")
    if case.words and not re.search(case.words, measured.sentence):
        faults.append(f"the cause does not name {case.words}")
    if bisected is not None and case.words and not re.search(case.words, bisected.sentence):
        faults.append(f"the conclusion of bisect does not name {case.words}: {bisected.sentence}")
    return faults


def summarise(cases: Sequence[ForeignCase], results: Results, report: Report) -> None:
    """Add the figure, the table and all misses to the report."""
    judged = {
        case.name: find_faults(case, answer, results.answers.get((case.name, "bisect")))
        for case in cases
        if (answer := results.answers.get((case.name, "measure")))
    }
    right = sum(not faults for faults in judged.values())
    met = right >= RIGHT_SHARE * len(cases) if len(judged) == len(cases) else None
    name = f"right: {right} of {len(judged)} cases that were measured, of {len(cases)}"
    if judged:
        report.add(Figure(name, 100 * right / len(judged), "%", target="≥ 10 of 12", met=met))
    report.notes.append("\n".join(_format_table(cases, judged, results)))
    if note := _describe_foreign_load(results):
        report.notes.append("\n" + note)
    if lists := list(_list_misses(cases, judged, results)):
        report.notes.append("\n" + "\n".join(lists))


def _describe_foreign_load(results: Results) -> str:
    """Say how much of the measuring was done while other programs used the machine, if any was."""
    foreign = sum(answer.foreign_runs for (_, part), answer in results.answers.items() if part == "measure")
    return f"{foreign} runs were made while other programs used the machine." if foreign else ""


def _format_table(cases: Sequence[ForeignCase], judged: dict[str, list[str]], results: Results) -> Iterator[str]:
    yield f"| {' | '.join(HEADS)} |"
    yield "|" + "|".join("---:" if head in NUMBERS else "---" for head in HEADS) + "|"
    for case in cases:
        measured, bisected = (results.answers.get((case.name, part)) for part in ("measure", "bisect"))
        cells = [case.name, case.truth]
        if measured is not None:
            cells += [
                measured.verdict,
                measured.kind,
                measured.sentence or "–",
                f"{measured.alone_failures} of {measured.alone_runs}",
                f"{measured.load_failures} of {measured.load_runs}",
                f"{measured.seconds:.0f}",
                "**no**" if judged[case.name] else "yes",
            ]
        else:
            cells += ["not measured", *[""] * 6]
        for part in ("flakefinder", "rerunfailures"):
            cells += _describe_peer(part, results.peers.get((case.name, part)))
        yield _join(cells)
        if bisected is not None:
            load = f"{bisected.load_failures} of {bisected.load_runs}"
            told = ["the same, `bisect`", "", "", "", bisected.sentence, "", load, f"{bisected.seconds:.0f}"]
            yield _join([*told, *[""] * (len(HEADS) - len(told))])


def _describe_peer(part: str, answer: PeerAnswer | None) -> list[str]:
    if answer is None:
        return ["", ""]
    seconds = f"{answer.seconds:.0f}"
    if answer.fault:
        return [answer.fault, seconds]
    copies = answer.failed + answer.passed
    if part == "flakefinder":
        return [f"{answer.failed} of {copies} failed", seconds]
    return [f"{answer.passed} of {copies} passed, after {answer.rerun} reruns", seconds]


def _join(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|').replace(chr(10), ' ') for cell in cells)} |"


def _list_misses(cases: Sequence[ForeignCase], judged: dict[str, list[str]], results: Results) -> Iterator[str]:
    for case in cases:
        if faults := judged.get(case.name):
            answer = results.answers[case.name, "measure"]
            seen = f" It failed with `{answer.signatures[0]}`." if answer.signatures else ""
            yield f"* **{case.name}**: {'; '.join(faults)}. The truth: {case.why}{seen}"
        elif case.name in results.unavailable:
            yield f"* **{case.name}** was not measured: {results.unavailable[case.name]}"
