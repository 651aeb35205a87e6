"""What a build says about itself: `manifest.json` and `SHA256SUMS`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hero_assistance_sdk.zipapp.header import Target

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
SCHEMA = 1


@dataclass(frozen=True)
class Built:
    """One finished zipapp, and the `site-packages` that it was made from."""

    name: str
    path: Path
    sha256: str
    site: Path


@dataclass(frozen=True)
class Release:
    """What the zipapps of one build have in common."""

    project: str
    version: str
    commit: str | None
    release: str
    target: Target


def write_manifest(folder: Path, release: Release, built: Sequence[Built]) -> None:
    """Describe the zipapps in `folder`: checksum, size in bytes, interpreter and platform of each."""
    target = {"python": release.target.python, "platform": release.target.platform}
    files = [{"name": one.name, "sha256": one.sha256, "size": one.path.stat().st_size, **target} for one in built]
    manifest = {
        "schema": SCHEMA,
        "project": release.project,
        "version": release.version,
        "commit": release.commit,
        "release": release.release,
        **target,
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    (folder / SUMS).write_text("".join(f"{one.sha256}  {one.name}\n" for one in built))


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a finished build."""
    return dict(json.loads((folder / MANIFEST).read_text()))


def read_sums(folder: Path) -> dict[str, str]:
    """The SHA-256 of every zipapp of a finished build and of its archive, by name."""
    lines = (line.split("  ", 1) for line in (folder / SUMS).read_text().splitlines())
    return {name: digest for digest, name in lines}


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
