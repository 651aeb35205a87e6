"""The ticket server under load, with a bare echo on the same uvicorn and Roundup as peers; and its event streams."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.daemon_process import resident_mb
from benchmarks.desk.desk_server import BODY, Served, call_request, create_request, desk_server, fill, list_request
from benchmarks.desk.load import Load, load
from benchmarks.desk.roundup import HASH_ROUNDS, roundup
from benchmarks.desk.streams import BURST, streams
from benchmarks.gunicorn import WORKERS
from benchmarks.measure import Figure, Report

CALLERS = 64
SECONDS = 3.0
# It answers some ten times a second.
PEER_SECONDS = 10.0
# Measured in turn, so that other work of the machine hits all alike.
ROUNDS = 3
TICKETS = 1000
READERS = 2000
STALLED = READERS // 10
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"SECONDS": 0.3, "ROUNDS": 1, "TICKETS": 60, "READERS": 60, "STALLED": 6}


def measure(_dist: Path) -> Report:
    """Measure on a fresh root, with nothing else running there."""
    report = Report("Server", "./buildenv.sh nox -s bench -- server")
    base = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp"))
    try:
        with _echo() as echo:
            with desk_server(base / "calls") as served:
                _measure_idle(served, report)
                created = _measure_calls(served, echo, report)
            with roundup(base) as peer:
                _measure_peer(peer.address, peer.create, created, report)
        with desk_server(base / "events") as served:
            _measure_streams(served, report)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    report.notes += _NOTES
    return report


_NOTES = [
    f"`ticket.create` is on disk when it is answered. {CALLERS} callers in one other process, each with one connection"
    " over TCP on this machine; medians of interleaved rounds. “Load” is the share of a core that the callers took:"
    " below 1, they waited for the server. A list is answered from memory until something is committed; “while tickets"
    " are filed”, by one caller who files all the time, it is read from the database again and again.",
    "",
    f"Roundup: Gunicorn with {WORKERS} workers, SQLite, {HASH_ROUNDS} rounds of its password's hash (the fewest it"
    " takes); the better of 4 and 64 callers, who file a title without a text, on a connection each time.",
    "",
    f"Events: {READERS} readers over `events.sock`, all of them agents, in one other process; the time is from the"
    f" request that files a ticket to the last reader's event. Then {STALLED} of them stop to read while {BURST}"
    " tickets are filed.",
]


def _measure_idle(served: Served, report: Report) -> None:
    value = resident_mb(served.pid)
    report.add(Figure("memory, idle", value, "MB", target="≤ 90", met=value <= 90))


def _measure_calls(served: Served, echo: str, report: Report) -> float:
    """Measure both methods and the echo of the same request; return tickets filed a second."""
    fill(served, TICKETS)
    create = create_request()
    found = _compare(served.address, echo, list_request())
    _add(report, "`ticket.list` of 50", found, 0.30)
    with _filing(served):
        busy = _compare(served.address, echo, list_request())
    _add(report, "`ticket.list` of 50, while tickets are filed", busy, None)
    found = _compare(served.address, echo, create)
    _add(report, "durable `ticket.create`", found, 0.15)
    return statistics.median(one.per_second for one in found["ours"])


def _compare(address: str, echo: str, request: bytes) -> dict[str, list[Load]]:
    found: dict[str, list[Load]] = {"ours": [], "echo": []}
    for _ in range(ROUNDS):
        found["echo"].append(load(echo, [request], CALLERS, SECONDS))
        found["ours"].append(load(address, [request], CALLERS, SECONDS))
    return found


def _add(report: Report, name: str, found: dict[str, list[Load]], target: float | None) -> None:
    ours, echo = (statistics.median(one.per_second for one in found[key]) for key in ("ours", "echo"))
    ratio, met = ours / echo, None if target is None else ours / echo >= target
    wanted = "" if target is None else f"≥ {target:.2f}"
    report.add(Figure(name, ours, "/s", "bare echo", ratio, wanted, met))
    p99 = statistics.median(one.p99_ms for one in found["ours"])
    busy = max(one.busy for one in [*found["ours"], *found["echo"]])
    report.add(Figure(f"{name}: p99 (load {busy:.2f})", p99, "ms"))


def _measure_peer(address: str, create: bytes, ours: float, report: Report) -> None:
    theirs = max(load(address, [create], callers, PEER_SECONDS).per_second for callers in (4, CALLERS))
    report.add(Figure("Roundup's REST API, an issue filed", theirs, "/s"))
    ratio = ours / theirs
    report.add(Figure("durable `ticket.create`", ours, "/s", "Roundup", ratio, "≥ 10", ratio >= 10))


def _measure_streams(served: Served, report: Report) -> None:
    found = streams(served, served, READERS, STALLED)
    median, each = found.median_ms, found.bytes_each / 1024
    report.add(Figure(f"event to the last of {READERS} readers", median, "ms", target="≤ 200", met=median <= 200))
    report.add(Figure("memory for each of them", each, "KiB", target="≤ 40", met=each <= 40))
    report.add(
        Figure(f"events lost or doubled, {STALLED} stalled", found.faults, "", target="0", met=found.faults == 0)
    )
    report.add(Figure("readers that were cut off and came back", found.returned, ""))


@contextmanager
def _echo() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.desk.echo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextmanager
def _filing(served: Served) -> Iterator[None]:
    """One caller who files ticket after ticket while the context is open."""
    create = call_request("ticket.create", title="The printer", body=BODY)
    command = [sys.executable, "-m", "benchmarks.desk.load", served.address, "1", "3600"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        try:
            assert process.stdin is not None  # noqa: S101
            process.stdin.write(create)
            process.stdin.close()
            yield
        finally:
            process.kill()
