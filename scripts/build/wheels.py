"""Wheels of the workspace's packages; the environment that builds them is the locked one of the tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.build.workspace import Package, Workspace

# The first moment that a zip archive can hold; wheels and zipapps carry it instead of the day they were made.
EPOCH = "315619200"


def build_wheels(workspace: Workspace, target: Path) -> dict[str, Path]:
    """Build every package's wheel into `target`, emptied first; return them by the package's folder name."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        wheels = pool.map(lambda package: _build_wheel(package, target), workspace.packages.values())
        return dict(zip(workspace.packages, wheels, strict=True))


def _build_wheel(package: Package, target: Path) -> Path:
    folder = target / package.folder.name
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=package.folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the wheel of {package.distribution} cannot be built:\n{done.stdout}{done.stderr}")
    [wheel] = folder.glob("*.whl")
    return wheel
