"""Builds for tests: small ones made in milliseconds, and the real one under another release id."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import hero_assistance_sdk
from hero_assistance_sdk.zipapp.header import HEADER_SIZE, Target
from scripts.build.release.manifest import Built, Release, read_manifest, sha256, write_manifest
from scripts.build.release.site import normalise, site_digest
from scripts.build.release.zipapp import Zipapp, this_target, write_zipapp

ROOT = Path(__file__).resolve().parents[1]
SMALL_BINARIES = ("alpha", "beta")

_PRINTS_ITS_RELEASE = """\
from hero_assistance_sdk.release import release_id


def main():
    print(release_id())
"""


def make_build(
    folder: Path,
    release: str,
    *,
    files: Mapping[str, str] | None = None,
    target: Target | None = None,
    binaries: tuple[str, ...] = SMALL_BINARIES,
) -> Path:
    """Write a whole build of small binaries that print their release; `files` are added to each."""
    target = target or this_target()
    folder.mkdir(parents=True)
    built = []
    for name in binaries:
        site = folder.parent / f".site-{folder.name}" / name
        _small_site(site, name, release, files or {})
        path = folder / name
        write_zipapp(Zipapp(name, f"{name}.__main__:main", site, site_digest(site)), path, target)
        built.append(Built(name, path, sha256(path), site))
    write_manifest(folder, Release("small", "1.0", None, release, target), built)
    shutil.rmtree(folder.parent / f".site-{folder.name}")
    return folder


def rebranded(
    build: Path, folder: Path, release: str, *, break_binary: str = "", files: Mapping[str, str] | None = None
) -> Path:
    """Write the same build under another release id, as an upgrade that changes nothing else.

    `break_binary` names one whose start fails in the new release; `files` take the place of those of the same path.
    """
    folder.mkdir(parents=True)
    manifest = read_manifest(build)
    target = Target(manifest["python"], manifest["platform"])
    built = []
    for entry in manifest["files"]:
        path = folder / entry["name"]
        replaced = {**(files or {}), "_hero_release.py": _release_module(release)}
        if entry["name"] == break_binary:
            replaced[f"{break_binary}/__main__.py"] = "raise SystemExit('broken on purpose')\n"
        _copy_zipapp(build / entry["name"], path, replaced)
        built.append(Built(path.name, path, sha256(path), folder))
    about = Release(manifest["project"], manifest["version"], manifest["commit"], release, target)
    write_manifest(folder, about, built)
    return folder


def run(binary: Path, *arguments: str, env: Mapping[str, str], cwd: Path | None = None, timeout_s: float = 60.0) -> str:
    """Run a binary that must succeed, and return what it printed."""
    command = [str(binary), *arguments]
    done = subprocess.run(
        command, env=dict(env), cwd=cwd, capture_output=True, text=True, check=False, timeout=timeout_s
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _small_site(site: Path, name: str, release: str, files: Mapping[str, str]) -> None:
    package = Path(hero_assistance_sdk.__file__).parent
    for source in (package / "__init__.py", package / "release.py", *(package / "zipapp").glob("*.py")):
        target = site / package.name / source.relative_to(package)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    own = {
        f"{name}/__init__.py": "",
        f"{name}/__main__.py": _PRINTS_ITS_RELEASE,
        "_hero_release.py": _release_module(release),
    }
    for path, text in {**own, **files}.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
    normalise(site)


def _release_module(release: str) -> str:
    return f"VERSION = '1.0'\nRELEASE_ID = {release!r}\n"


def _copy_zipapp(source: Path, target: Path, replaced: Mapping[str, str]) -> None:
    with zipfile.ZipFile(source) as old, target.open("wb") as file:
        with source.open("rb") as opened:
            file.write(opened.read(HEADER_SIZE))
        with zipfile.ZipFile(file, "w") as new:
            for info in old.infolist():
                text = replaced.get(info.filename.removeprefix("site-packages/"))
                new.writestr(info, old.read(info) if text is None else text)
    target.chmod(0o755)
