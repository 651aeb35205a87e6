"""Which output of an action is removed when there is too much: the oldest, and never what readers need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hero_assistance.supervisor.logs.layout import RunOutput, Segment

# As many starts as `job.list` knows; an action that fails again and again does not fill the folder.
RUNS_KEPT = 50


@dataclass(frozen=True, slots=True)
class StoredOutput:
    """The output of a run and the bytes in its live file; no process writes to a `finished` one."""

    output: RunOutput
    live_bytes: int
    finished: bool


def select_surplus(held: Sequence[StoredOutput], allowed: int, runs: int = RUNS_KEPT) -> Iterator[Segment | int]:
    """Yield what to remove, in this order, until at most `allowed` bytes count and `runs` runs are left.

    A number stands for all that is left of a run. The last segment of a run says where its live file begins, so both
    are removed together. The newest run and live files that are written to stay, and do not count.
    """
    counted = sum(_count_bytes(one, held) for one in held)
    left = len(held)
    for one in held:
        is_removable = _is_removable(one, held)
        for segment in one.output.segments[:-1]:
            if counted <= allowed and not (left > runs and is_removable):
                break
            counted -= segment.size
            yield segment
        if is_removable and (counted > allowed or left > runs):
            counted -= _count_bytes(one, held) - sum(segment.size for segment in one.output.segments[:-1])
            left -= 1
            yield one.output.run


def _count_bytes(one: StoredOutput, held: Sequence[StoredOutput]) -> int:
    return sum(segment.size for segment in one.output.segments) + (one.live_bytes if _is_removable(one, held) else 0)


def _is_removable(one: StoredOutput, held: Sequence[StoredOutput]) -> bool:
    """Whether the whole run may be removed."""
    return one.finished and one is not held[-1]
