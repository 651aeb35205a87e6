"""The time index of a run: marks of how many bytes it had at which time, to find the lines since a time.

A mark is made at most once a second, while the run grows and a supervisor runs. Older marks are spaced wider, so that
a month has some ten thousand of them instead of millions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hero_assistance_sdk.files.durable_files import write_atomic

# The resolution: a second, or a thousandth of the age of the mark if that is more.
FINEST_MS = 1_000
PART_OF_AGE = 1_000
_LINE = re.compile(rb"(\d{1,18}) (\d{1,18})\n")


class TimeMark(NamedTuple):
    """At this time, in milliseconds UTC, a run had this many bytes."""

    at_ms: int
    offset: int


def read_marks(path: Path) -> list[TimeMark]:
    """Read the marks of a run in the order they were made; skips a line that a power cut left incomplete."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    return [TimeMark(int(match[1]), int(match[2])) for match in map(_LINE.fullmatch, lines) if match]


def append_mark(path: Path, mark: TimeMark) -> None:
    """Append a mark."""
    with path.open("ab", buffering=0) as file:
        file.write(_line(mark))


def write_marks(path: Path, marks: Sequence[TimeMark]) -> None:
    """Replace the marks of a run."""
    write_atomic(path, b"".join(map(_line, marks)), durable=False)


def find_offset(marks: Sequence[TimeMark], at_ms: int) -> int:
    """Find the last offset for which the marks tell that all output after `at_ms` is behind it.

    When the clock was set back, the earlier of the two offsets counts.
    """
    offset = 0
    for mark in marks:
        if mark.at_ms > at_ms:
            break
        offset = mark.offset
    return offset


def thin_marks(marks: Sequence[TimeMark], now_ms: int, first: int = 0) -> list[TimeMark]:
    """Select the marks that keep the resolution; drops those of bytes before `first`."""
    needed = [mark for mark in marks if mark.offset >= first]
    if len(needed) < len(marks):
        # One mark stays as the time of the oldest stored byte.
        needed.insert(0, marks[len(marks) - len(needed) - 1])
    kept: list[TimeMark] = []
    for index, mark in enumerate(needed):
        is_between = kept and index + 1 < len(needed)
        if not (is_between and needed[index + 1].at_ms - kept[-1].at_ms <= _spacing_ms(now_ms - mark.at_ms)):
            kept.append(mark)
    return kept


def _spacing_ms(age_ms: int) -> int:
    return max(FINEST_MS, age_ms // PART_OF_AGE)


def _line(mark: TimeMark) -> bytes:
    return f"{mark.at_ms} {mark.offset}\n".encode()
