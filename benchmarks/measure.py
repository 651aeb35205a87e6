"""Timing commands side by side, and a table of what came out."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measured value: its unit, what it is compared with, and what was promised."""

    name: str
    value: float
    unit: str
    baseline: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Comparison:
    """One row of a table of peers: the value of each in `unit`, `None` where it has none; ours is named `ours`."""

    what: str
    unit: str
    values: Mapping[str, float | None]
    target: str = ""
    met: bool | None = None

    def ratio(self, peer: str) -> float | None:
        """Ours as a part of a peer's."""
        ours, theirs = self.values.get("ours"), self.values.get(peer)
        return ours / theirs if ours is not None and theirs else None


@dataclass
class Report:
    """The figures of one benchmark, and the command that makes them again."""

    title: str
    command: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        """Add a figure behind the others."""
        self.figures.append(figure)

    def markdown(self) -> str:
        """The report as a section of `docs/figures.md`."""
        lines = [f"## {self.title}", "", f"Made by `{self.command}`.", ""]
        if self.figures:
            lines += ["| what | value | ratio | target | met |", "|---|---:|---|---|---|"]
            lines += [_row(figure) for figure in self.figures]
        if self.comparisons:
            lines += [""] if self.figures else []
            lines += _table(self.comparisons)
        lines += ["", *self.notes] if self.notes else []
        return "\n".join([*lines, ""])


def write_between(document: Path, begin: str, end: str, text: str) -> None:
    """Replace what the document has between two lines; each of them is in it once."""
    before, _, rest = document.read_text().partition(begin)
    _, _, after = rest.partition(end)
    document.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def medians(
    commands: Mapping[str, Sequence[str]], rounds: int, env: Mapping[str, str] | None = None
) -> dict[str, float]:
    """The median milliseconds of each command over interleaved rounds."""
    return {name: statistics.median(values) for name, values in time_rounds(commands, rounds, env).items()}


def time_rounds(
    commands: Mapping[str, Sequence[str]], rounds: int, env: Mapping[str, str] | None = None
) -> dict[str, list[float]]:
    """The milliseconds of each command in each round; rounds are interleaved, so that drift hits all alike."""
    timings: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            took = time_call(lambda command=command: _run(command, env))  # type: ignore[misc]
            if number:
                timings[name].append(took)
    return timings


def time_call(call: Callable[[], object]) -> float:
    """The milliseconds that a call took."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def _run(command: Sequence[str], env: Mapping[str, str] | None) -> None:
    pid = os.posix_spawnp(
        command[0],
        list(command),
        dict(os.environ if env is None else env),
        file_actions=[(os.POSIX_SPAWN_OPEN, stream, "/dev/null", os.O_WRONLY, 0) for stream in (1, 2)],
    )
    _, status = os.waitpid(pid, 0)
    if status:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), list(command))


def _table(rows: Sequence[Comparison]) -> list[str]:
    """The rows under the names of all peers, and ours as a part of the first of these."""
    names = list(dict.fromkeys(name for row in rows for name in row.values))
    first = next((name for name in names if name != "ours"), "")
    head = ["what", *names, f"ours : {first}" if first else "", "target", "met"]
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * len(names)}---|---|---|"]
    for row in rows:
        cells = [_value(row.values.get(name), row.unit) for name in names]
        ratio = row.ratio(first)
        shown = [row.what, *cells, f"{ratio:.2f}" if ratio is not None else "", row.target, _MET[row.met]]
        lines.append(f"| {' | '.join(shown)} |")
    return lines


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    decimals = 0 if value >= 100 or value == int(value) else 1 if value >= 1 else 2
    return f"{value:.{decimals}f} {unit}".rstrip()


_MET = {True: "yes", False: "**no**", None: ""}


def _row(figure: Figure) -> str:
    ratio = f"{figure.ratio:.2f} × {figure.baseline}" if figure.ratio is not None else ""
    value = f"{figure.value:.1f}" if figure.value < 100 else f"{figure.value:.0f}"
    return f"| {figure.name} | {value} {figure.unit} | {ratio} | {figure.target} | {_MET[figure.met]} |"
