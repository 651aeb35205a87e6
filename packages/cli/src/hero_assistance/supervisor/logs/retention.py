"""What of an action's output goes when there is too much: the oldest, and never what a reader needs to find its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hero_assistance.supervisor.logs.layout import RunOutput, Segment

# As many starts as `job.list` knows; an action that fails at once again and again fills no folder.
RUNS_KEPT = 50


@dataclass(frozen=True, slots=True)
class StoredOutput:
    """The output of a run, and the bytes in its live file; a `finished` one is not written to any more."""

    output: RunOutput
    live_bytes: int
    finished: bool


def select_surplus(held: Sequence[StoredOutput], allowed: int, runs: int = RUNS_KEPT) -> Iterator[Segment | int]:
    """What to remove, in this order, until no more than `allowed` bytes count and `runs` runs are left.

    A number is all that is left of a run. The last segment of a run says where its live file begins, so it goes only
    together with it. The newest run stays, and so does the live file of one that is written to; these do not count.
    """
    counted = sum(_counted(one, held) for one in held)
    left = len(held)
    for one in held:
        may_go = _may_go(one, held)
        for segment in one.output.segments[:-1]:
            if counted <= allowed and not (left > runs and may_go):
                break
            counted -= segment.size
            yield segment
        if may_go and (counted > allowed or left > runs):
            counted -= _counted(one, held) - sum(segment.size for segment in one.output.segments[:-1])
            left -= 1
            yield one.output.run


def _counted(one: StoredOutput, held: Sequence[StoredOutput]) -> int:
    return sum(segment.size for segment in one.output.segments) + (one.live_bytes if _may_go(one, held) else 0)


def _may_go(one: StoredOutput, held: Sequence[StoredOutput]) -> bool:
    """Whether all of it may."""
    return one.finished and one is not held[-1]
