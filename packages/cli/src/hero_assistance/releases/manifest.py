"""The manifest of a build, and the same with its place in the history once it is installed."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hero_assistance.releases.errors import BadBuild
from hero_assistance_sdk.zipapp.header import Target

SCHEMA = 1
BUILD_FILE = "manifest.json"
RELEASE_FILE = "release.json"
# The link that names the live release, next to the folders that are named after releases.
CURRENT = "current"

# Both become names in file systems and in shell lines.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")


@dataclass(frozen=True)
class Binary:
    """One zipapp: its name, the SHA-256 of the built file, and its size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a build consists of."""

    release: str
    version: str
    commit: str | None
    target: Target
    binaries: tuple[Binary, ...]


@dataclass(frozen=True)
class Installed:
    """A manifest in its release folder; `sequence` grows with every activation of any release."""

    manifest: Manifest
    sequence: int
    activated_at_ms: int

    @property
    def release(self) -> str:
        """The id of the release."""
        return self.manifest.release


def read_build(folder: Path) -> Manifest:
    """The manifest of a build folder; raises `BadBuild`."""
    return _parse_manifest(_read(folder / BUILD_FILE), folder / BUILD_FILE)


def parse_build(data: bytes, path: Path) -> Manifest:
    """The manifest of a build from its bytes; `path` is what errors name. Raises `BadBuild`."""
    return _parse_manifest(_load(data, path), path)


def read_installed(folder: Path) -> Installed | None:
    """The record of a release folder, or `None` when there is no readable one."""
    path = folder / RELEASE_FILE
    try:
        record = _read(path)
        return Installed(_parse_manifest(record, path), int(record["sequence"]), int(record["activated_at_ms"]))
    except (BadBuild, KeyError, TypeError, ValueError, OverflowError):
        return None


def serialize_installed(installed: Installed) -> bytes:
    """The bytes of `release.json`."""
    manifest = installed.manifest
    return json.dumps(
        {
            "schema": SCHEMA,
            "release": manifest.release,
            "version": manifest.version,
            "commit": manifest.commit,
            "python": manifest.target.python,
            "platform": manifest.target.platform,
            "files": [asdict(binary) for binary in manifest.binaries],
            "sequence": installed.sequence,
            "activated_at_ms": installed.activated_at_ms,
        },
        indent=2,
    ).encode()


def _read(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadBuild(f"there is no {path}", hint="give the folder that `nox -s build` made: dist/") from None
    except OSError as error:
        raise BadBuild(f"{path} cannot be read: {error}", hint="build again: nox -s build") from None
    return _load(data, path)


def _load(data: bytes, path: Path) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadBuild(f"{path} cannot be read: {error}", hint="build again: nox -s build") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise BadBuild(f"{path} is not a manifest of schema {SCHEMA}", hint="build again: nox -s build")
    return found


def _parse_manifest(found: dict[str, Any], path: Path) -> Manifest:
    try:
        binaries = tuple(Binary(str(f["name"]), str(f["sha256"]), int(f["size"])) for f in found["files"])
        target = Target(str(found["python"]), str(found["platform"]))
        manifest = Manifest(str(found["release"]), str(found["version"]), found.get("commit"), target, binaries)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadBuild(f"{path} is incomplete: {error!r}", hint="build again: nox -s build") from None
    if not binaries or not _RELEASE.fullmatch(manifest.release) or manifest.release == CURRENT:
        raise BadBuild(f"{path} names no release or no files")
    for binary in binaries:
        if not _NAME.fullmatch(binary.name):
            raise BadBuild(f"{path} names the unsafe file {binary.name!r}")
    if len({binary.name for binary in binaries}) < len(binaries):
        raise BadBuild(f"{path} names a file twice")
    return manifest
