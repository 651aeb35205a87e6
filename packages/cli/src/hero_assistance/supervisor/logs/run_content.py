"""The bytes of one run by offset, from its segments and its live file, while it is written and rotated."""

from __future__ import annotations

import os

from hero_assistance.supervisor.logs.layout import LogLayout, RunOutput

_BLOCK = 64 * 1024
# Each further try means that a segment was made or removed in the instant between a look and a read.
_TRIES = 100


class RunContent:
    """What one run wrote; an offset means the same byte for ever, or none once it is not kept any more."""

    def __init__(self, place: LogLayout, run: int) -> None:
        self._place = place
        self.run = run

    def end(self) -> int:
        """The offset behind the last byte."""
        status = self._status()
        return max(self._look().rotated, status.st_size if status else 0)

    def inode(self) -> int:
        """Which file its live file is, 0 for none."""
        status = self._status()
        return status.st_ino if status else 0

    def written_ms(self) -> int:
        """When its live file was last written to, in milliseconds UTC, 0 for no file."""
        status = self._status()
        return status.st_mtime_ns // 1_000_000 if status else 0

    def read(self, offset: int, size: int) -> tuple[int, bytes]:
        """Up to `size` bytes without a gap, from the first kept one at or behind `offset`; and where they begin."""
        begin, content = self._piece(offset, size)
        parts = [content]
        position = begin + len(content)
        while content and position < begin + size:
            at, content = self._piece(position, begin + size - position)
            if at != position:
                break
            parts.append(content)
            position += len(content)
        return begin, b"".join(parts)

    def tail(self, count: int, *, finished: bool) -> tuple[int, int]:
        """Where the last `count` lines begin, and how many there are; a `finished` run's last needs no line break."""
        end = self.end()
        whole, _ = self.lines_before(end, 0)
        rest = int(finished and whole < end)
        if count < rest:
            return end, 0
        begin, found = self.lines_before(whole, count - rest)
        return begin, found + rest

    def lines_before(self, end: int, count: int) -> tuple[int, int]:
        """Where the last `count` lines that are ended before `end` begin, and how many there are.

        With a `count` of 0 it is the offset behind the last line break.
        """
        seen, position, first = 0, end, self._look().first
        while position > first:
            asked = max(first, position - _BLOCK)
            begin, block = self.read(asked, position - asked)
            index = len(block)
            while (index := block.rfind(b"\n", 0, index)) >= 0:
                if seen == count:
                    return begin + index + 1, count
                seen += 1
            if begin > asked:
                return begin, seen
            position = asked
        return first, seen

    def _piece(self, offset: int, size: int) -> tuple[int, bytes]:
        """Bytes of one file, none at the end; and where they begin."""
        for _ in range(_TRIES):
            known = self._look()
            segment = next((one for one in known.segments if one.end > offset), None)
            if segment is None and not known.is_live:
                break
            begin = offset if segment is None else max(offset, segment.start)
            path = self._place.live(self.run) if segment is None else self._place.segment(segment)
            try:
                with path.open("rb") as file:
                    content = os.pread(file.fileno(), size, begin - (segment.start if segment else 0))
            except FileNotFoundError:
                continue
            if segment is None:
                # Space is given back only once a segment has the bytes: where none has, they were still there.
                if self._look().rotated <= offset:
                    return begin, content
            elif content:
                return begin, content
            else:
                offset = segment.end
        return offset, b""

    def _look(self) -> RunOutput:
        return self._place.output(self.run)

    def _status(self) -> os.stat_result | None:
        try:
            return self._place.live(self.run).stat()
        except FileNotFoundError:
            return None
