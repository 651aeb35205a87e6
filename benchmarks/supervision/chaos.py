"""The same bad day for every supervisor: what is killed, what comes of it, and what it costs to be ready for it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.supervision.contenders.contender import Contender, Program, answering, child, contest, until
from hero_assistance.supervisor.process.process_table import is_alive, read_process

Kind = type[Contender]

# A program that ran for less than a second counts as one that fails to start, with each of them.
_SETTLED_S = 2.0
# In this time each of them has started what it would start; runit looks every five seconds.
_AFTERMATH_S = 7.0
_IDLE_S = 10.0


@dataclass(frozen=True)
class Aftermath:
    """What ran after a supervisor was killed and started again."""

    copies: int
    same: bool


def cold_start_ms(rounds: int) -> float:
    """The child by itself, from its start to its first answer; median."""
    timings = []
    with tempfile.TemporaryDirectory(prefix="hb", dir="/tmp") as folder:
        program = child(Path(folder), "serve")
        for _round in range(rounds):
            begun = time.perf_counter()
            with subprocess.Popen(program.argv) as process:
                until(lambda: answering(program.sockets[0]) == process.pid, "the child answers")
                timings.append((time.perf_counter() - begun) * 1000)
                process.kill()
    return statistics.median(timings)


def recoveries_ms(kind: Kind, rounds: int) -> list[float]:
    """From SIGKILL of the child to the first answer of another one."""
    timings = []
    with contest(kind, "serve") as contender:
        (path,) = contender.programs[0].sockets
        for _round in range(rounds):
            time.sleep(_SETTLED_S)
            pid = answering(path)
            assert pid is not None  # noqa: S101
            begun = time.perf_counter()
            os.kill(pid, signal.SIGKILL)
            until(lambda: answering(path) not in (None, pid), f"{kind.name} starts another child")  # noqa: B023
            timings.append((time.perf_counter() - begun) * 1000)
    return timings


def aftermath(kind: Kind, *, parent: bool) -> Aftermath:
    """After SIGKILL of the supervisor's first process, or of the one that started the child, and its return."""
    with contest(kind, "serve") as contender:
        program = contender.programs[0]
        time.sleep(_SETTLED_S)
        before = answering(program.sockets[0])
        _kill_supervisor(contender, parent=parent)
        contender.again()
        time.sleep(_AFTERMATH_S)
        running = contender.running(program)
        return Aftermath(len(running), before in running)


def lost_lines(kind: Kind, points: int) -> tuple[int, int]:
    """Of the lines that children wrote around so many deaths of what started them: missing, and all."""
    chance = random.Random(20261122)  # noqa: S311
    missing = total = 0
    for _point in range(points):
        with contest(kind, "count") as contender:
            program = contender.programs[0]
            time.sleep(chance.uniform(0, 1))
            _kill_supervisor(contender, parent=True)
            contender.again()
            contender.until_well()
            time.sleep(chance.uniform(0, 1))
            said = (contender.folder / f"{program.name}.ledger").read_text().splitlines()
            # The last of them may be on their way still.
            until(lambda: bool(contender.read_written(program)), "something is kept")  # noqa: B023
            _wait_for_line(contender, program, said[-1])
            kept = set(contender.read_written(program).decode(errors="replace").splitlines())
            missing += sum(line not in kept for line in said)
            total += len(said)
    return missing, total


def left_after_stop(kind: Kind) -> int:
    """Processes of the child that outlive its stop: one went into a session of its own."""
    with contest(kind, "leave") as contender:
        program = contender.programs[0]
        time.sleep(_SETTLED_S)
        contender.stop(program)
        return len(contender.running(program))


def cost(kind: Kind) -> tuple[float, float]:
    """Memory in MB (proportional set size) and processor time in % of a core, with two children and nothing to do."""
    with contest(kind, "serve", "serve") as contender:
        time.sleep(_SETTLED_S)
        pids = contender.supervising()
        before = sum(map(_processor_s, pids))
        time.sleep(_IDLE_S)
        used = sum(map(_processor_s, pids)) - before
        return sum(map(_memory_mb, pids)), used / _IDLE_S * 100


def _kill_supervisor(contender: Contender, *, parent: bool) -> None:
    assert contender.top is not None  # noqa: S101
    pid = contender.parent(contender.programs[0]) if parent else contender.top.pid
    row = read_process(pid)
    os.kill(pid, signal.SIGKILL)
    if pid == contender.top.pid:
        contender.top.wait()
    elif row is not None:
        until(lambda: not is_alive(row.identity), "it is dead")


def _wait_for_line(contender: Contender, program: Program, line: str) -> None:
    """Give what is on its way a moment; a line that never comes is counted as missing."""
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline and line.encode() not in contender.read_written(program):
        time.sleep(0.05)


def _processor_s(pid: int) -> float:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return 0.0


def _memory_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
