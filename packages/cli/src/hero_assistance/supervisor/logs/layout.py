"""The files of an action's output; the name of a file alone says which bytes of which run it holds.

`<action>.log`                         run 0: what no start of the action wrote, such as lines added before the first
`<action>.d/<run>.log`                 the live file of a run, which its processes append to
`<action>.d/<run>.<start>-<end>.log`   a segment: the bytes [start, end) of the run, complete and never changed
`<action>.d/<run>.marks`               the time index of the run
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
        """The number of bytes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class RunOutput:
    """The stored output of one run: its segments in order, and whether it has a live file."""

    run: int
    segments: tuple[Segment, ...] = ()
    is_live: bool = False

    @property
    def first(self) -> int:
        """The offset of the first stored byte."""
        return self.segments[0].start if self.segments else 0

    @property
    def rotated(self) -> int:
        """The offset at which the live file takes over from the segments."""
        return self.segments[-1].end if self.segments else 0


@dataclass(frozen=True, slots=True)
class LogLayout:
    """The paths of the output of one action below `folder`."""

    folder: Path
    action: str

    @property
    def run_folder(self) -> Path:
        """The folder of the live files, segments and time indexes of all runs but run 0."""
        # No log file in `folder` ends in `.d`, so that an action "a.log" and the log of "a" do not collide.
        return self.folder / f"{self.action}.d"

    def live_path(self, run: int) -> Path:
        """The live file of a run."""
        return self.folder / f"{self.action}.log" if run == 0 else self.run_folder / f"{run}.log"

    def segment_path(self, segment: Segment) -> Path:
        """The file of a segment."""
        return self.run_folder / f"{segment.run}.{segment.start}-{segment.end}.log"

    def marks_path(self, run: int) -> Path:
        """The time index of a run."""
        return self.run_folder / f"{run}.marks"

    def list_outputs(self) -> tuple[RunOutput, ...]:
        """List the output of each run, the oldest first; empty without a folder."""
        found = parse_names(_list_names(self.run_folder))
        if not self.live_path(0).exists():
            return found
        segments = found[0].segments if found and found[0].run == 0 else ()
        return (RunOutput(0, segments, is_live=True), *(output for output in found if output.run))

    def find_output(self, run: int) -> RunOutput:
        """Find the output of one run, which may be empty."""
        return next((output for output in self.list_outputs() if output.run == run), RunOutput(run))


def parse_names(names: list[str]) -> tuple[RunOutput, ...]:
    """Read the outputs from the names in a folder; skips other names."""
    live = {int(match[1]) for match in map(_LIVE.fullmatch, names) if match}
    segments = sorted(
        Segment(int(match[1]), int(match[2]), int(match[3])) for match in map(_SEGMENT.fullmatch, names) if match
    )
    runs = sorted(live | {segment.run for segment in segments})
    return tuple(RunOutput(run, tuple(one for one in segments if one.run == run), run in live) for run in runs)


def _list_names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
