"""The package for Debian: what dpkg makes of it, and what a user of the machine does with it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from hero_assistance_sdk.zipapp.header import Target
from scripts.build.packaging.deb import ARCHITECTURES, debian_version, package_name, write_deb
from scripts.build.release.archive import archive_name
from scripts.build.release.manifest import read_manifest
from scripts.build.tool import ToolError
from tests.builds import ROOT, make_build, run
from tests.capabilities import DPKG, NAMESPACES, needs
from tests.packaging.debian_system import DebianSystem

LINUX = Target("CPython 3.11", "linux-x86_64")
RELEASE = "1.0-0123456789ab"
# What a user does on a machine with the package; form feeds are between what the steps print.
_USE = """\
hero_assistance --version; printf '\\f'
hero_assistance install --json; printf '\\f'
hero_assistance --start --auth-mode dev >&2
hero_assistance status --json; printf '\\f'
hero_assistance doctor --json || true
hero_assistance --stop >&2
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The package of a small build."""
    return write_deb(make_build(tmp_path / "build", RELEASE, target=LINUX), tmp_path)


@dataclass(frozen=True)
class Story:
    """What came of the real package, from its installation to its purge."""

    files: set[str]
    faults: str
    version: str
    outcome: dict[str, Any]
    status: dict[str, Any]
    doctor: dict[str, Any]
    files_after_purge: set[str]
    version_after_purge: str


@pytest.fixture(scope="module")
def story(dist: Path) -> Iterator[Story]:
    """A machine gets the package, a user of it starts a desk, and the package is purged."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        system = DebianSystem.make(Path(folder))
        system.dpkg("--install", str(write_deb(dist, Path(folder))))
        files, faults = system.list_files(), system.dpkg("--verify", "hero-assistance")
        version, *documents = system.run(_USE).split("\f")
        outcome, status, doctor = map(json.loads, documents)
        system.dpkg("--purge", "hero-assistance")
        live = run(system.home / "hero/bin/hero_assistance", "--version", env={})
        yield Story(files, faults, version, outcome, status, doctor, system.list_files(), live)


def read_field(package: Path, field: str) -> str:
    command = ["dpkg-deb", "--field", str(package), field]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_same_build_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    again = write_deb(tmp_path / "build", tmp_path / "again")
    assert again.read_bytes() == small.read_bytes()


def test_it_is_named_like_the_archive(small: Path, tmp_path: Path) -> None:
    assert small.name == package_name(tmp_path / "build")
    assert small.name == archive_name(tmp_path / "build").replace(".tar.zst", ".deb")


def test_a_build_for_another_system_has_no_package(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build", RELEASE, target=Target("CPython 3.11", "darwin-arm64"))
    with pytest.raises(ToolError, match="this is darwin-arm64"):
        write_deb(build, tmp_path)


@needs(DPKG)
@pytest.mark.parametrize(("python", "platform"), [("3.11", "linux-x86_64"), ("3.13", "linux-aarch64")])
def test_dpkg_reads_what_it_is_for(python: str, platform: str, tmp_path: Path) -> None:
    build = make_build(tmp_path / "build", RELEASE, target=Target(f"CPython {python}", platform))
    package = write_deb(build, tmp_path)
    assert read_field(package, "Package") == "hero-assistance"
    assert read_field(package, "Architecture") == ARCHITECTURES[platform]
    assert read_field(package, "Depends") == f"libc6 (>= 2.28), python{python}"


@needs(DPKG)
def test_its_maintainer_is_the_owner_of_the_files(small: Path) -> None:
    owner = (ROOT / ".github" / "CODEOWNERS").read_text().splitlines()[1].split()[1]
    assert f"<{owner}>" in read_field(small, "Maintainer")


@needs(DPKG)
def test_dpkg_orders_versions_as_python_does() -> None:
    versions = ["0.9", "1.0.dev3", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.1", "1.10"]
    written = [debian_version(version) for version in versions]
    for older, newer in pairwise(written):
        subprocess.run(["dpkg", "--compare-versions", older, "lt", newer], check=True)


@needs(DPKG, NAMESPACES)
def test_the_installed_files_are_those_of_the_build(story: Story, dist: Path) -> None:
    assert story.faults == ""
    names = [file["name"] for file in read_manifest(dist)["files"]]
    assert story.files == {
        "usr/bin/hero_assistance",
        "usr/share/doc/hero-assistance/copyright",
        *(f"usr/lib/hero-assistance/{name}" for name in ("manifest.json", *names)),
        *(f"usr/share/doc/hero-assistance/{name}.cdx.json" for name in names),
    }


@needs(DPKG, NAMESPACES)
def test_the_command_of_the_package_runs_where_nothing_is_installed(story: Story, dist: Path) -> None:
    assert read_manifest(dist)["release"] in story.version


@needs(DPKG, NAMESPACES)
def test_a_user_installs_and_starts_what_it_brings(story: Story, dist: Path) -> None:
    release = read_manifest(dist)["release"]
    assert (story.outcome["release"], story.outcome["changed"]) == (release, True)
    assert story.status["release"] == release
    assert {action["state"] for action in story.status["actions"]} == {"healthy"}


@needs(DPKG, NAMESPACES)
def test_doctor_knows_the_command_of_the_package(story: Story) -> None:
    found = [finding["detail"] for finding in story.doctor["findings"] if finding["check"] == "PATH"]
    assert found == ["/usr/bin/hero_assistance runs the live release"]


@needs(DPKG, NAMESPACES)
def test_a_purge_takes_no_desk_with_it(story: Story, dist: Path) -> None:
    assert story.files_after_purge == set()
    assert read_manifest(dist)["release"] in story.version_after_purge
