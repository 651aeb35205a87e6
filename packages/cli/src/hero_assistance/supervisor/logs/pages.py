"""Reading the output of an action a page at a time: its last lines, those since a time, those behind a cursor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.supervisor.logs import cursor as cursors
from hero_assistance.supervisor.logs import marks
from hero_assistance.supervisor.logs.content import Content
from hero_assistance.supervisor.logs.cursor import Position
from hero_assistance.supervisor.logs.live import is_written
from hero_assistance.supervisor.logs.places import Output, Place
from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.hero_proc.reports import LogPage
from hero_assistance_sdk.hero_proc.states import LONGEST_QUERY

# One answer stays far below what a client waits for; a reader that is behind asks again.
PAGE_BYTES = 1024 * 1024


def last_lines(folder: Path, action: str, count: int, run: int | None = None) -> LogPage:
    """The last `count` complete lines of all runs or of one, as many of them as fit on a page."""
    place = Place(folder, action)
    positions: list[Position] = []
    missing = count
    for output in reversed(_outputs(place, run)):
        content = Content(place, output.run)
        finished = not is_written(place, output.run)
        if positions and finished and not missing:
            continue
        offset, found = content.tail(missing, finished=finished)
        positions.insert(0, Position(output.run, offset, content.inode()))
        missing -= found
    return _page(place, positions or cursors.BEGINNING, count, run)


def lines_since(folder: Path, action: str, at_ms: int, count: int, run: int | None = None) -> LogPage:
    """The first `count` complete lines that came after a time, in milliseconds UTC, or shortly before it."""
    place = Place(folder, action)
    positions = [_position_at(place, output.run, at_ms) for output in _outputs(place, run)]
    return _page(place, positions or cursors.BEGINNING, count, run)


def lines_after(folder: Path, action: str, cursor: str, count: int = LONGEST_QUERY, run: int | None = None) -> LogPage:
    """Up to `count` complete lines behind a cursor, each of them once, however the files were rotated since."""
    return _page(Place(folder, action), cursors.parsed(cursor), count, run)


def _outputs(place: Place, run: int | None) -> tuple[Output, ...]:
    """All that there is, or that of one run; raises `NotFound`."""
    outputs = place.outputs()
    if run is None:
        return outputs
    chosen = tuple(output for output in outputs if output.run == run)
    if not chosen:
        kept = ", ".join(str(output.run) for output in outputs) or "none"
        raise NotFound(f"there is no output of attempt {run} of {place.action}", hint=f"there is that of: {kept}")
    return chosen


def _position_at(place: Place, run: int, at_ms: int) -> Position:
    content = Content(place, run)
    known = marks.read(place.marks(run))
    end = content.end()
    # Without a mark no supervisor has looked at it.
    unmarked = end if content.written_ms() < at_ms else 0
    offset = marks.offset_at(known, at_ms) if known else unmarked
    if offset < end or is_written(place, run):
        # What came since begins with the line that was being written then.
        offset, _ = content.lines_before(offset, 0)
    return Position(run, offset, content.inode())


def _page(place: Place, positions: Iterable[Position], count: int, run: int | None) -> LogPage:
    runs = [output.run for output in _outputs(place, run)]
    page = _Page(count)
    reached = []
    for position in cursors.ahead(positions, runs):
        content = Content(place, position.run)
        # Asked before anything is read: what is finished then is read to its very end.
        finished = not is_written(place, position.run)
        end = Position(position.run, content.end(), content.inode())
        part = page.add(content, cursors.resumed(position, end), end.offset, finished=finished)
        if not (part.is_end and finished) or position.run == runs[-1]:
            reached.append(Position(position.run, part.offset, end.inode))
    return LogPage(
        action=place.action,
        lines=tuple(page.lines),
        runs=tuple(page.runs),
        cursor=cursors.written(reached),
        is_end=page.is_end,
        is_cut=page.is_cut,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """How far a run was read, and whether to its end."""

    offset: int
    is_end: bool


class _Page:
    """Lines of one run after the other, until there are enough."""

    def __init__(self, count: int) -> None:
        self.lines: list[str] = []
        self.runs: list[int] = []
        self.is_end = True
        self.is_cut = False
        self._count = count
        self._room = PAGE_BYTES

    def add(self, content: Content, offset: int, end: int, *, finished: bool) -> _Part:
        """Add what fits of a run from `offset` on, which ended at `end` before this is read."""
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
            # The last words of a process that has ended need no line break, nor do those before a gap.
            if not is_full and (finished or read < end):
                return self._take(content.run, [*lines, rest], begin, last=0, is_end=read >= end)
            if is_full and not lines and self._room == PAGE_BYTES:
                self.is_cut = True
                return self._take(content.run, [_whole_characters(rest)], begin, last=0, is_end=False)
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


def _whole_characters(chunk: bytes) -> bytes:
    """A piece of a line without the beginning of a character that goes on behind it."""
    for back in range(1, min(4, len(chunk))):
        lead = chunk[-back]
        if lead >= 0xC0:
            needed = 2 + (lead >= 0xE0) + (lead >= 0xF0)
            return chunk[:-back] if back < needed else chunk
        if lead < 0x80:
            break
    return chunk
