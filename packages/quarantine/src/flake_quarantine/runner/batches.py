"""What one run under load consists of: copies of tests, their neighbours, and how many workers share them."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flake_quarantine.node_ids import extract_path
from flake_quarantine.runner.noise import Noise

MAX_WORKERS = 128  # eight times the cores of a big machine would exhaust its memory before its cores
MIN_WORKERS = 2  # with one, nothing runs at the same time


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One run under load.

    Each of `parts` maps node ids to numbers of copies; all workers share one part before they go on to the next.
    The batch ends early when nothing but neighbours of its `targets` runs, and none of these comes to an end.
    Two copies of an `exclusive` test never run at a time; a process runs a `once_per_process` test once, however many
    copies it is given. With `audit`, the runs name the resources that they touched.
    """

    workers: int
    parts: tuple[Mapping[str, int], ...]
    seed: int
    targets: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    once_per_process: tuple[str, ...] = ()
    audit: bool = False
    noise: Noise = field(default_factory=Noise)

    @property
    def run_count(self) -> int:
        """How many runs the batch has."""
        return sum(sum(part.values()) for part in self.parts)

    @property
    def nodeids(self) -> set[str]:
        """The tests that it runs."""
        return {nodeid for part in self.parts for nodeid, count in part.items() if count}


def count_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def build_ladder(steps: Sequence[int] = (1, 4, 8), most: int = MAX_WORKERS) -> tuple[int, ...]:
    """Return rising numbers of workers: the cores times each step, between 2 and `most`, without repetitions."""
    return tuple(dict.fromkeys(min(most, max(MIN_WORKERS, step * count_cores())) for step in steps))


def choose_neighbours(suite: Sequence[str], target: str, count: int, seed: int, avoid: Iterable[str] = ()) -> list[str]:
    """Choose at most `count` other tests of the suite: those of the target's file first, then others by chance."""
    avoided = {target, *avoid}
    others = [nodeid for nodeid in suite if nodeid not in avoided]
    random.Random(seed).shuffle(others)  # noqa: S311
    others.sort(key=lambda nodeid: extract_path(nodeid) != extract_path(target))
    return others[:count]
