"""A reader's cursor: its position in the output of each run that may still have something to read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hero_assistance_sdk.errors import UsageError

_POSITION = re.compile(r"(\d{1,18}):(\d{1,20}):(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Position:
    """An offset in the output of a run, and the inode of its live file then, 0 for none."""

    run: int
    offset: int
    inode: int = 0

    def __str__(self) -> str:
        return f"{self.run}:{self.inode}:{self.offset}"


# Nothing has been read.
BEGINNING = (Position(0, 0),)


def format_cursor(positions: Iterable[Position]) -> str:
    """Write positions as a cursor."""
    return ",".join(map(str, positions or BEGINNING))


def parse_cursor(cursor: str) -> tuple[Position, ...]:
    """Read the positions of a cursor; raises `UsageError` when it is none."""
    matches = [_POSITION.fullmatch(part) for part in cursor.split(",")]
    positions = tuple(Position(int(match[1]), int(match[3]), int(match[2])) for match in matches if match)
    if len(positions) != len(matches):
        raise UsageError(f"{cursor!r} is not a cursor", hint="give back the one that logs.query answered")
    return positions


def find_unread(positions: Iterable[Position], runs: Iterable[int]) -> tuple[Position, ...]:
    """Find where to continue in each of these runs that may have something to read, the oldest first.

    A run that the cursor does not name has been read if it is older than a named one, and is new if it is newer.
    When all named runs are gone, as with the folder, nothing has been read.
    """
    known = {position.run: position for position in positions}
    numbers = sorted(runs)
    newest = max(known)
    if numbers and numbers[-1] < newest:
        known, newest = {}, -1
    return tuple(known.get(run, Position(run, 0)) for run in numbers if run in known or run > newest)


def resume_offset(position: Position, end: Position) -> int:
    """The offset to continue from in a run that ends at `end`; 0 when the live file was replaced or truncated."""
    if 0 in (position.inode, end.inode):
        return position.offset
    return position.offset if position.inode == end.inode and position.offset <= end.offset else 0
