"""What the action says of its work, in a file that it replaces after each round, and what `status` makes of it."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from hero_assistance_sdk.files.data_folder import SERVER_LOCK
from hero_assistance_sdk.files.durable_files import write_atomic
from hero_assistance_sdk.files.file_lock import find_holder
from hero_assistance_sdk.health import Condition
from hero_assistance_sdk.paths import Paths

REPORT = "report.json"
# A slow network may take as long for a burst; nothing that lasts is shorter.
BEHIND_S = 60
# The action writes each second, and between portions of many files, of which one may take up to ten minutes.
SILENT_S = 700
_LOGS = "hero_assistance logs hero_assistance_replica"


@dataclass(frozen=True, slots=True)
class Report:
    """`complete_at`: everything up to this time is at the target; `None` before the first round that succeeded.

    Times are seconds since 1970. `waiting` counts the files that were still to be copied.
    """

    written_at: float
    complete_at: float | None = None
    waiting: int = 0
    error: str = ""
    hint: str = ""

    def behind_s(self, now: float) -> float | None:
        """By how many seconds the replica is behind, `None` while it is not whole."""
        return None if self.complete_at is None else max(0.0, now - self.complete_at)


def write_report(folder: Path, report: Report) -> None:
    """Replace the report; it need not survive the machine."""
    write_atomic(folder / REPORT, json.dumps(asdict(report)).encode(), durable=False)


def read_report(paths: Paths) -> Report | None:
    """Read the last report, `None` before the first."""
    try:
        return Report(**json.loads((paths.replica / REPORT).read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def find_condition(report: Report | None, now: float | None = None) -> Condition | None:
    """Why an operator has to look after a replica; `None` for one that is well."""
    now = time.time() if now is None else now
    if report is None:
        return Condition("replica-missing", "the replica is not begun", "hero_assistance --start")
    if now - report.written_at > SILENT_S:
        silent = describe_span(now - report.written_at)
        return Condition("replica-silent", f"nothing was heard of the replica for {silent}", _LOGS)
    behind = report.behind_s(now)
    if behind is not None and behind <= BEHIND_S:
        return None
    state = "is not whole yet" if behind is None else f"is {describe_span(behind)} behind"
    if not report.error and behind is None:
        # The first copy of a large desk takes its time.
        return None
    why = f": {report.error}" if report.error else ""
    return Condition("replica-behind", f"the replica {state}{why}", report.hint or _LOGS)


def look(paths: Paths, now: float | None = None) -> tuple[Report | None, Condition | None]:
    """Read the report, and why an operator has to look; while no server runs, nothing is behind."""
    report = read_report(paths)
    runs = find_holder(paths.data / SERVER_LOCK) is not None
    return report, find_condition(report, now) if runs else None


def describe_span(seconds: float) -> str:
    """A span of time in words, in its largest unit."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def describe(report: Report | None, now: float | None = None) -> str:
    """How the replica is, in a few words."""
    now = time.time() if now is None else now
    behind = None if report is None else report.behind_s(now)
    if report is None or behind is None:
        return "the replica is not whole yet"
    waiting = f", {report.waiting} files wait" if report.waiting else ""
    return f"{describe_span(behind)} behind{waiting}"
