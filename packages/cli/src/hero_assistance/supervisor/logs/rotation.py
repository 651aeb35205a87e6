"""Rotating a live file while processes write to it; a crash at any instant neither loses nor doubles a line.

1. Copy complete lines from the start of the live file to a segment: a temporary file, flushed, renamed.
2. Then free the blocks of these lines in the live file.

The live file counts from the end of the last segment, whether or not step 2 was reached. Offsets in it stay, and the
processes that append to it notice nothing.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hero_assistance.supervisor.logs.hole_punching import punch_hole
from hero_assistance.supervisor.logs.layout import LogLayout, Segment
from hero_assistance.supervisor.logs.live_file import is_written
from hero_assistance.supervisor.logs.retention import StoredOutput, select_surplus
from hero_assistance_sdk.files.durable_files import replace_file
from hero_assistance_sdk.hero_proc.specs import LogSpec

_BLOCK = 256 * 1024


def rotate(layout: LogLayout, run: int, spec: LogSpec) -> bool:
    """Move `max_bytes` of a live file to a segment; false when it has fewer. Raises `OSError`."""
    start = layout.find_output(run).rotated
    with layout.live_path(run).open("r+b", buffering=0) as live:
        status = os.fstat(live.fileno())
        if status.st_size - start < spec.max_bytes:
            return False
        # Remove what the new segment makes surplus first: the disk may be nearly full.
        remove_surplus(layout, spec, room=spec.max_bytes)
        segment = Segment(run, start, _find_line_end(live.fileno(), start, spec.max_bytes))
        with replace_file(layout.segment_path(segment), mode=stat.S_IMODE(status.st_mode)) as copy:
            for begin in range(segment.start, segment.end, _BLOCK):
                copy.write(os.pread(live.fileno(), min(_BLOCK, segment.end - begin), begin))
        punch_hole(live.fileno(), segment.end)
    return True


def finish_rotation(layout: LogLayout, run: int) -> None:
    """Finish the rotation that a supervisor died in; raises `OSError`."""
    output = layout.find_output(run)
    if output.is_live and output.rotated:
        with layout.live_path(run).open("r+b", buffering=0) as live:
            punch_hole(live.fileno(), output.rotated)


def remove_unfinished(layout: LogLayout) -> None:
    """Remove the temporary files of a rotation that a supervisor died in."""
    for pattern in (".*.log.*", ".*.marks.*"):
        for path in layout.run_folder.glob(pattern):
            path.unlink(missing_ok=True)


def remove_surplus(layout: LogLayout, spec: LogSpec, *, room: int = 0) -> None:
    """Remove output above the limits, the oldest first, and `room` bytes more."""
    outputs = layout.list_outputs()
    held = [
        StoredOutput(
            output,
            max(0, _read_size(layout.live_path(output.run)) - output.rotated),
            not is_written(layout, output.run),
        )
        for output in outputs
    ]
    segments = {output.run: output.segments for output in outputs}
    for gone in select_surplus(held, spec.max_bytes * spec.keep - room):
        if isinstance(gone, Segment):
            layout.segment_path(gone).unlink(missing_ok=True)
            continue
        # In this order, so that after a crash in between the rest still has a name and a begin.
        for path in (layout.marks_path(gone), layout.live_path(gone), *map(layout.segment_path, segments[gone][-1:])):
            path.unlink(missing_ok=True)


def _find_line_end(descriptor: int, start: int, length: int) -> int:
    """Find the offset behind the last line break in these bytes, or their end when one line is longer."""
    position = start + length
    while position > start:
        begin = max(start, position - _BLOCK)
        found = os.pread(descriptor, position - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        position = begin
    return start + length


def _read_size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
