"""The build that is deployed: its manifest, its archive, and the binary that installs the first release of a box."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hero_assistance.releases.errors import BadBuild, NoChecksum
from hero_assistance.releases.manifest import read_build
from hero_assistance.releases.sources.checksums import read_sum
from hero_assistance.releases.sources.signature import SIGNATURE_SUFFIX
from hero_assistance_sdk.paths import SERVICE
from hero_assistance_sdk.zipapp.header import Target

_ARCHIVES = "*.tar.zst"


@dataclass(frozen=True)
class Build:
    """What `nox -s build` left in a folder, as far as boxes get it."""

    release: str
    target: Target
    archive: Path
    sha256: str
    installer: Path
    signature: Path | None = None


def read_deployed(folder: Path) -> Build:
    """The build in a folder; raises `BadBuild` where a part of it is missing."""
    manifest = read_build(folder)
    archives = sorted(folder.glob(_ARCHIVES))
    hint = "build it again: ./buildenv.sh nox -s build"
    if len(archives) != 1:
        raise BadBuild(f"{folder} holds {len(archives)} archives of a release, and one is needed", hint=hint)
    archive = archives[0].absolute()
    try:
        digest = read_sum(archive)
    except NoChecksum as error:
        raise BadBuild(error.message, hint=hint) from None
    signature = archive.with_name(archive.name + SIGNATURE_SUFFIX)
    return Build(
        release=manifest.release,
        target=manifest.target,
        archive=archive,
        sha256=digest,
        installer=(folder / SERVICE).absolute(),
        signature=signature if signature.is_file() else None,
    )
