"""Processes keep the release that they started with, however many upgrades come and go meanwhile."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hero_assistance.releases.install import install
from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.paths import Paths
from tests.builds import make_build

pytestmark = pytest.mark.fault

UPGRADES = 100 if os.environ.get("FAULT_ROUNDS") == "full" else 10
PROCESSES = 3

# Imports, from its own tree, one module for each line that it is sent, and says which release that came from.
_IMPORTS_WHEN_TOLD = """\
import sys


def main():
    for line in sys.stdin:
        module = __import__(line.strip())
        print(module.RELEASE, flush=True)
"""


def _build(folder: Path, release: str) -> Path:
    lazy = {f"lazy{number}.py": f"RELEASE = {release!r}\n" for number in range(UPGRADES + 1)}
    return make_build(folder, release, files={"alpha/__main__.py": _IMPORTS_WHEN_TOLD, **lazy}, binaries=("alpha",))


def _ask(process: subprocess.Popen[str], module: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(module + "\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_no_lazy_import_fails_while_releases_come_and_go(
    tmp_path: Path, paths: Paths, hero_env: dict[str, str]
) -> None:
    store = ReleaseStore.from_paths(paths)
    running: list[tuple[str, subprocess.Popen[str]]] = []
    try:
        for number in range(UPGRADES):
            release = f"1.0-{number}"
            install(store, _build(tmp_path / release, release), lambda _step: None)
            if number % (UPGRADES // PROCESSES) == 0:
                binary = [str(store.bin / "alpha")]
                pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
                process = subprocess.Popen(binary, env=hero_env, text=True, **pipes)  # type: ignore[call-overload]
                assert _ask(process, "lazy0") == release
                running.append((release, process))
            for started_with, process in running:
                assert _ask(process, f"lazy{number + 1}") == started_with
        kept = {one.release for one in store.list_installed()}
        assert {release for release, _ in running} <= kept
        assert len(kept) <= PROCESSES + 1 + 4
    finally:
        for _, process in running:
            process.kill()
            process.communicate()
