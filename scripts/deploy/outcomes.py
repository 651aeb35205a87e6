"""What came of a box, from how it was before and after; and the table and the JSON of that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hero_assistance.light_commands.output import print_json, print_table
from scripts.deploy.box import OFF, STOPPED, Box

# How our command line tool begins to say what went wrong; lines of a log follow it.
_FAULT = "hero_assistance: "
_LOG_LINE = "| "
# What pyinfra says of every box, and explains nothing.
_ROUTINE = re.compile(r"(Connected|Success|No changes|Ready: .*|file uploaded: .*|Error: executed \d+ commands.*)$")
_FAULT_LINES = 3


class Outcome(StrEnum):
    """What became of one box."""

    NOTHING_CHANGED = "nothing changed"
    INSTALLED = "installed"
    UPGRADED = "upgraded"
    STARTED = "started"
    WENT_BACK = "went back"
    ROLLED_BACK = "rolled back"
    NOT_REACHED = "not reached"
    REFUSED = "refused"
    FAILED = "failed"


# With these a deployment is not what was asked for.
BAD = frozenset({Outcome.ROLLED_BACK, Outcome.NOT_REACHED, Outcome.REFUSED, Outcome.FAILED})


@dataclass(frozen=True)
class BoxResult:
    """A box as it is now, and what came of it; `detail` says why, where that is known."""

    box: Box
    outcome: Outcome | None = None
    detail: str = ""

    def serialize(self) -> dict[str, Any]:
        """Its entry in the JSON."""
        return {
            "box": self.box.name,
            "release": self.box.live,
            "running": self.box.running,
            "releases": list(self.box.releases),
            "state": self.box.state,
            "outcome": self.outcome and self.outcome.value,
            "detail": self.detail or self.box.detail or None,
            "findings": [dict(finding) for finding in self.box.findings],
        }


def judge(
    before: Box, after: Box, release: str, said: Sequence[str] | None, *, changed: Outcome = Outcome.UPGRADED
) -> BoxResult:
    """What came of a box that should run this release; `said` of it is `None` when it was not reached.

    `changed` is what it is called when the box runs another release than before.
    """
    if said is None:
        return BoxResult(after, Outcome.NOT_REACHED)
    if after.state == OFF:
        return BoxResult(after, Outcome.FAILED, after.detail)
    if _is_as_wanted(before, after, release, changed):
        return BoxResult(after, _choose_success(before, release, changed))
    fault, is_as_before = find_fault(said), (after.live, after.running) == (before.live, before.running)
    if is_as_before and not fault:
        # Another box of its batch was not well before it was its turn.
        return BoxResult(after, Outcome.NOT_REACHED)
    # As `hero_assistance install --restart` says it.
    is_back = is_as_before and release in after.releases and fault.startswith(f"release {release} ")
    return BoxResult(after, Outcome.ROLLED_BACK if is_back else Outcome.FAILED, fault)


def find_fault(said: Sequence[str]) -> str:
    """What went wrong, of all that was said of a box: the error of our command line tool, or else the last line."""
    lines = [line.strip() for line in said if line.strip() and not _ROUTINE.match(line.strip())]
    lines = [line for line in lines if not line.startswith(_LOG_LINE)]
    first = next((index for index, line in enumerate(lines) if line.startswith(_FAULT)), len(lines) - 1)
    return " ".join(lines[max(first, 0) : first + _FAULT_LINES]).removeprefix(_FAULT)


def print_results(action: str, releases: Sequence[str], results: Sequence[BoxResult], *, as_json: bool) -> None:
    """Print the table of the boxes, or one JSON document with the releases that were asked for."""
    if as_json:
        print_json({"action": action, "releases": list(releases), "boxes": [result.serialize() for result in results]})
        return
    rows = [[one.box.name, one.box.live or "", one.box.state, one.detail or one.box.detail] for one in results]
    columns = ["box", "release", "state", "detail"]
    outcomes = [one.outcome.value for one in results if one.outcome]
    if outcomes:
        columns.insert(3, "outcome")
        for row, outcome in zip(rows, outcomes, strict=True):
            row.insert(3, outcome)
    print_table(columns, rows)


def print_findings(results: Sequence[BoxResult]) -> None:
    """Print what `doctor` found on the boxes that is not well."""
    rows = [
        [result.box.name, finding["check"], finding["verdict"], finding["detail"], finding["hint"]]
        for result in results
        for finding in result.box.findings
    ]
    if rows:
        print_table(["box", "check", "verdict", "detail", "what to do"], rows)


def _is_as_wanted(before: Box, after: Box, release: str, changed: Outcome) -> bool:
    """Whether the release runs; a rollback leaves stopped what is stopped."""
    if changed is Outcome.WENT_BACK and before.state == after.state == STOPPED:
        return after.live == release
    return after.live == after.running == release and after.serves


def _choose_success(before: Box, release: str, changed: Outcome) -> Outcome:
    if before.live is None:
        return Outcome.INSTALLED
    if before.live != release:
        return changed
    return Outcome.NOTHING_CHANGED if before.serves and before.running == release else Outcome.STARTED
