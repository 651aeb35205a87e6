"""Callers of a server on SQLite, of one node on PostgreSQL, and of two: how much they get, and who takes the cores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.desk.desk_server import Served, create_request, fill, list_request
from benchmarks.desk.load import WARM_UP_S, load
from benchmarks.measure import Figure, Report
from benchmarks.processor_time import list_family, run_s
from tests.postgres import Cluster

CALLERS = 64
# Two processes in every run, so that two nodes are asked by the same as one.
CALLING = 2
SECONDS = 3.0
# Measured in turn, so that other work of the machine hits all alike.
ROUNDS = 3
TICKETS = 1000
CREATE, LIST = "durable `ticket.create`", "`ticket.list` of 50"
ON_SQLITE, ON_ONE_NODE, ON_TWO_NODES = "SQLite", "one node on PostgreSQL", "two nodes on PostgreSQL"
PARTS = {CREATE: 0.6, LIST: None}
MULTIPLES = {CREATE: 1.3, LIST: 1.6}


@dataclass(frozen=True)
class Asked:
    """One run: answers a second of all callers, the slower p99, and the cores that each of three parties took."""

    per_second: float
    p99_ms: float
    callers: float
    servers: float
    database: float

    @property
    def cores(self) -> float:
        """Return how many cores were busy."""
        return self.callers + self.servers + self.database

    def us(self, cores: float) -> float:
        """Return the microseconds of a processor for each answer."""
        return cores / self.per_second * 1e6


def measure_engines(sqlite: Served, nodes: Sequence[Served], cluster: Cluster, report: Report) -> None:
    """Ask each for lists, which are of the same tickets, then file tickets in each."""
    for served in (sqlite, nodes[0]):
        fill(served, TICKETS)
    contenders = {ON_SQLITE: [sqlite], ON_ONE_NODE: nodes[:1], ON_TWO_NODES: nodes}
    for name, request in ((LIST, list_request()), (CREATE, create_request())):
        found: dict[str, list[Asked]] = {contender: [] for contender in contenders}
        for _ in range(ROUNDS):
            for contender, asked in contenders.items():
                found[contender].append(_ask(asked, cluster, request))
        _add(report, name, {contender: _median(runs) for contender, runs in found.items()})


def _ask(asked: Sequence[Served], cluster: Cluster, request: bytes) -> Asked:
    servers, database = [served.pid for served in asked], list_family(cluster.pid)
    before = run_s(servers), run_s(database)
    addresses = [asked[number % len(asked)].address for number in range(CALLING)]
    with ThreadPoolExecutor(CALLING) as pool:
        runs = list(pool.map(lambda address: load(address, [request], CALLERS // CALLING, SECONDS), addresses))
    # The processors are counted from the first connection on, and answers after the warm-up.
    took_s = SECONDS + WARM_UP_S
    after = run_s(servers), run_s(database)
    return Asked(
        sum(run.per_second for run in runs),
        max(run.p99_ms for run in runs),
        sum(run.busy for run in runs),
        (after[0] - before[0]) / took_s,
        (after[1] - before[1]) / took_s,
    )


def _median(runs: Sequence[Asked]) -> Asked:
    """Return the run in the middle: its parts are of one moment."""
    return sorted(runs, key=lambda run: run.per_second)[len(runs) // 2]


def _add(report: Report, name: str, found: dict[str, Asked]) -> None:
    sqlite, one, two = (found[contender] for contender in (ON_SQLITE, ON_ONE_NODE, ON_TWO_NODES))
    report.add(Figure(f"{name}, {ON_SQLITE}", sqlite.per_second, "/s"))
    part, wanted = one.per_second / sqlite.per_second, PARTS[name]
    target, met = ("", None) if wanted is None else (f"≥ {wanted}", part >= wanted)
    report.add(Figure(f"{name}, {ON_ONE_NODE}", one.per_second, "/s", ON_SQLITE, part, target, met))
    multiple, least = two.per_second / one.per_second, MULTIPLES[name]
    target = f"≥ {least}, processors permitting"
    report.add(Figure(f"{name}, {ON_TWO_NODES}", two.per_second, "/s", "one node", multiple, target, multiple >= least))
    for contender, asked in found.items():
        load_of = f"callers {asked.callers:.2f}, servers {asked.servers:.2f}, PostgreSQL {asked.database:.2f}"
        label = f"{name}, {contender}: cores that were busy, of {os.cpu_count()} ({load_of})"
        report.add(Figure(label, asked.cores, ""))
        costs = f"server {asked.us(asked.servers):.0f} µs, PostgreSQL {asked.us(asked.database):.0f} µs"
        label = f"{name}, {contender}: a processor for each ({costs}, callers {asked.us(asked.callers):.0f} µs)"
        report.add(Figure(label, asked.us(asked.cores), "µs"))
        report.add(Figure(f"{name}, {contender}: p99", asked.p99_ms, "ms"))
