"""What a build leaves in `dist/`: the real one, made by the session before the tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.build.release.archive import find_archive
from scripts.build.release.manifest import read_manifest, read_sums, sha256
from scripts.build.release.site import normalise
from scripts.build.release.zipapp import this_target
from scripts.build.workspace import Workspace

WORKSPACE = Workspace()


def test_the_manifest_describes_every_binary(dist: Path) -> None:
    manifest = read_manifest(dist)
    assert [file["name"] for file in manifest["files"]] == WORKSPACE.binaries
    assert manifest["release"].startswith(f"{WORKSPACE.version}-")
    for file in manifest["files"]:
        path = dist / file["name"]
        assert (file["sha256"], file["size"]) == (sha256(path), path.stat().st_size)
        assert f"{file['python']} on {file['platform']}" == str(this_target())


def test_the_sums_are_those_of_the_files(dist: Path) -> None:
    names = [*WORKSPACE.binaries, find_archive(dist).name]
    assert read_sums(dist) == {name: sha256(dist / name) for name in names}


@pytest.mark.parametrize("binary", WORKSPACE.binaries)
def test_each_binary_has_a_bill_of_materials(binary: str, dist: Path) -> None:
    bill = json.loads((dist / f"{binary}.cdx.json").read_text())
    component = bill["metadata"]["component"]
    assert (bill["bomFormat"], component["name"]) == ("CycloneDX", binary)
    assert component["hashes"] == [{"alg": "SHA-256", "content": sha256(dist / binary)}]
    listed = {entry["name"].lower().replace("_", "-") for entry in bill["components"]}
    assert {"click", "pydantic", "hero-assistance-sdk"} <= listed
    assert "timestamp" not in bill["metadata"]


def test_what_an_installer_says_about_its_own_run_is_dropped(tmp_path: Path) -> None:
    info = tmp_path / "x-1.dist-info"
    info.mkdir()
    for name in ("METADATA", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"):
        (info / name).touch()
    (tmp_path / "bin").mkdir()
    (tmp_path / "x" / "__pycache__").mkdir(parents=True)
    (tmp_path / "x" / "mod.py").touch(0o600)
    (tmp_path / "x" / "lib.so").touch(0o600)
    normalise(tmp_path)
    files = {path.relative_to(tmp_path).as_posix(): path.stat().st_mode & 0o777 for path in tmp_path.rglob("*.*")}
    assert files == {"x-1.dist-info": info.stat().st_mode & 0o777, "x/mod.py": 0o644, "x/lib.so": 0o755}
    assert [path.name for path in info.iterdir()] == ["METADATA"]
