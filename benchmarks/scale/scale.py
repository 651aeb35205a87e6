"""Beyond one machine: PostgreSQL next to SQLite, two nodes next to one, an event of another node, a deployment."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.desk.desk_server import desk_server
from benchmarks.desk.streams import BURST, streams
from benchmarks.measure import Figure, Report
from benchmarks.scale import engines
from benchmarks.scale.engines import measure_engines
from benchmarks.scale.rollout import measure_rollout
from tests.postgres import Cluster, running_cluster

# A commit is on disk, as it is by default, and two nodes have connections enough.
DURABLE = {"fsync": "on", "max_connections": "100", "shared_buffers": "256MB"}
READERS = 2000
STALLED = READERS // 10
NODES = 2
EVENT_MS = 80.0


def measure(dist: Path, *, quick: bool = False) -> Report:
    """Measure on a PostgreSQL of its own, Debian's, and with boxes that are namespaces of this machine."""
    report = Report("Scale", "./buildenv.sh nox -s bench -- scale")
    readers, stalled = (60, 6) if quick else (READERS, STALLED)
    if quick:
        engines.SECONDS, engines.ROUNDS, engines.TICKETS = 0.3, 1, 60
    base = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp"))
    try:
        with running_cluster(DURABLE) as cluster:
            _measure_calls(base, cluster, report)
            _measure_events(base, cluster, report, readers, stalled)
        measure_rollout(dist, report, rounds=1 if quick else 3)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    report.notes += _notes(readers, stalled)
    return report


def _measure_calls(base: Path, cluster: Cluster, report: Report) -> None:
    url = cluster.create_database()
    with ExitStack() as open_while:
        sqlite = open_while.enter_context(desk_server(base / "sqlite"))
        nodes = [open_while.enter_context(desk_server(base / f"node{number}", url)) for number in range(NODES)]
        measure_engines(sqlite, nodes, cluster, report)


def _measure_events(base: Path, cluster: Cluster, report: Report, readers: int, stalled: int) -> None:
    url = cluster.create_database()
    with desk_server(base / "filing", url) as filing, desk_server(base / "telling", url) as telling:
        found = streams(filing, telling, readers, stalled)
    name = f"event of one node to the last of {readers} readers of another"
    report.add(Figure(name, found.median_ms, "ms", target=f"≤ {EVENT_MS:.0f}", met=found.median_ms <= EVENT_MS))
    lost = f"events lost or doubled there, {stalled} stalled"
    report.add(Figure(lost, found.faults, "", target="0", met=found.faults == 0))
    report.add(Figure("readers that were cut off and came back", found.returned, ""))


def _notes(readers: int, stalled: int) -> list[str]:
    return [
        f"{engines.CALLERS} callers in {engines.CALLING} other processes, each with one connection over TCP on this"
        f" machine; the run in the middle of {engines.ROUNDS} interleaved rounds. All nodes, PostgreSQL (with `fsync`)"
        " and the callers share this machine's cores: where all are busy, two nodes cannot answer more than one."
        " A list is answered from memory until something is committed.",
        "",
        f"Events: {readers} readers at one node, all of them agents, while tickets are filed at the other; the time is"
        f" from the request, so before the commit, to the last reader's event. Then {stalled} of them stop to read"
        f" while {BURST} tickets are filed.",
        "",
        "By hand: `scp` of the archive and `ssh` with `install`, on a box where another release runs. Boxes are"
        " namespaces of this machine with a network and an sshd each.",
    ]
