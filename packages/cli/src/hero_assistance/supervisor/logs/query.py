"""Reading the output of an action a page at a time: its last lines, the lines since a time, or behind a cursor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.supervisor.logs.cursor import (
    BEGINNING,
    Position,
    find_unread,
    format_cursor,
    parse_cursor,
    resume_offset,
)
from hero_assistance.supervisor.logs.layout import LogLayout, RunOutput
from hero_assistance.supervisor.logs.live_file import is_written
from hero_assistance.supervisor.logs.run_content import RunContent
from hero_assistance.supervisor.logs.time_index import find_offset, read_marks
from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.hero_proc.reports import LogPage
from hero_assistance_sdk.hero_proc.states import LONGEST_QUERY

# Small enough to be sent far within a client's time-out; a reader that is behind asks again.
PAGE_BYTES = 1024 * 1024


def read_last_lines(folder: Path, action: str, count: int, run: int | None = None) -> LogPage:
    """Read the last `count` complete lines of all runs or of one, as many as fit on a page."""
    layout = LogLayout(folder, action)
    positions: list[Position] = []
    missing = count
    for output in reversed(_list_outputs(layout, run)):
        content = RunContent(layout, output.run)
        finished = not is_written(layout, output.run)
        if positions and finished and not missing:
            continue
        offset, found = content.find_tail(missing, finished=finished)
        positions.insert(0, Position(output.run, offset, content.inode()))
        missing -= found
    return _read_page(layout, positions or BEGINNING, count, run)


def read_lines_since(folder: Path, action: str, at_ms: int, count: int, run: int | None = None) -> LogPage:
    """Read the first `count` complete lines since a time in milliseconds UTC; they may begin shortly before it."""
    layout = LogLayout(folder, action)
    positions = [_find_position(layout, output.run, at_ms) for output in _list_outputs(layout, run)]
    return _read_page(layout, positions or BEGINNING, count, run)


def read_lines_after(
    folder: Path, action: str, cursor: str, count: int = LONGEST_QUERY, run: int | None = None
) -> LogPage:
    """Up to `count` complete lines behind a cursor, each of them once, however the files were rotated since."""
    return _read_page(LogLayout(folder, action), parse_cursor(cursor), count, run)


def _list_outputs(layout: LogLayout, run: int | None) -> tuple[RunOutput, ...]:
    """The outputs of all runs, or of one; raises `NotFound`."""
    outputs = layout.list_outputs()
    if run is None:
        return outputs
    chosen = tuple(output for output in outputs if output.run == run)
    if not chosen:
        kept = ", ".join(str(output.run) for output in outputs) or "none"
        raise NotFound(f"there is no output of attempt {run} of {layout.action}", hint=f"there is that of: {kept}")
    return chosen


def _find_position(layout: LogLayout, run: int, at_ms: int) -> Position:
    content = RunContent(layout, run)
    known = read_marks(layout.marks_path(run))
    end = content.end()
    # Without a mark no supervisor has checked it yet.
    unmarked = end if content.written_ms() < at_ms else 0
    offset = find_offset(known, at_ms) if known else unmarked
    if offset < end or is_written(layout, run):
        # Begin with the line that was being written at that time.
        offset, _ = content.find_lines_before(offset, 0)
    return Position(run, offset, content.inode())


def _read_page(layout: LogLayout, positions: Iterable[Position], count: int, run: int | None) -> LogPage:
    runs = [output.run for output in _list_outputs(layout, run)]
    page = _Page(count)
    reached = []
    for position in find_unread(positions, runs):
        content = RunContent(layout, position.run)
        # Checked before reading: what is finished now is read to its end.
        finished = not is_written(layout, position.run)
        end = Position(position.run, content.end(), content.inode())
        part = page.add(content, resume_offset(position, end), end.offset, finished=finished)
        if not (part.is_end and finished) or position.run == runs[-1]:
            reached.append(Position(position.run, part.offset, end.inode))
    return LogPage(
        action=layout.action,
        lines=tuple(page.lines),
        runs=tuple(page.runs),
        cursor=format_cursor(reached),
        is_end=page.is_end,
        is_cut=page.is_cut,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """How far a run was read, and whether to its end."""

    offset: int
    is_end: bool


class _Page:
    """Collects the lines of one run after the other until there are enough."""

    def __init__(self, count: int) -> None:
        self.lines: list[str] = []
        self.runs: list[int] = []
        self.is_end = True
        self.is_cut = False
        self._count = count
        self._room = PAGE_BYTES

    def add(self, content: RunContent, offset: int, end: int, *, finished: bool) -> _Part:
        """Add what fits of a run from `offset` on; the run had `end` bytes before reading."""
        missing = self._count - len(self.lines)
        if self.is_cut or not missing or not self._room:
            self.is_end &= offset >= end
            return _Part(offset, is_end=offset >= end)
        begin, chunk = content.read(offset, self._room)
        *lines, rest = chunk.split(b"\n")
        is_full = len(chunk) == self._room
        read = begin + len(chunk)
        if len(lines) > missing:
            return self._take(content.run, lines[:missing], begin, is_end=False)
        if rest and len(lines) < missing:
            # The last line of an ended process needs no line break, nor does the last one before a gap.
            if not is_full and (finished or read < end):
                return self._take(content.run, [*lines, rest], begin, last=0, is_end=read >= end)
            if is_full and not lines and self._room == PAGE_BYTES:
                self.is_cut = True
                return self._take(content.run, [_cut_partial_character(rest)], begin, last=0, is_end=False)
        is_end = not is_full and read >= end and not (rest and finished)
        return self._take(content.run, lines, begin, is_end=is_end)

    def _take(self, run: int, lines: list[bytes], begin: int, *, is_end: bool, last: int = 1) -> _Part:
        """Add these lines; `last` is the length of the line break behind the last one."""
        self.lines += [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
        self.runs += [run] * len(lines)
        self.is_end &= is_end
        size = sum(map(len, lines)) + max(0, len(lines) - 1 + last) if lines else 0
        self._room -= size
        return _Part(begin + size, is_end=is_end)


def _cut_partial_character(chunk: bytes) -> bytes:
    """Cut off a UTF-8 character that is incomplete at the end of a chunk."""
    for back in range(1, min(4, len(chunk))):
        lead = chunk[-back]
        if lead >= 0xC0:
            needed = 2 + (lead >= 0xE0) + (lead >= 0xF0)
            return chunk[:-back] if back < needed else chunk
        if lead < 0x80:
            break
    return chunk
