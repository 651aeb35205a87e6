"""Very many tickets on PostgreSQL next to the same ones on SQLite: every view and search, and how long a node starts.

`GROWTH=full` measures 1,000,000 tickets (which takes half an hour and 25 GB), otherwise a fiftieth of them.
`GROWTH_DATABASE` names a folder with a large database of SQLite that is there already; `GROWTH_POSTGRES` the URL of a
PostgreSQL that has the same tickets, and `GROWTH_NODE` the folder of a node on it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.desk import growth
from benchmarks.desk.growth import Desk, Timings, ask_all, count_tickets, desk_of
from benchmarks.measure import Figure, Report
from benchmarks.scale.desk_copy import copy_desk
from benchmarks.scale.scale import DURABLE
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.postgres import running_cluster

SIZES = {"full": 1_000_000, "": 20_000}
SHORT = {"SIZES": {"": 2_000}}
TWICE = 2.0


def measure(_dist: Path, *, quick: bool = False) -> Report:
    """Measure both engines, one after the other, each with a server of its own."""
    report = Report("Growth on PostgreSQL", "GROWTH=full ./buildenv.sh nox -s bench -- scale_growth")
    if quick:
        for name, value in growth.SHORT.items():
            setattr(growth, name, value)
    with desk_of(SIZES.get(os.environ.get("GROWTH", ""), SIZES[""]), os.environ.get("GROWTH_DATABASE")) as sqlite:
        count = count_tickets(sqlite)
        with _node(sqlite) as node:
            found = {engine: ask_all(desk, count) for engine, desk in (("sqlite", sqlite), ("postgres", node))}
    (before, early), (after, start) = found["sqlite"], found["postgres"]
    for name, timings in after.items():
        report.add(_figure(name, timings, before[name], count))
    label = f"start of a node until `/health`, {count:,} tickets (SQLite: {early.median:.0f} ms)"
    report.add(Figure(label, start.median, "ms"))
    report.notes.append(
        f"{growth.ROUNDS} rounds of {growth.CALLS} calls of each kind over the Unix socket, one after the other, each"
        " another page or another word; the p99 of the quietest round, and the medians of all. PostgreSQL is Debian's,"
        f" on this machine, with {DURABLE['shared_buffers']} of shared buffers. Its search index is there already."
    )
    return report


def _figure(name: str, postgres: Timings, sqlite: Timings, count: int) -> Figure:
    medians = f"medians {sqlite.median:.1f} ms on SQLite, {postgres.median:.1f} ms"
    ratio = postgres.p99 / sqlite.p99
    label = f"{name}: p99 of {count:,} tickets ({medians})"
    return Figure(label, postgres.p99, "ms", f"{sqlite.p99:.1f} ms on SQLite", ratio, "≤ 2", ratio <= TWICE)


@contextmanager
def _node(sqlite: Desk) -> Iterator[Desk]:
    """A node whose PostgreSQL has the tickets of a desk on SQLite."""
    url, folder = os.environ.get("GROWTH_POSTGRES"), os.environ.get("GROWTH_NODE")
    if url and folder:
        yield Desk(Paths.from_environ({"PATH_ROOT": folder}), url)
        return
    root = Path(tempfile.mkdtemp(prefix="hg", dir="/tmp"))
    try:
        with running_cluster(DURABLE) as cluster:
            node = Desk(Paths.from_environ({"PATH_ROOT": str(root)}), cluster.create_database())
            copy_desk(sqlite.paths.data / DATABASE, node.database or "", node.paths.data)
            yield node
    finally:
        shutil.rmtree(root, ignore_errors=True)
