"""Restarting on a new release, and going back once by itself when that does not become healthy."""

from __future__ import annotations

from hero_assistance.lifecycle import restart
from hero_assistance.releases.manifest import read_installed
from hero_assistance.releases.store import ReleaseStore
from hero_assistance.releases.switch import Switched, switch
from hero_assistance.releases.target import check_installed_target
from hero_assistance.results import Progress
from hero_assistance.status import NOTHING_RUNS, read_status
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.files.allocation import TooLittleSpace
from hero_assistance_sdk.paths import Paths


class UpgradeRolledBack(HeroError):
    """The new release did not become healthy, or could not be started; the old one runs."""

    reason = "upgrade-rolled-back"


class UpgradeFailed(HeroError):
    """Neither the new release nor the old one became healthy."""

    reason = "upgrade-failed"


def restart_or_roll_back(paths: Paths, switched: Switched, progress: Progress) -> bool:
    """Restart what runs on the live release; false when nothing runs.

    Raises `UpgradeRolledBack` with the failing probe and the last log lines when it had to go back, and
    `UpgradeFailed` when going back did not help either, or there was nothing to go back to.
    """
    if read_status(paths).exit_status == NOTHING_RUNS:
        return False
    try:
        restart(paths, progress)
    except HeroError as failure:
        if switched.before in (None, switched.after):
            error = UpgradeFailed(f"release {switched.after}: {failure.message}", hint=failure.hint)
            error.log_lines = failure.log_lines
            raise error from failure
        _go_back(paths, switched, failure, progress)
    return True


def _go_back(paths: Paths, switched: Switched, failure: HeroError, progress: Progress) -> None:
    before = str(switched.before)
    progress.step(f"release {switched.after} is not healthy; going back to {before}")
    store = ReleaseStore.from_paths(paths)
    error: HeroError = UpgradeRolledBack(
        f"release {switched.after} did not become healthy, so {before} runs again\n  {failure.message}",
        hint="it is still installed, and not live; install again when it is mended",
    )
    if isinstance(failure, TooLittleSpace):
        error = UpgradeRolledBack(
            f"release {switched.after} was not started, and {before} runs on\n  {failure.message}", hint=failure.hint
        )
    try:
        with store.exclusive(progress.step):
            _switch_back(store, before)
        if not isinstance(failure, TooLittleSpace):
            restart(paths, progress)
    except HeroError as second:
        error = UpgradeFailed(
            f"release {switched.after}: {failure.message}\n  and release {before}: {second.message}", hint=second.hint
        )
    error.log_lines = failure.log_lines
    raise error from failure


def _switch_back(store: ReleaseStore, release: str) -> None:
    """Make a release live that was live before; raises `WrongTarget` for one that cannot run."""
    installed = read_installed(store.release(release))
    if installed is not None:
        check_installed_target(store.release(release), installed.manifest)
    switch(store, release)
