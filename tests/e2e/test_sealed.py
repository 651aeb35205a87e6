"""The four real binaries, built and installed, import nothing but their own, whatever surrounds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.build.release.manifest import read_manifest
from scripts.build.workspace import Workspace
from tests.builds import run
from tests.import_guard import poisoned


@pytest.mark.parametrize("binary", Workspace().binaries)
def test_a_binary_never_runs_what_lies_around_it(
    binary: str, dist: Path, installed_root: Path, tmp_path: Path, hero_env: dict[str, str]
) -> None:
    """`--help` imports the whole command line; a poisoned `click` in reach would end it."""
    env, cwd = poisoned({**hero_env, "PATH_ROOT": str(installed_root)}, tmp_path)
    line = f"{binary} {Workspace().version} (release {read_manifest(dist)['release']})"
    for program in (dist / binary, installed_root / "bin" / binary):
        assert run(program, "--version", env=env, cwd=cwd) == line
        assert "Usage: " in run(program, "--help", env=env, cwd=cwd)
