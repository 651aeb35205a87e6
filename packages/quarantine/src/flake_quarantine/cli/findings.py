"""Finds what is wrong with the entries of the register, and which of them end soon."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from flake_quarantine.history import History
from flake_quarantine.inference.stopping_rule import Verdict
from flake_quarantine.node_ids import extract_path
from flake_quarantine.register import Entry, Register, count_of_days, format_days_left

HEALED_DAYS = 14  # how long a healed test may stay in the register
FAILS_ALONE = (Verdict.BROKEN, Verdict.FLAKY_ALONE)


class Problem(enum.StrEnum):
    """What is wrong with an entry; the last one is a reminder that fails nothing."""

    MISSING = "missing"
    EXPIRED = "expired"
    NO_OWNER = "no owner"
    NOT_ELIGIBLE = "not eligible"
    HEALED = "healed"
    ENDS_SOON = "ends soon"


@dataclass(frozen=True)
class Finding:
    """One problem of one entry, with a sentence about it."""

    entry: Entry
    problem: Problem
    text: str

    @property
    def fails(self) -> bool:
        """Whether it fails a check."""
        return self.problem is not Problem.ENDS_SOON


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What entries are compared with: the day, the tests that pytest collects, and what was measured last."""

    today: dt.date
    collected: Collection[str] | None = None  # None: pytest was not asked
    uncollected: Collection[str] = ()  # files that pytest could not collect
    verdicts: Mapping[str, str] = field(default_factory=dict)
    healed_since: Mapping[str, dt.date] = field(default_factory=dict)


def read_verdicts(history: History | None) -> tuple[dict[str, str], dict[str, dt.date]]:
    """Return the last verdict on each test, and since when those that are healed are so."""
    verdicts = {row.nodeid: row.verdict for row in history.list_verdicts()} if history else {}
    healed = {}
    for nodeid, verdict in verdicts.items():
        since = history.find_healed_since(nodeid) if history and verdict == Verdict.HEALED else None
        if since is not None:
            healed[nodeid] = since
    return verdicts, healed


def find_problems(register: Register, facts: Facts, days: int) -> list[Finding]:
    """Return what is wrong, and the entries that end within so many days; in the order of the register."""
    there = {entry.nodeid for nodeid in facts.collected or () for entry in register.find_all(nodeid)}
    measured = _group_by_entry(register, facts.verdicts)
    return [
        finding
        for entry in register.entries
        for finding in (
            *_check_test(entry, facts, is_there=entry.nodeid in there),
            *_check_rules(entry, facts.today, days),
            *_check_verdicts(entry, facts, measured.get(entry.nodeid, ())),
        )
    ]


def _group_by_entry(register: Register, verdicts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the measured tests of each entry."""
    groups: dict[str, list[str]] = {}
    for nodeid in verdicts:
        entry = register.find(nodeid)
        if entry is not None:
            groups.setdefault(entry.nodeid, []).append(nodeid)
    return groups


def _check_test(entry: Entry, facts: Facts, *, is_there: bool) -> Iterator[Finding]:
    if facts.collected is None or is_there:
        return
    unread = extract_path(entry.nodeid) in facts.uncollected
    yield Finding(entry, Problem.MISSING, "pytest cannot collect its file" if unread else "there is no such test")


def _check_rules(entry: Entry, today: dt.date, days: int) -> Iterator[Finding]:
    left = entry.count_days_left(today)
    if left < 0:
        yield Finding(entry, Problem.EXPIRED, f"expired {count_of_days(-left)} ago")
    elif left <= days:
        yield Finding(entry, Problem.ENDS_SOON, format_days_left(left))
    if not entry.owner:
        yield Finding(entry, Problem.NO_OWNER, "nobody owns it, nor does CODEOWNERS name anybody")
    if entry.evidence.alone_failures:
        text = f"it failed alone {entry.evidence.alone_failures} of {entry.evidence.alone_runs} times by its evidence"
        yield Finding(entry, Problem.NOT_ELIGIBLE, text)


def _check_verdicts(entry: Entry, facts: Facts, measured: Collection[str]) -> Iterator[Finding]:
    """Compare an entry with what was measured since: one test of it that fails alone is enough, all must be healed."""
    failing = [nodeid for nodeid in measured if facts.verdicts[nodeid] in FAILS_ALONE]
    if failing:
        yield Finding(entry, Problem.NOT_ELIGIBLE, f"{failing[0]} was measured as {facts.verdicts[failing[0]]}")
    healed = [facts.healed_since[nodeid] for nodeid in measured if nodeid in facts.healed_since]
    if healed and len(healed) == len(measured) and (facts.today - max(healed)).days >= HEALED_DAYS:
        yield Finding(entry, Problem.HEALED, f"healed since {max(healed)}: release it")
