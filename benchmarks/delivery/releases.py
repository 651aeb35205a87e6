"""Install with nothing to do, and rollback."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Figure, Report, medians, time_call
from hero_assistance.releases.store import ReleaseStore
from hero_assistance.releases.switch import rollback
from hero_assistance_sdk.paths import Paths
from scripts.build.release.manifest import read_manifest

ROUNDS = 20
WARM_ROUNDS = 5
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"ROUNDS": 2, "WARM_ROUNDS": 1}
ROOT = Path(__file__).resolve().parents[2]


def measure(dist: Path) -> Report:
    """Measure `nox -s install` that finds nothing changed, and `hero_assistance rollback`."""
    report = Report("Releases", "./buildenv.sh nox -s bench -- releases")
    with tempfile.TemporaryDirectory() as base:
        env = {**os.environ, "PATH_ROOT": base, "HOME": base}
        env.pop("VIRTUAL_ENV", None)
        install = [str(ROOT / "buildenv.sh"), "nox", "-s", "install"]
        cold = time_call(lambda: subprocess.run(install, env=env, check=True, capture_output=True))
        report.add(Figure("first `nox -s install`, dist/ already built", cold, "ms"))
        warm = medians({"install": install}, WARM_ROUNDS, env)["install"]
        report.add(Figure("`nox -s install`, nothing changed", warm, "ms", target="< 1,500", met=warm < 1500))
        _measure_rollback(dist, Path(base), env, report)
    return report


def _measure_rollback(dist: Path, root: Path, env: dict[str, str], report: Report) -> None:
    from tests.builds import rebranded

    release = read_manifest(dist)["release"]
    other = rebranded(dist, root / "other", f"{release}-bench")
    binary = root / "bin" / "hero_assistance"
    subprocess.run([binary, "install", other], env=env, check=True, capture_output=True)
    timings = []
    for number in range(ROUNDS):
        target = release if number % 2 else f"{release}-bench"
        command = [str(binary), "rollback", target]
        timings.append(time_call(lambda command=command: _run_checked(command, env)))  # type: ignore[misc]
    whole, switch = statistics.median(timings), _switch_time(root, release)
    report.add(
        Figure("rollback: reading the records, one rename, made durable", switch, "ms", target="< 50", met=switch < 50)
    )
    report.add(Figure("`hero_assistance rollback`, the whole command", whole, "ms", target="< 50", met=whole < 50))


def _switch_time(root: Path, release: str) -> float:
    store = ReleaseStore.from_paths(Paths.from_environ({"PATH_ROOT": str(root)}))
    targets = [release if number % 2 else f"{release}-bench" for number in range(ROUNDS)]
    return statistics.median(time_call(lambda target=target: rollback(store, target)) for target in targets)  # type: ignore[misc]


def _run_checked(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
