"""Shards of a suite: each machine of a hunt takes one, and together they take every test once."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flake_quarantine.node_ids import extract_path

UNKNOWN_SECONDS = 0.1  # where no duration is known at all


@dataclass(frozen=True)
class Shard:
    """One of `count` shards; the first has number 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


def choose_tests(suite: Sequence[str], seconds: Mapping[str, float], shard: Shard) -> list[str]:
    """Return the tests of one shard, in the order of the suite.

    `seconds` are known durations; a test without one is taken to last as long as most. The same suite and durations
    give the same shards on every machine. Tests of a file stay together, since they are the likeliest to meet in
    one process, unless the file is more than a shard's part of the whole.
    """
    usual = statistics.median(seconds.values()) if seconds else UNKNOWN_SECONDS
    lasts = {nodeid: max(seconds.get(nodeid, usual), 0.001) for nodeid in sorted(suite)}
    loads = [0.0] * shard.count
    chosen: set[str] = set()
    for unit in _make_units(suite, lasts, shard.count):
        lightest = loads.index(min(loads))
        loads[lightest] += sum(lasts[nodeid] for nodeid in unit)
        if lightest == shard.number - 1:
            chosen.update(unit)
    return [nodeid for nodeid in suite if nodeid in chosen]


def _make_units(suite: Sequence[str], lasts: Mapping[str, float], count: int) -> list[list[str]]:
    """Return what stays together, the longest first: the order in which the lightest shard takes the next one."""
    files: dict[str, list[str]] = {}
    for nodeid in lasts:
        files.setdefault(extract_path(nodeid), []).append(nodeid)
    share = sum(lasts.values()) / count
    units: list[list[str]] = []
    for nodeids in files.values():
        whole = sum(lasts[nodeid] for nodeid in nodeids) <= share
        units += [nodeids] if whole else [[nodeid] for nodeid in nodeids]
    return sorted(units, key=lambda unit: (-round(sum(lasts[nodeid] for nodeid in unit), 6), unit[0]))
