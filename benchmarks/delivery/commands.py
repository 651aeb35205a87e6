"""What an everyday command takes, next to `--version` and to `supervisorctl status` of the same two programs."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Figure, Report, time_rounds
from benchmarks.supervision.contenders.contender import Program, tool, until
from benchmarks.supervision.contenders.peers import Supervisord

ROUNDS = 40
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"ROUNDS": 2}
START = ("--start", "--auth-mode", "dev", "--seed-dev-users")
PEER = "supervisorctl status"
# How many times as long as `--version`.
LIMITS = {"--help": 4.0, "status": 6.0, "status --json": 6.0, "call system.health": 6.0, "logs --lines 10": 6.0}
OTHERS = ("call ticket.list limit=10", "ticket list")


def measure(dist: Path) -> Report:
    """Measure each command while the service runs; the rounds of all of them are interleaved."""
    report = Report("Commands", "./buildenv.sh nox -s bench -- commands")
    with _running_service(dist) as (root, env), _running_supervisord(root) as supervisorctl:
        binary = str(root / "bin" / "hero_assistance")
        words = ("--version", *LIMITS, *OTHERS)
        commands = {command: [binary, *command.split()] for command in words} | {PEER: supervisorctl}
        timings = time_rounds(commands, ROUNDS, env)
    for command in (*words, PEER):
        report.add(Figure(_title(command), statistics.median(timings[command]), "ms"))
    for command, limit in LIMITS.items():
        _compare(report, timings, command, "--version", limit)
        if command != "--help":
            _compare(report, timings, command, PEER, 1.0)
    report.notes.append(f"Medians of {ROUNDS} interleaved rounds; a ratio is the median of those of each round.")
    return report


def _compare(report: Report, timings: Mapping[str, list[float]], command: str, baseline: str, limit: float) -> None:
    ratio = statistics.median(ours / other for ours, other in zip(timings[command], timings[baseline], strict=True))
    value = statistics.median(timings[command])
    title = baseline if baseline == PEER else f"`{baseline}`"
    report.add(Figure(_title(command), value, "ms", title, ratio, f"≤ {limit:g}", ratio <= limit))


def _title(command: str) -> str:
    return command if command == PEER else f"`{command}`"


@contextmanager
def _running_service(dist: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A fresh root on which the service runs."""
    # Short: a Unix socket path is limited to 107 bytes.
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp"))
    env = {**os.environ, "PATH_ROOT": str(root), "HOME": str(root), "HERO_ASSISTANCE_TCP": "127.0.0.1:0"}
    binary = root / "bin" / "hero_assistance"
    try:
        subprocess.run([dist / "hero_assistance", "install", dist], env=env, check=True, capture_output=True)
        subprocess.run([binary, *START], env=env, check=True, capture_output=True)
        yield root, env
    finally:
        subprocess.run([binary, "--stop"], env=env, check=False, capture_output=True)
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def _running_supervisord(root: Path) -> Iterator[list[str]]:
    """Run supervisord with the same two programs on a root of its own; yields the command that asks it."""
    folder = Path(tempfile.mkdtemp(prefix="hb", dir="/tmp"))
    env = {"PATH_ROOT": str(folder), "PATH_SOCKET": str(folder / "s"), "HERO_ASSISTANCE_TCP": "127.0.0.1:0"}
    programs = []
    for name, sockets in (("hero_assistance_server", ("rpc", "events")), ("hero_assistance_ui", ("ui",))):
        paths = tuple(folder / "s" / "hero_assistance" / f"{socket}.sock" for socket in sockets)
        programs.append(Program(name, (str(root / "bin" / name), "--auth-mode", "dev"), paths, env))
    contender = Supervisord(folder, programs)
    command = [str(tool("supervisorctl")), "-c", str(contender.config), "status"]
    try:
        contender.begin()
        contender.until_well()
        until(lambda: _succeeds(command), "both programs run")
        yield command
    finally:
        contender.sweep()
        shutil.rmtree(folder, ignore_errors=True)


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
