"""Looking after the output of every action: a timer that looks how long each live file is, and what follows from it.

What touches the disk for long happens in a thread, so that no probe waits for it.
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
LOOK_S = 1.0
# Fewer marks than these are not worth thinning: 100 KB.
_MARKS_THINNED = 4096

_log = get_log("supervisor.logs")


@dataclass(slots=True, eq=False)
class _Watched:
    """A live file that may still grow; what is counted here is only what saves a look at the disk."""

    place: LogLayout
    run: int
    spec: LogSpec
    is_new: bool = True
    size: int = 0
    marked: int = 0
    rotated: int = 0
    marks: int = 0
    thinned_at: int = _MARKS_THINNED
    said: str | None = None

    @property
    def is_full(self) -> bool:
        return self.size - self.rotated >= self.spec.max_bytes


class LogManager:
    """Notes when output grew, rotates it, and removes what is not to be kept any more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._watched: list[_Watched] = []
        self._newest: dict[str, int] = {}
        self._can_rotate: bool | None = None

    def place(self, action: str) -> LogLayout:
        """Where the output of an action is."""
        return LogLayout(self.folder, action)

    def watch(self, action: str, spec: LogSpec) -> None:
        """Look after the output of this action, of every run that has begun since this was last called."""
        place = self.place(action)
        known = self._newest.get(action)
        for output in place.outputs():
            if known is None or output.run > known:
                self._watched.append(_Watched(place, output.run, spec))
                self._newest[action] = output.run

    async def run(self) -> None:
        """Look at every live file once a second, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            for one in list(self._watched):
                try:
                    await self._look(one)
                except Exception:  # noqa: BLE001
                    # The outermost loop of the logs: a defect here must not take the actions down.
                    self._watched.remove(one)
                    _log.exception("log.defect", action=one.place.action, run=one.run)

    async def _look(self, one: _Watched) -> None:
        """See how long it is by now; what cannot be done is said once, and tried again at the next look."""
        said = None
        try:
            if one.is_new:
                await asyncio.to_thread(self._begin, one)
            before, one.size, at_ms = one.size, one.place.live(one.run).stat().st_size, now_ms()
            try:
                while one.is_full and self._can_rotate and await asyncio.to_thread(_rotate, one):
                    pass
            finally:
                # Not before: a mark needs space, which a rotation may give back.
                _mark(one, at_ms)
            if one.marks >= one.thinned_at:
                await asyncio.to_thread(_thin, one)
        except FileNotFoundError:
            self._watched.remove(one)
            # An older run may have been removed here, too: it was more than is kept.
            if one.run == self._newest[one.place.action]:
                _log.warning("log.gone", action=one.place.action, run=one.run, hint="the next start has a new one")
        except OSError as error:
            said = str(error)
            if said != one.said:
                _log.warning("log.not-rotated", action=one.place.action, run=one.run, reason=said)
        else:
            if one.size == before and self._is_over(one):
                self._watched.remove(one)
        one.said = said

    def _begin(self, one: _Watched) -> None:
        """Finish what an earlier supervisor has begun, and make room for what comes; in a thread."""
        if self._can_rotate is None:
            self._can_rotate = can_punch_holes(self.folder)
            if not self._can_rotate:
                _log.warning("log.never-rotated", reason="the file system cannot free a part of a file")
        one.place.aside.mkdir(parents=True, exist_ok=True)
        remove_unfinished(one.place)
        remove_surplus(one.place, one.spec)
        finish_rotation(one.place, one.run)
        known = read_marks(one.place.marks(one.run))
        one.size = one.marked = known[-1].offset if known else 0
        one.marks = len(known)
        one.rotated = one.place.output(one.run).rotated
        one.is_new = False

    def _is_over(self, one: _Watched) -> bool:
        """Whether nobody writes to it any more, and nobody will."""
        return one.run < self._newest[one.place.action] and not is_written(one.place, one.run)


def _rotate(one: _Watched) -> bool:
    """Rotate once, if there is enough; in a thread."""
    done = rotate(one.place, one.run, one.spec)
    one.rotated = one.place.output(one.run).rotated
    return done


def _mark(one: _Watched, at_ms: int) -> None:
    """Note how long it was then, if that is news."""
    if one.size != one.marked:
        append_mark(one.place.marks(one.run), TimeMark(at_ms, one.size))
        one.marked = one.size
        one.marks += 1


def _thin(one: _Watched) -> None:
    """Keep no more marks than are needed; in a thread."""
    path = one.place.marks(one.run)
    kept = thin_marks(read_marks(path), now_ms(), one.place.output(one.run).first)
    write_marks(path, kept)
    one.marks = len(kept)
    one.thinned_at = max(_MARKS_THINNED, 2 * len(kept))
