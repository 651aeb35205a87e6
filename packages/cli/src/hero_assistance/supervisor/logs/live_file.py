"""Live files: one for each run, which the run's processes append to.

The lock of a live file belongs to the open file that these processes inherit. It is free exactly when the last of
them has ended, whether or not a supervisor runs then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance_sdk.files.file_lock import try_lock


@contextmanager
def open_live_file(layout: LogLayout, run: int) -> Iterator[BinaryIO]:
    """Yield the new live file of a run for its process to inherit; removes it when the process does not start."""
    layout.run_folder.mkdir(parents=True, exist_ok=True)
    path = layout.live_path(run)
    # Renamed only after it is locked, or the run would seem to be finished for a moment.
    unnamed = path.with_name(f".{path.name}")
    with unnamed.open("ab", buffering=0) as file:
        try_lock(file, shared=True)
        unnamed.rename(path)
        try:
            yield file
        except OSError:
            path.unlink(missing_ok=True)
            raise


def is_written(layout: LogLayout, run: int) -> bool:
    """Whether a process may still write to a run's live file; always true for run 0, which has no lock."""
    if run == 0:
        return True
    try:
        with layout.live_path(run).open("rb") as file:
            return not try_lock(file)
    except FileNotFoundError:
        return False


def find_newest_run(layout: LogLayout) -> int:
    """The number of the last run with output, 0 without any."""
    return max((output.run for output in layout.list_outputs()), default=0)


def append_line(folder: Path, action: str, line: str) -> None:
    """Append one line to the output of an action; one write in append mode never lands inside another one."""
    layout = LogLayout(folder, action)
    path = layout.live_path(find_newest_run(layout))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        file.write(line.replace("\n", " ").encode() + b"\n")
