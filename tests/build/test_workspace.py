"""The workspace is read from the tree: a fifth package needs no line anywhere but in its own folder and BINARIES."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.build.locks.lock import write_locks
from scripts.build.release.dist import build
from scripts.build.release.manifest import read_manifest
from scripts.build.workspace import Workspace
from tests.builds import ROOT, run

_FIFTH_PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "hero-fifth"
requires-python = ">=3.11"
dynamic = ["version"]
dependencies = []

[tool.hatch.version]
path = "../../buildenv.sh"
pattern = '^VERSION=(?P<version>\\S+)$'

[tool.hatch.build.targets.wheel]
packages = ["src/hero_fifth"]
"""
_FIFTH_MAIN = "def main():\n    print('fifth')\n"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the build reads, with nothing but a fifth package in `packages/` beside the sdk."""
    for name in ("buildenv.sh", "noxfile.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("scripts", "packages/sdk"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "requirements").mkdir()
    package = tmp_path / "packages" / "fifth"
    (package / "src" / "hero_fifth").mkdir(parents=True)
    (package / "pyproject.toml").write_text(_FIFTH_PROJECT)
    (package / "src" / "hero_fifth" / "__init__.py").touch()
    (package / "src" / "hero_fifth" / "__main__.py").write_text(_FIFTH_MAIN)
    env = tmp_path / "buildenv.sh"
    names = 'BINARIES="hero_assistance hero_assistance_server hero_assistance_ui hero_assistance_app"'
    assert names in env.read_text()
    env.write_text(env.read_text().replace(names, 'BINARIES="hero_fifth"'))
    return tmp_path


def test_names_come_from_buildenv() -> None:
    workspace = Workspace()
    assert workspace.names["PROJECT_NAME"] == "hero_assistance"
    assert workspace.binaries == [
        "hero_assistance",
        "hero_assistance_server",
        "hero_assistance_ui",
        "hero_assistance_app",
    ]


def test_every_binary_has_a_package_and_a_lock() -> None:
    workspace = Workspace()
    for binary in workspace.binaries:
        assert workspace.package_of(binary).module == binary
        assert (ROOT / "requirements" / f"{binary}.txt").is_file()


def test_closure_follows_the_workspace_only() -> None:
    workspace = Workspace()
    closure = workspace.closure(workspace.package_of("hero_assistance_app"))
    assert [package.folder.name for package in closure] == ["app", "httpd", "sdk", "ui"]


def test_dependents_of_the_sdk_are_all_packages() -> None:
    workspace = Workspace()
    assert workspace.dependents({"sdk"}) >= {"app", "cli", "httpd", "sdk", "server", "ui"}


def test_a_fifth_package_is_listed_without_a_line_of_noxfile(copy: Path) -> None:
    listed = subprocess.run([sys.executable, "-m", "nox", "-l"], cwd=copy, capture_output=True, text=True, check=True)
    assert "build ->" in listed.stdout
    assert [package.module for package in Workspace(copy).packages.values()] == [
        "hero_fifth",
        "hero_assistance_sdk",
    ]


def test_a_fifth_package_is_locked_and_built(copy: Path, hero_env: dict[str, str]) -> None:
    workspace = Workspace(copy)
    write_locks(workspace)
    # Its zipapp needs the start code of the sdk, which every binary brings as a requirement.
    project = copy / "packages" / "fifth" / "pyproject.toml"
    project.write_text(project.read_text().replace("dependencies = []", 'dependencies = ["hero-assistance-sdk"]'))
    workspace = Workspace(copy)
    (copy / "packages" / "sdk" / "pyproject.toml").write_text(_without_requirements(copy))
    assert build(Workspace(copy), copy / "dist", lambda _line: None)
    assert read_manifest(copy / "dist")["files"][0]["name"] == "hero_fifth"
    assert run(copy / "dist" / "hero_fifth", env=hero_env) == "fifth"


def _without_requirements(copy: Path) -> str:
    """The sdk's project file with no third-party requirements: this test asks no index."""
    text = (copy / "packages" / "sdk" / "pyproject.toml").read_text()
    start = text.index("dependencies = [")
    return text[:start] + "dependencies = []" + text[text.index("]\n", start) + 1 :]


def test_sourcing_buildenv_only_sets_names(tmp_path: Path) -> None:
    script = f'set -- one two; . "{ROOT}/buildenv.sh"; echo "$1 $PROJECT_NAME $INSTALL_DIR"'
    env = {"PATH": os.environ["PATH"], "HOME": "/home/somebody"}
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "one hero_assistance /home/somebody/hero/bin\n"
    env["PATH_ROOT"] = "/elsewhere"
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "one hero_assistance /elsewhere/bin\n"


def test_buildenv_without_a_command_says_what_to_give() -> None:
    done = subprocess.run(["sh", "./buildenv.sh"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "nox -l" in done.stderr


def test_buildenv_refuses_an_old_python(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    env = {**os.environ, "PYTHON": str(old)}
    done = subprocess.run(
        ["sh", "./buildenv.sh", "true"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "3.11" in done.stderr
