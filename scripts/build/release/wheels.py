"""Wheels of the workspace's packages; the environment that builds them is the locked one of the tools."""

from __future__ import annotations

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.build.tool import must_run
from scripts.build.workspace import Package, Workspace

# The first moment that a zip archive can hold; wheels and zipapps carry it instead of the day they were made.
EPOCH = "315619200"
# A first build fetches the parts of the page from npm.
TIMEOUT_S = 900.0


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
    must_run(
        f"building the wheel of {package.distribution}",
        command,
        package.folder,
        timeout_s=TIMEOUT_S,
        hint="the last lines above say why; parts of the page come from npm, which needs the network once",
        env=environment,
    )
    [wheel] = folder.glob("*.whl")
    return wheel
