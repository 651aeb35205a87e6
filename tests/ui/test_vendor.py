"""The parts of the page that come from npm: the same bytes everywhere, and in the wheel."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "packages" / "ui"
BUILD_TIMEOUT_S = 300


@pytest.fixture(scope="module")
def vendor() -> ModuleType:
    """The build's module, which is no part of the installed package."""
    spec = importlib.util.spec_from_file_location("ui_vendor", PACKAGE / "vendor.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package as a fresh clone has it, where its build expects it."""
    shutil.copyfile(ROOT / "buildenv.sh", tmp_path / "buildenv.sh")
    made = tmp_path / "packages" / "ui"
    shutil.copytree(PACKAGE, made, ignore=shutil.ignore_patterns("vendor", "node_modules", "__pycache__"))
    return made


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_fresh_clone_gets_what_the_table_names(vendor: ModuleType, package: Path) -> None:
    folder = vendor.fill_vendor(package)
    assert set(_content(folder)) == {*vendor.PARTS, vendor.STAMP}


def test_what_is_there_is_left_alone(vendor: ModuleType, package: Path) -> None:
    folder = vendor.fill_vendor(package)
    before = folder.stat().st_ino
    vendor.fill_vendor(package)
    assert folder.stat().st_ino == before


def test_a_part_that_was_lost_is_put_back_the_same(vendor: ModuleType, package: Path) -> None:
    folder = vendor.fill_vendor(package)
    before = _content(folder)
    (folder / "preact.mjs").unlink()
    assert _content(vendor.fill_vendor(package)) == before


def test_nothing_is_left_beside_it(vendor: ModuleType, package: Path) -> None:
    folder = vendor.fill_vendor(package)
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".")]


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((PACKAGE / "package-lock.json").read_bytes())
    assert not [path for path, entry in lock["packages"].items() if "resolved" in entry]


def test_every_version_is_exact() -> None:
    described = json.loads((PACKAGE / "package.json").read_bytes())
    versions = [*described["dependencies"].values(), *described["devDependencies"].values()]
    assert all(version[0].isdigit() for version in versions)


def test_each_part_brings_its_licence(vendor: ModuleType) -> None:
    sources = set(vendor.PARTS.values())
    packages = {"/".join(source.split("/")[: 2 if source.startswith("@") else 1]) for source in sources}
    assert {f"{package}/LICENSE" for package in packages} <= sources


def test_the_wheel_carries_the_parts(vendor: ModuleType, package: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "out")]
    subprocess.run(command, cwd=package, check=True, timeout=BUILD_TIMEOUT_S, capture_output=True)
    (wheel,) = (tmp_path / "out").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    prefix = "hero_assistance_ui/static/vendor/"
    assert {name.removeprefix(prefix) for name in names if name.startswith(prefix)} >= set(vendor.PARTS)
