"""When a run had how many bytes: what tells which of its lines came after a point in time.

A mark is made at most once a second, while the run grows and a supervisor looks. Marks are spaced wider the older
they are, so that there are some ten thousand of them after a month, not millions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hero_assistance_sdk.durable_files import write_atomic

# The resolution: a second, or this part of how long ago it was, whichever is more.
FINEST_MS = 1_000
PART_OF_AGE = 1_000
_LINE = re.compile(rb"(\d{1,18}) (\d{1,18})\n")


class TimeMark(NamedTuple):
    """At this time, in milliseconds UTC, a run had this many bytes."""

    at_ms: int
    offset: int


def read_marks(path: Path) -> list[TimeMark]:
    """The marks of a run in the order they were made; what was cut off when power failed is passed over."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    return [TimeMark(int(match[1]), int(match[2])) for match in map(_LINE.fullmatch, lines) if match]


def append_mark(path: Path, mark: TimeMark) -> None:
    """Make a mark."""
    with path.open("ab", buffering=0) as file:
        file.write(_line(mark))


def write_marks(path: Path, marks: Sequence[TimeMark]) -> None:
    """Have these marks and no others."""
    write_atomic(path, b"".join(map(_line, marks)), durable=False)


def find_offset(marks: Sequence[TimeMark], at_ms: int) -> int:
    """An offset that all that came after `at_ms` is behind, as near to it as the marks tell.

    Where the clock was set back, it is the earlier of the two offsets.
    """
    offset = 0
    for mark in marks:
        if mark.at_ms > at_ms:
            break
        offset = mark.offset
    return offset


def thin_marks(marks: Sequence[TimeMark], now_ms: int, first: int = 0) -> list[TimeMark]:
    """The marks that are enough to keep the resolution; those of bytes before `first` are not needed."""
    needed = [mark for mark in marks if mark.offset >= first]
    if len(needed) < len(marks):
        # What came before the oldest byte did so by then.
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
