"""Starting and stopping the service, the server's own cold start, and what each process takes while idle."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.daemon_process import await_health, resident_mb, running
from benchmarks.measure import Figure, Report, time_call
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient

ROUNDS = 5
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"ROUNDS": 1}
START = ("--start", "--auth-mode", "dev", "--seed-dev-users")


def measure(dist: Path) -> Report:
    """Measure on a fresh root, with nothing else running there."""
    report = Report("Daemons", "./buildenv.sh nox -s bench -- daemons")
    # Short: a Unix socket path is limited to 107 bytes.
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp"))
    env = {**os.environ, "PATH_ROOT": str(root), "HOME": str(root), "HERO_ASSISTANCE_TCP": "127.0.0.1:0"}
    try:
        subprocess.run([dist / "hero_assistance", "install", dist], env=env, check=True, capture_output=True)
        _measure_cold_start(root, env, report)
        _measure_start_and_stop(root, env, report)
    finally:
        subprocess.run([root / "bin" / "hero_assistance", "--stop"], env=env, check=False, capture_output=True)
        shutil.rmtree(root, ignore_errors=True)
    return report


def _measure_cold_start(root: Path, env: dict[str, str], report: Report) -> None:
    timings = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        with running([root / "bin" / "hero_assistance_server"], env):
            await_health(Paths.from_environ(env).socket("rpc"))
            timings.append((time.perf_counter() - started) * 1000)
    value = statistics.median(timings)
    report.add(Figure("server, from its start to `/health`", value, "ms", target="≤ 600", met=value <= 600))


def _measure_start_and_stop(root: Path, env: dict[str, str], report: Report) -> None:
    binary = str(root / "bin" / "hero_assistance")
    starts, stops = [], []
    for number in range(ROUNDS):
        starts.append(time_call(lambda: subprocess.run([binary, *START], env=env, check=True, capture_output=True)))
        if number == ROUNDS - 1:
            _report_memory(binary, env, report)
        stops.append(time_call(lambda: subprocess.run([binary, "--stop"], env=env, check=True, capture_output=True)))
    started, stopped = statistics.median(starts), statistics.median(stops)
    report.add(Figure("`--start` until both actions are healthy", started, "ms", target="≤ 1,500", met=started <= 1500))
    report.add(Figure("`--stop` until nothing is left", stopped, "ms"))


def _report_memory(binary: str, env: dict[str, str], report: Report) -> None:
    status = json.loads(subprocess.run([binary, "status", "--json"], env=env, check=True, capture_output=True).stdout)
    for action in status["actions"]:
        report.add(Figure(f"memory of {action['name']}, idle", resident_mb(action["pid"]), "MB"))
    with RpcClient(Paths.from_environ(env).socket("supervisor")) as supervisor:
        pid = supervisor.call("system.health")["pid"]
    value = resident_mb(pid)
    report.add(Figure("memory of the embedded supervisor, idle", value, "MB", target="≤ 40", met=value <= 40))
