"""A release to two boxes over ssh and what a person does by hand for one of them."""

from __future__ import annotations

import getpass
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Figure, Report, time_call
from scripts.build.release.archive import write_archive
from scripts.build.release.manifest import SUMS
from tests.builds import rebranded
from tests.fleet.boxes import PORT, BoxNetwork, TestedBox, started_boxes
from tests.fleet.deploy_program import make_deploy_program
from tests.sshd import CLIENT

BOXES = ("box-1", "box-2")
_TIMEOUT_S = 120.0


def measure_rollout(dist: Path, report: Report, rounds: int) -> None:
    """Bring releases to both boxes, each of which has one that runs, and to the first by hand."""
    program = make_deploy_program()
    by_hand, copied, deployed = [], [], []
    with (
        tempfile.TemporaryDirectory(prefix="ha", dir="/tmp") as folder,
        tempfile.TemporaryDirectory(prefix="builds") as builds,
        started_boxes(Path(folder), BOXES) as network,
    ):
        _deploy(network, program, dist)
        for number in range(rounds):
            one, other = (_make(dist, Path(builds) / f"{name}-{number}") for name in ("hand", "fleet"))
            archive = write_archive(one)
            copied.append(time_call(lambda archive=archive: _copy(network, Path(folder), archive)))  # type: ignore[misc]
            by_hand.append(time_call(lambda archive=archive: _install(network, Path(folder), archive)))  # type: ignore[misc]
            write_archive(other)
            deployed.append(time_call(lambda other=other: _deploy(network, program, other)))  # type: ignore[misc]
    install, transfer, both = map(statistics.median, (by_hand, copied, deployed))
    report.add(Figure("an archive copied to one box by `scp`", transfer, "ms"))
    report.add(Figure("`install ARCHIVE --restart` there by `ssh`, until it is healthy", install, "ms"))
    ratio = both / (install + transfer)
    name = f"`nox -s deploy` to {len(BOXES)} boxes over ssh, warm, one after the other"
    report.add(Figure(name, both, "ms", "one box by hand", ratio, f"≤ {len(BOXES)}", ratio <= len(BOXES)))


def _make(dist: Path, folder: Path) -> Path:
    return rebranded(dist, folder, f"0.1.0-{folder.name}")


def _deploy(network: BoxNetwork, program: list[str], build: Path) -> None:
    status, _, told = network.run([*program, str(network.inventory), "--build", str(build), "--json"])
    if status:
        sys.exit(told)


def _copy(network: BoxNetwork, folder: Path, archive: Path) -> None:
    box = network.boxes[0]
    # `install` compares the archive with what is next to it.
    files = [str(archive), str(archive.with_name(SUMS))]
    _run(network, ["scp", "-q", "-P", str(PORT), *_options(folder), *files, f"{_at(box)}:{box.root}/"])


def _install(network: BoxNetwork, folder: Path, archive: Path) -> None:
    box = network.boxes[0]
    path = os.pathsep.join([str(Path(sys.executable).resolve().parent), os.defpath])
    environment = [f"PATH_ROOT={box.root}", f"HOME={box.root}", f"PATH={path}"]
    install = [f"{box.root}/bin/hero_assistance", "install", f"{box.root}/{archive.name}", "--restart"]
    _run(network, ["ssh", "-p", str(PORT), *_options(folder), _at(box), "env", *environment, *install])


def _options(folder: Path) -> list[str]:
    return ["-i", str(folder / CLIENT), "-o", f"UserKnownHostsFile={folder / 'known_hosts'}", "-o", "BatchMode=yes"]


def _at(box: TestedBox) -> str:
    return f"{getpass.getuser()}@{box.address}"


def _run(network: BoxNetwork, command: list[str]) -> None:
    done = subprocess.run(
        [*network.controller.enter(), *command], capture_output=True, text=True, check=False, timeout=_TIMEOUT_S
    )
    if done.returncode:
        sys.exit(f"{command[0]}: {done.stderr}")
