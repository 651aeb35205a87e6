"""Live files: one for each run, held by whoever can still write to it.

The lock belongs to the open file that a run's processes inherit, so that it is free exactly when the last of them
has ended, whether or not a supervisor was there to see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance_sdk.file_lock import try_lock


@contextmanager
def open_live_file(place: LogLayout, run: int) -> Iterator[BinaryIO]:
    """The new live file of a run, for its process to inherit; it is removed again when that is not started."""
    place.aside.mkdir(parents=True, exist_ok=True)
    path = place.live(run)
    # It has its name only once it is held, or it would seem to be finished for a moment.
    unnamed = path.with_name(f".{path.name}")
    with unnamed.open("ab", buffering=0) as file:
        try_lock(file, shared=True)
        unnamed.rename(path)
        try:
            yield file
        except OSError:
            path.unlink(missing_ok=True)
            raise


def is_written(place: LogLayout, run: int) -> bool:
    """Whether somebody may still write to a run's live file; of run 0 nobody can tell, so it is said of it always."""
    if run == 0:
        return True
    try:
        with place.live(run).open("rb") as file:
            return not try_lock(file)
    except FileNotFoundError:
        return False


def find_newest_run(place: LogLayout) -> int:
    """The number of the last run that there is output of, 0 without any."""
    return max((output.run for output in place.outputs()), default=0)


def append_line(folder: Path, action: str, line: str) -> None:
    """Add one line behind what an action wrote; a single write in append mode never lands inside another one."""
    place = LogLayout(folder, action)
    path = place.live(find_newest_run(place))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        file.write(line.replace("\n", " ").encode() + b"\n")
