"""Looks after the output of every action: a timer checks the size of each live file and rotates it when it is full.

Work that may wait for the disk happens in a thread, so that it delays no probe.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.supervisor.clock import now_ms
from hero_assistance.supervisor.logs.hole_punching import can_punch_holes
from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance.supervisor.logs.live_file import is_written
from hero_assistance.supervisor.logs.rotation import finish_rotation, remove_surplus, remove_unfinished, rotate
from hero_assistance.supervisor.logs.time_index import TimeMark, append_mark, read_marks, thin_marks, write_marks
from hero_assistance_sdk.hero_proc.specs import LogSpec
from hero_assistance_sdk.logs import get_log

# One stat a second and file: 50 files cost 0.07 % of a core.
CHECK_INTERVAL_S = 1.0
# Below this number, 100 kB, an index is not worth thinning.
_MARKS_THINNED = 4096

_log = get_log("supervisor.logs")


@dataclass(slots=True, eq=False)
class _Watched:
    """A live file that may still grow; the counts save reading the folder at each check."""

    layout: LogLayout
    run: int
    spec: LogSpec
    is_new: bool = True
    size: int = 0
    marked: int = 0
    rotated: int = 0
    marks: int = 0
    thinned_at: int = _MARKS_THINNED
    last_error: str | None = None

    @property
    def is_full(self) -> bool:
        return self.size - self.rotated >= self.spec.max_bytes


class LogManager:
    """Records when output grew, rotates it, and removes what exceeds the limits of its specification."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._watched: list[_Watched] = []
        self._newest: dict[str, int] = {}
        self._can_rotate: bool | None = None

    def layout(self, action: str) -> LogLayout:
        """The files of the output of an action."""
        return LogLayout(self.folder, action)

    def watch(self, action: str, spec: LogSpec) -> None:
        """Watch the output of each run of an action that has begun since the last call."""
        layout = self.layout(action)
        known = self._newest.get(action)
        for output in layout.list_outputs():
            if known is None or output.run > known:
                self._watched.append(_Watched(layout, output.run, spec))
                self._newest[action] = output.run

    async def run(self) -> None:
        """Check every live file once a second, until cancelled."""
        while True:
            await asyncio.sleep(CHECK_INTERVAL_S)
            for one in list(self._watched):
                try:
                    await self._check(one)
                except Exception:  # noqa: BLE001
                    # The outermost loop of the logs: a defect here must not end the actions.
                    self._watched.remove(one)
                    _log.exception("log.defect", action=one.layout.action, run=one.run)

    async def _check(self, one: _Watched) -> None:
        """Check one live file; logs an error once and tries again at the next check."""
        error_text = None
        try:
            if one.is_new:
                await asyncio.to_thread(self._begin, one)
            before, one.size, at_ms = one.size, one.layout.live_path(one.run).stat().st_size, now_ms()
            try:
                while one.is_full and self._can_rotate and await asyncio.to_thread(_rotate, one):
                    pass
            finally:
                # After the rotation, which may free the space that the mark needs.
                _record_size(one, at_ms)
            if one.marks >= one.thinned_at:
                await asyncio.to_thread(_thin, one)
        except FileNotFoundError:
            self._watched.remove(one)
            # `remove_surplus` may have removed an older run.
            if one.run == self._newest[one.layout.action]:
                _log.warning("log.gone", action=one.layout.action, run=one.run, hint="the next start has a new one")
        except OSError as error:
            error_text = str(error)
            if error_text != one.last_error:
                _log.warning("log.not-rotated", action=one.layout.action, run=one.run, reason=error_text)
        else:
            if one.size == before and self._is_over(one):
                self._watched.remove(one)
        one.last_error = error_text

    def _begin(self, one: _Watched) -> None:
        """Finish the rotation of an earlier supervisor and remove surplus output; in a thread."""
        if self._can_rotate is None:
            self._can_rotate = can_punch_holes(self.folder)
            if not self._can_rotate:
                _log.warning("log.never-rotated", reason="the file system cannot free a part of a file")
        one.layout.run_folder.mkdir(parents=True, exist_ok=True)
        remove_unfinished(one.layout)
        remove_surplus(one.layout, one.spec)
        finish_rotation(one.layout, one.run)
        known = read_marks(one.layout.marks_path(one.run))
        one.size = one.marked = known[-1].offset if known else 0
        one.marks = len(known)
        one.rotated = one.layout.find_output(one.run).rotated
        one.is_new = False

    def _is_over(self, one: _Watched) -> bool:
        """Whether no process writes to it or will write to it."""
        return one.run < self._newest[one.layout.action] and not is_written(one.layout, one.run)


def _rotate(one: _Watched) -> bool:
    """Rotate once, if the file is full; in a thread."""
    done = rotate(one.layout, one.run, one.spec)
    one.rotated = one.layout.find_output(one.run).rotated
    return done


def _record_size(one: _Watched, at_ms: int) -> None:
    """Record the size at that time, if it has changed."""
    if one.size != one.marked:
        append_mark(one.layout.marks_path(one.run), TimeMark(at_ms, one.size))
        one.marked = one.size
        one.marks += 1


def _thin(one: _Watched) -> None:
    """Remove the marks that the resolution does not need; in a thread."""
    path = one.layout.marks_path(one.run)
    kept = thin_marks(read_marks(path), now_ms(), one.layout.find_output(one.run).first)
    write_marks(path, kept)
    one.marks = len(kept)
    one.thinned_at = max(_MARKS_THINNED, 2 * len(kept))
