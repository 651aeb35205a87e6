"""Our supervisor, supervisord, s6 and runit: the same child, the same faults, one run on one machine."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Comparison, Figure, Report
from benchmarks.supervision import chaos, serving
from benchmarks.supervision.contenders.contender import Contender, NotMeasured, contest
from benchmarks.supervision.contenders.ours import Ours
from benchmarks.supervision.contenders.peers import S6, Runit, Supervisord
from hero_assistance_sdk.hero_proc.specs import ActionSpec, Dependency, DependencyCondition, ServiceSpec
from hero_assistance_sdk.hero_proc.wire import ActionState
from tests.faults import recycling

ROOT = Path(__file__).resolve().parents[2]
KINDS: tuple[type[Contender], ...] = (Ours, Supervisord, S6, Runit)
MARGIN_MS = 100
MANY = 50
_UNSHARE = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--map-root-user"]
_RECYCLING_S = 900.0

Value = Callable[[type[Contender]], float | None]


@dataclass(frozen=True)
class Rounds:
    """How often each thing is done."""

    kills: int = 30
    starts: int = 10
    points: int = 20
    services: int = 5
    recycled: int = 10


QUICK = Rounds(kills=5, starts=5, points=3, services=1, recycled=1)


def measure(dist: Path, *, quick: bool = False) -> Report:
    """Measure every contender that is installed; a row for each thing that a supervisor is held against."""
    rounds = QUICK if quick else Rounds()
    report = Report("Supervisor", "./buildenv.sh nox -s bench -- supervisor")
    kinds = _find_installed(report)
    _measure_recovery(kinds, rounds, report)
    _measure_aftermath(kinds, rounds, report)
    _measure_service(kinds, dist, rounds, report)
    _measure_cost(kinds, report)
    _measure_order(report)
    _measure_recycling(rounds, report)
    report.notes += [
        f"Medians of {rounds.kills} kills and {rounds.services} starts; {rounds.points} deaths for the lines.",
        "The parent is what started the child: with s6 and runit a process of its own below the first one.",
        "Peers are set up as their documentation says; supervisord signals whole groups, and the others have loggers.",
    ]
    return report


def _find_installed(report: Report) -> list[type[Contender]]:
    kinds = []
    for kind in KINDS:
        lacking = kind.lacks()
        if lacking:
            report.notes.append(f"{kind.name} is not here: {lacking} is of {kind.package}.")
        else:
            kinds.append(kind)
    return kinds


def _values(kinds: list[type[Contender]], value: Value, report: Report) -> dict[str, float | None]:
    """The value of each; what one of them did not get to is noted."""
    values: dict[str, float | None] = {}
    for kind in kinds:
        try:
            values[kind.name] = value(kind)
        except NotMeasured as failed:
            values[kind.name] = None
            report.notes.append(f"Not measured: {failed}.")
        print(f"{kind.name}: {values[kind.name]}", file=sys.stderr, flush=True)
    return values


def _measure_recovery(kinds: list[type[Contender]], rounds: Rounds, report: Report) -> None:
    cold = chaos.cold_start_ms(rounds.kills)
    took: dict[str, list[float]] = {}

    def median(kind: type[Contender]) -> float:
        took[kind.name] = chaos.recoveries_ms(kind, rounds.kills)
        return statistics.median(took[kind.name])

    medians = _values(kinds, median, report)
    ours = medians["ours"]
    met = None if ours is None else ours <= cold + MARGIN_MS
    beyond = {name: None if value is None else max(0.0, value - cold) for name, value in medians.items()}
    slow = {name: chaos.percentile(values, 0.95) for name, values in took.items()}
    report.add(Figure("the child by itself, from its start to its first answer", cold, "ms"))
    report.comparisons += [
        Comparison("SIGKILL of the child to healthy again, median", "ms", medians),
        Comparison("the same, p95", "ms", slow),
        Comparison("the same, beyond the child's own cold start", "ms", beyond, f"≤ {MARGIN_MS}", met),
    ]


def _measure_aftermath(kinds: list[type[Contender]], rounds: Rounds, report: Report) -> None:
    seen: dict[tuple[str, bool], chaos.Aftermath] = {}
    for parent, killed in ((True, "child's parent"), (False, "supervisor's first process")):

        def copies(kind: type[Contender], parent: bool = parent) -> float:
            seen[kind.name, parent] = chaos.aftermath(kind, parent=parent)
            return seen[kind.name, parent].copies

        values = _values(kinds, copies, report)
        what = f"copies after SIGKILL of the {killed}, once the supervisor is back"
        report.comparisons.append(Comparison(what, "", values, "1", values["ours"] == 1))
    alone = {kind.name: _judge_adopted(seen.get((kind.name, True))) for kind in kinds}
    report.comparisons.append(
        Comparison("the same process goes on, alone (1: yes)", "", alone, "1", alone["ours"] == 1)
    )

    def measure_lost(kind: type[Contender]) -> float:
        missing, total = chaos.lost_lines(kind, rounds.points)
        return missing / total * 100

    values = _values(kinds, measure_lost, report)
    what = f"lines lost around {rounds.points} such deaths"
    report.comparisons.append(Comparison(what, "%", values, "0", values["ours"] == 0))
    values = _values(kinds, lambda kind: float(chaos.left_after_stop(kind)), report)
    what = "processes left after stop: a grandchild in a session of its own"
    report.comparisons.append(Comparison(what, "", values, "0", values["ours"] == 0))


def _judge_adopted(seen: chaos.Aftermath | None) -> float | None:
    return None if seen is None else float(seen.same and seen.copies == 1)


def _measure_service(kinds: list[type[Contender]], dist: Path, rounds: Rounds, report: Report) -> None:
    def start(kind: type[Contender]) -> float:
        if kind is Ours:
            return serving.our_start_ms(dist, rounds.services)
        return serving.start_ms(kind, dist, rounds.services)

    values = _values(kinds, start, report)
    ours, peer = values["ours"], values.get("supervisord")
    met = None if ours is None else ours <= 1500 and (peer is None or ours <= peer)
    target = "≤ 1,500 and ≤ supervisord"
    report.comparisons.append(Comparison("start of both daemons to healthy", "ms", values, target, met))
    installs: dict[str, float | None] = {}

    def measure_refused(kind: type[Contender]) -> float:
        if kind is not Ours:
            return serving.refused_under(kind, dist)
        restart, installs["ours"] = serving.our_refused(dist)
        return restart

    values = _values(kinds, measure_refused, report)
    what = "requests refused during a restart, at 200 a second"
    report.comparisons.append(Comparison(what, "", values, "0", values["ours"] == 0))
    what = "requests refused during `install --restart`"
    report.comparisons.append(Comparison(what, "", installs, "0", installs.get("ours") == 0))


def _measure_cost(kinds: list[type[Contender]], report: Report) -> None:
    share: dict[str, float | None] = {}

    def memory(kind: type[Contender]) -> float:
        used, share[kind.name] = chaos.cost(kind)
        return used

    values = _values(kinds, memory, report)
    report.comparisons += [
        Comparison("memory with two children (PSS)", "MB", values, "< 40", (values["ours"] or 0) < 40),
        Comparison("processor while nothing happens", "% of a core", share, "< 0.5", (share["ours"] or 0) < 0.5),
    ]


def _measure_order(report: Report) -> None:
    """Many actions, each started once the one before it is healthy."""
    program = ("/bin/sleep", "600")
    actions = [
        ActionSpec(
            name=f"a{number}",
            argv=program,
            depends_on=(Dependency(action=f"a{number - 1}", condition=DependencyCondition.HEALTHY),) if number else (),
        )
        for number in range(MANY)
    ]
    with contest(Ours, "serve") as contender, Ours(contender.folder, ()).client() as client:
        client.service_set(ServiceSpec(name="many", actions=tuple(actions)))
        begun = time.perf_counter()
        known = client.service_start("many")
        while known.state is not ActionState.HEALTHY:
            known = client.service_change(known, 5.0)
        took = (time.perf_counter() - begun) * 1000
        client.service_stop("many")
    report.add(Figure(f"{MANY} actions, one after the other", took, "ms", target="< 3,000", met=took < 3000))


def _measure_recycling(rounds: Rounds, report: Report) -> None:
    """Signals to a pid that was given to somebody else; only who adopts could send one."""
    with tempfile.TemporaryDirectory(prefix="hb", dir="/tmp") as root:
        done = subprocess.run(
            [*_UNSHARE, sys.executable, "-m", recycling.__name__, str(rounds.recycled)],
            env={recycling.ROOT: root, "HOME": root, "PATH": "/usr/bin:/bin"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=_RECYCLING_S,
        )
    if done.returncode:
        report.notes.append("No pid can be given again on purpose here.")
        return
    hit = sum(scene["hit"] for scene in json.loads(done.stdout).values())
    report.add(Figure("foreign processes hit after their pid was recycled", hit, "", target="0", met=hit == 0))
