"""Groups the register: by owner, and by what was found to make the tests fail."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flake_quarantine.history import History
from flake_quarantine.register import Entry, Register, count_of_days

SOON_DAYS = 7
NO_CAUSE = "not known"  # not measured yet, or nothing was seen


@dataclass(frozen=True)
class Group:
    """Some entries with what they have in common, those that end first coming first."""

    name: str
    entries: Sequence[Entry]
    today: dt.date

    @property
    def expired(self) -> int:
        """How many entries have expired."""
        return sum(entry.count_days_left(self.today) < 0 for entry in self.entries)

    @property
    def ends_soon(self) -> int:
        """How many entries end within a week."""
        return sum(0 <= entry.count_days_left(self.today) <= SOON_DAYS for entry in self.entries)

    @property
    def ownerless(self) -> int:
        """How many entries have no owner."""
        return sum(not entry.owner for entry in self.entries)

    def describe(self) -> str:
        """Say in words how many entries there are, and how many of them ask for something."""
        number = len(self.entries)
        parts = [
            f"{count} {text}"
            for count, text in (
                (self.expired, "expired"),
                (self.ends_soon, f"end within {count_of_days(SOON_DAYS)}"),
                (self.ownerless, "without an owner"),
            )
            if count
        ]
        return f"{number} {'entry' if number == 1 else 'entries'}" + (f": {', '.join(parts)}" if parts else "")


def make_group(name: str, entries: Iterable[Entry], today: dt.date) -> Group:
    """Return the entries as a group, in the order in which they end."""
    return Group(name, sorted(entries, key=lambda entry: (entry.expires, entry.nodeid)), today)


def group_by_owner(register: Register, today: dt.date) -> list[Group]:
    """Return a group for each owner, by name; those without an owner come first."""
    return _group({entry.nodeid: entry.owner for entry in register.entries}, register, today)


def group_by_cause(register: Register, history: History | None, today: dt.date) -> list[Group]:
    """Return a group for each kind of cause, as the last measurement of a test of the entry told it."""
    causes = find_causes(register, history)
    return _group({entry.nodeid: causes.get(entry.nodeid, NO_CAUSE) for entry in register.entries}, register, today)


def find_causes(register: Register, history: History | None) -> dict[str, str]:
    """Return the kind of cause of each entry that the history knows one of."""
    causes = {}
    for row in history.list_verdicts() if history else ():
        entry = register.find(row.nodeid)
        cause = json.loads(row.details).get("cause")
        if entry is not None and cause:
            causes[entry.nodeid] = str(cause["kind"])
    return causes


def _group(names: Mapping[str, str], register: Register, today: dt.date) -> list[Group]:
    groups: dict[str, list[Entry]] = {}
    for entry in register.entries:
        groups.setdefault(names[entry.nodeid], []).append(entry)
    return [make_group(name, groups[name], today) for name in sorted(groups)]
