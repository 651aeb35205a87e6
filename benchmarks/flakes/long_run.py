"""What benchmarks that take hours share: results that a file keeps, progress, and tables in the documentation."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from benchmarks.measure import Report, write_between

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "quarantine.md"


def keep_result(path: Path | None, result: Mapping[str, object]) -> None:
    """Append a result to the file, if there is one, in the place of a line that was cut off."""
    if path is not None:
        with path.open("ab+") as file:
            file.truncate(_measure_whole_lines(file))
            file.write(json.dumps(result).encode() + b"\n")


def read_results(path: Path | None) -> Iterator[dict[str, Any]]:
    """Return the results that the file has, if there is one, in the order in which they were kept.

    A last line that was cut off, as by a full disk, is none. Raises SystemExit where another line is no result.
    """
    if path is None or not path.exists():
        return
    with path.open("rb") as file:
        whole = _measure_whole_lines(file)
        file.seek(0)
        lines = file.read(whole).splitlines()
    for number, line in enumerate(lines, 1):
        try:
            yield json.loads(line)
        except ValueError as error:
            raise SystemExit(f"{path}, line {number}: this is no result ({error})") from error


def _measure_whole_lines(file: BinaryIO) -> int:
    """Return how many bytes of the file are lines that have an end."""
    file.seek(0)
    return file.read().rfind(b"\n") + 1


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
