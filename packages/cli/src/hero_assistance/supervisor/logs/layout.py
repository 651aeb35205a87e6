"""The files of an action's output; which bytes of which run a file holds is in its name, and nowhere else.

`<action>.log`                         run 0: what no start of the action wrote, such as lines added before the first
`<action>.d/<run>.log`                 the live file of a run, which its processes append to themselves
`<action>.d/<run>.<start>-<end>.log`   a segment: the bytes [start, end) of that run, whole, and never changed
`<action>.d/<run>.marks`               when the run had how many bytes
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_LIVE = re.compile(r"([1-9]\d*)\.log", re.ASCII)
_SEGMENT = re.compile(r"(\d+)\.(\d+)-(\d+)\.log", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """Bytes [start, end) of a run's output."""

    run: int
    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class RunOutput:
    """What there is of one run: its segments in order, and whether its live file is there."""

    run: int
    segments: tuple[Segment, ...] = ()
    is_live: bool = False

    @property
    def first(self) -> int:
        """The offset of the first byte that is kept."""
        return self.segments[0].start if self.segments else 0

    @property
    def rotated(self) -> int:
        """The offset from which on the live file holds the output."""
        return self.segments[-1].end if self.segments else 0


@dataclass(frozen=True, slots=True)
class LogLayout:
    """Where the output of one action is kept below `folder`."""

    folder: Path
    action: str

    @property
    def aside(self) -> Path:
        # No name of a file in `folder` ends like this, so that an action "a.log" and the log of "a" stay apart.
        return self.folder / f"{self.action}.d"

    def live(self, run: int) -> Path:
        return self.folder / f"{self.action}.log" if run == 0 else self.aside / f"{run}.log"

    def segment(self, segment: Segment) -> Path:
        return self.aside / f"{segment.run}.{segment.start}-{segment.end}.log"

    def marks(self, run: int) -> Path:
        return self.aside / f"{run}.marks"

    def outputs(self) -> tuple[RunOutput, ...]:
        """What there is of each run, the oldest first; nothing where there is no folder."""
        found = parse_names(_names(self.aside))
        if not self.live(0).exists():
            return found
        segments = found[0].segments if found and found[0].run == 0 else ()
        return (RunOutput(0, segments, is_live=True), *(output for output in found if output.run))

    def output(self, run: int) -> RunOutput:
        """What there is of one run, which may be nothing."""
        return next((output for output in self.outputs() if output.run == run), RunOutput(run))


def parse_names(names: list[str]) -> tuple[RunOutput, ...]:
    """What the names of a folder say; names that mean nothing here are passed over."""
    live = {int(match[1]) for match in map(_LIVE.fullmatch, names) if match}
    segments = sorted(
        Segment(int(match[1]), int(match[2]), int(match[3])) for match in map(_SEGMENT.fullmatch, names) if match
    )
    runs = sorted(live | {segment.run for segment in segments})
    return tuple(RunOutput(run, tuple(one for one in segments if one.run == run), run in live) for run in runs)


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
