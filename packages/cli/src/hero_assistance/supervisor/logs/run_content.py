"""Reading the output of one run by offset, from its segments and its live file, while both change."""

from __future__ import annotations

import os

from hero_assistance.supervisor.logs.layout import LogLayout, RunOutput

_BLOCK = 64 * 1024
# Each further try means that a segment was made or removed between listing the folder and reading the file.
_TRIES = 100


class RunContent:
    """The output of one run; an offset names the same byte for ever, or none once that byte is removed."""

    def __init__(self, layout: LogLayout, run: int) -> None:
        self._layout = layout
        self.run = run

    def end(self) -> int:
        """The offset behind the last byte."""
        status = self._stat_live_file()
        return max(self._find_output().rotated, status.st_size if status else 0)

    def inode(self) -> int:
        """The inode of the live file, 0 without one."""
        status = self._stat_live_file()
        return status.st_ino if status else 0

    def written_ms(self) -> int:
        """When the live file was last written to, in milliseconds UTC, 0 without one."""
        status = self._stat_live_file()
        return status.st_mtime_ns // 1_000_000 if status else 0

    def read(self, offset: int, size: int) -> tuple[int, bytes]:
        """Read up to `size` bytes without a gap, from the first stored one at or behind `offset`; and their offset."""
        begin, content = self._read_piece(offset, size)
        parts = [content]
        position = begin + len(content)
        while content and position < begin + size:
            at, content = self._read_piece(position, begin + size - position)
            if at != position:
                break
            parts.append(content)
            position += len(content)
        return begin, b"".join(parts)

    def find_tail(self, count: int, *, finished: bool) -> tuple[int, int]:
        """Find where the last `count` lines begin and how many there are; a `finished` run's last needs no break."""
        end = self.end()
        whole, _ = self.find_lines_before(end, 0)
        rest = int(finished and whole < end)
        if count < rest:
            return end, 0
        begin, found = self.find_lines_before(whole, count - rest)
        return begin, found + rest

    def find_lines_before(self, end: int, count: int) -> tuple[int, int]:
        """Find where the last `count` complete lines before `end` begin, and how many there are.

        With a `count` of 0 the offset is the one behind the last line break.
        """
        seen, position, first = 0, end, self._find_output().first
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

    def _read_piece(self, offset: int, size: int) -> tuple[int, bytes]:
        """Read bytes of one file, none at the end; and their offset."""
        for _ in range(_TRIES):
            known = self._find_output()
            segment = next((one for one in known.segments if one.end > offset), None)
            if segment is None and not known.is_live:
                break
            begin = offset if segment is None else max(offset, segment.start)
            path = self._layout.live_path(self.run) if segment is None else self._layout.segment_path(segment)
            try:
                with path.open("rb") as file:
                    content = os.pread(file.fileno(), size, begin - (segment.start if segment else 0))
            except FileNotFoundError:
                continue
            if segment is None:
                # Blocks are freed only after a segment has their bytes, and none has these: they were no hole.
                if self._find_output().rotated <= offset:
                    return begin, content
            elif content:
                return begin, content
            else:
                offset = segment.end
        return offset, b""

    def _find_output(self) -> RunOutput:
        return self._layout.find_output(self.run)

    def _stat_live_file(self) -> os.stat_result | None:
        try:
            return self._layout.live_path(self.run).stat()
        except FileNotFoundError:
            return None
