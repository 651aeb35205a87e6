"""What benchmarks that take hours share: results that a file keeps, progress, and tables in the documentation."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.measure import Report, write_between

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "quarantine.md"


def keep_result(path: Path | None, result: Mapping[str, object]) -> None:
    """Append a result to the file, if there is one."""
    if path is not None:
        with path.open("a") as file:
            file.write(json.dumps(result) + "\n")


def read_results(path: Path | None) -> Iterator[dict[str, Any]]:
    """Return the results that the file has, if there is one, in the order in which they were kept."""
    if path is not None and path.exists():
        yield from map(json.loads, path.read_text().splitlines())


def report_progress(line: str) -> None:
    """Print a line that is no result."""
    print(line, file=sys.stderr, flush=True)


def print_report(report: Report, section: str, *, write: bool) -> None:
    """Print a report; `write` also puts it, without its title, between the marks of a section of the documentation."""
    text = report.markdown()
    print(text)
    if write:
        begin, end = (f"<!-- {section}: {mark} -->\n" for mark in ("begin", "end"))
        write_between(DOCUMENT, begin, end, text.partition("\n\n")[2])
