"""The package for Debian: what dpkg makes of it, and what a user of the machine does with it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
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
from tests.builds import ROOT, make_build
from tests.capabilities import DPKG, NAMESPACES, needs
from tests.packaging.debian_system import DebianSystem

LINUX = Target("CPython 3.11", "linux-x86_64")
RELEASE = "1.0-0123456789ab"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The package of a small build."""
    return write_deb(make_build(tmp_path / "build", RELEASE, target=LINUX), tmp_path)


@pytest.fixture(scope="module")
def system(dist: Path) -> Iterator[DebianSystem]:
    """A system with the package of the real build."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        found = DebianSystem.make(Path(folder))
        found.dpkg("--install", str(write_deb(dist, Path(folder))))
        yield found


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
def test_the_installed_files_are_those_of_the_build(system: DebianSystem, dist: Path) -> None:
    assert system.dpkg("--verify", "hero-assistance") == ""
    installed = system.root / "usr" / "lib" / "hero-assistance"
    assert read_manifest(installed) == read_manifest(dist)
    assert {path.name for path in installed.iterdir()} == {
        "manifest.json",
        *(file["name"] for file in read_manifest(dist)["files"]),
    }
    bills = {path.name for path in (system.root / "usr" / "share" / "doc" / "hero-assistance").glob("*.cdx.json")}
    assert bills == {f"{file['name']}.cdx.json" for file in read_manifest(dist)["files"]}


@needs(DPKG, NAMESPACES)
def test_a_user_installs_and_starts_what_it_brings(system: DebianSystem, dist: Path) -> None:
    release = read_manifest(dist)["release"]
    assert release in system.run("hero_assistance --version")
    said = system.run(
        "hero_assistance install --json; hero_assistance --start --auth-mode dev >&2;"
        "echo; hero_assistance status --json; echo; hero_assistance doctor --json || true;"
        "hero_assistance --stop >&2"
    )
    outcome, status, doctor = _documents(said)
    assert (outcome["release"], outcome["changed"]) == (release, True)
    assert {action["state"] for action in status["actions"]} == {"healthy"}
    assert status["release"] == release
    assert [finding["detail"] for finding in doctor["findings"] if finding["check"] == "PATH"] == [
        "/usr/bin/hero_assistance runs the live release"
    ]
    assert (system.home / "hero" / "bin" / "hero_assistance").resolve().parent.name == release


@needs(DPKG, NAMESPACES)
def test_a_purge_takes_no_desk_with_it(dist: Path) -> None:
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        system = DebianSystem.make(Path(folder))
        system.dpkg("--install", str(write_deb(dist, Path(folder))))
        system.run("hero_assistance install >&2")
        system.dpkg("--purge", "hero-assistance")
        assert not (system.root / "usr" / "lib" / "hero-assistance").exists()
        assert read_manifest(dist)["release"] in system.run("hero/bin/hero_assistance --version")


def _documents(text: str) -> list[dict[str, Any]]:
    """The JSON documents that were printed one after the other."""
    decoder, found = json.JSONDecoder(), []
    while text := text.lstrip():
        document, end = decoder.raw_decode(text)
        found.append(document)
        text = text[end:]
    return found
