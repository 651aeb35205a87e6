"""The builds that are deployed, one for each platform and Python: manifest, archive, and the binary that installs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.releases.errors import BadBuild, NoChecksum
from hero_assistance.releases.manifest import read_build
from hero_assistance.releases.sources.checksums import read_sum
from hero_assistance.releases.sources.signature import SIGNATURE_SUFFIX
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.paths import SERVICE
from hero_assistance_sdk.zipapp.header import Target
from scripts.deploy.box import Box

_ARCHIVES = "*.tar.zst"


@dataclass(frozen=True)
class Build:
    """What `nox -s build` left in a folder, as far as boxes get it."""

    release: str
    target: Target
    folder: Path
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
        folder=folder.absolute(),
        archive=archive,
        sha256=digest,
        installer=(folder / SERVICE).absolute(),
        signature=signature if signature.is_file() else None,
    )


def read_all(folders: Sequence[Path]) -> list[Build]:
    """The builds in these folders; raises `UsageError` where they are not of one version, each for another target."""
    sources = {(manifest.version, manifest.commit) for manifest in map(read_build, folders)}
    if len(sources) > 1:
        found = ", ".join(sorted(f"{version} ({commit or 'no commit'})" for version, commit in sources))
        raise UsageError(f"the builds are not of one version: {found}", hint="give those of one release")
    builds = [read_deployed(folder) for folder in folders]
    for number, build in enumerate(builds):
        other = next((one for one in builds[:number] if one.target == build.target), None)
        if other is not None:
            raise UsageError(f"{other.folder} and {build.folder} are both for {build.target}", hint="give one of them")
    return builds


def choose_build(box: Box, builds: Sequence[Build]) -> Build | None:
    """The build that a box gets: for what its live release was built for, else the first that it can run."""
    fitting = [build for build in builds if build.target in box.targets]
    return next((build for build in fitting if build.target == box.live_target), fitting[0] if fitting else None)
