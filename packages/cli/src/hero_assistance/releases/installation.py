"""The way of `install` from a source of any kind to a live release, and its outcome as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hero_assistance.releases.install import Outcome, install
from hero_assistance.releases.sources.archive_url import is_url
from hero_assistance.releases.sources.checksums import ArchiveChecks
from hero_assistance.releases.store import ReleaseStore
from hero_assistance.results import Progress
from hero_assistance_sdk.paths import Paths


def install_release(paths: Paths, source: str, checks: ArchiveChecks, progress: Progress, *, force: bool) -> Outcome:
    """Install from a folder, an archive or a URL, and make it live; what runs goes on with the release that it has."""
    store = ReleaseStore.from_paths(paths)
    if not is_url(source):
        return install(store, Path(source), progress.step, force=force, checks=checks)
    # Only a URL costs the import of the client.
    from hero_assistance.releases.sources.download import downloaded

    with downloaded(source, paths.downloads, checks, progress.step) as archive:
        return install(store, archive, progress.step, force=force, checks=checks)


def serialize_outcome(outcome: Outcome, *, restarted: bool) -> dict[str, Any]:
    """The fields of `install --json`."""
    return {
        "release": outcome.switched.after,
        "before": outcome.switched.before,
        "changed": outcome.changed,
        "removed": list(outcome.removed),
        "restarted": restarted,
    }
