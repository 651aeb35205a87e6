"""Rotating a run's live file while its processes write to it, so that a death at any instant loses and doubles nothing.

1. Whole lines from the start of the live file are copied to a segment: written aside, flushed, renamed.
2. Only then their blocks are given back to the disk.

Where the live file begins is where the last segment ends, whether or not the second step was reached; offsets in it
stay, and those who append to it notice nothing.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hero_assistance.supervisor.logs.hole_punching import punch_hole
from hero_assistance.supervisor.logs.layout import LogLayout, Segment
from hero_assistance.supervisor.logs.live_file import is_written
from hero_assistance.supervisor.logs.retention import StoredOutput, select_surplus
from hero_assistance_sdk.durable_files import replace_file
from hero_assistance_sdk.hero_proc.specs import LogSpec

_BLOCK = 256 * 1024


def rotate(place: LogLayout, run: int, spec: LogSpec) -> bool:
    """Move `max_bytes` of a live file to a segment; false when there are not as many. Raises `OSError`."""
    start = place.output(run).rotated
    with place.live(run).open("r+b", buffering=0) as live:
        status = os.fstat(live.fileno())
        if status.st_size - start < spec.max_bytes:
            return False
        # What goes in a moment anyway goes first: the disk may be nearly full.
        remove_surplus(place, spec, room=spec.max_bytes)
        segment = Segment(run, start, _end_of_lines(live.fileno(), start, spec.max_bytes))
        with replace_file(place.segment(segment), mode=stat.S_IMODE(status.st_mode)) as copy:
            for begin in range(segment.start, segment.end, _BLOCK):
                copy.write(os.pread(live.fileno(), min(_BLOCK, segment.end - begin), begin))
        punch_hole(live.fileno(), segment.end)
    return True


def finish_rotation(place: LogLayout, run: int) -> None:
    """Finish what a supervisor that ended in the middle of a rotation has begun; raises `OSError`."""
    output = place.output(run)
    if output.is_live and output.rotated:
        with place.live(run).open("r+b", buffering=0) as live:
            punch_hole(live.fileno(), output.rotated)


def remove_unfinished(place: LogLayout) -> None:
    """Remove what a supervisor that ended in the middle of a rotation has left under a hidden name."""
    for pattern in (".*.log.*", ".*.marks.*"):
        for path in place.aside.glob(pattern):
            path.unlink(missing_ok=True)


def remove_surplus(place: LogLayout, spec: LogSpec, *, room: int = 0) -> None:
    """Remove what is more than is to be kept, the oldest first, and `room` bytes beyond that."""
    outputs = place.outputs()
    held = [
        StoredOutput(output, max(0, _size(place.live(output.run)) - output.rotated), not is_written(place, output.run))
        for output in outputs
    ]
    segments = {output.run: output.segments for output in outputs}
    for gone in select_surplus(held, spec.max_bytes * spec.keep - room):
        if isinstance(gone, Segment):
            place.segment(gone).unlink(missing_ok=True)
            continue
        # In this order: what is left after a death in between is still known to be of this run, and where it begins.
        for path in (place.marks(gone), place.live(gone), *map(place.segment, segments[gone][-1:])):
            path.unlink(missing_ok=True)


def _end_of_lines(descriptor: int, start: int, length: int) -> int:
    """The offset behind the last line break of these bytes; behind all of them when one line is longer."""
    position = start + length
    while position > start:
        begin = max(start, position - _BLOCK)
        found = os.pread(descriptor, position - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        position = begin
    return start + length


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
