"""What `releases` and `rollback` do and print once their words are parsed, without click."""

from __future__ import annotations

from collections.abc import Mapping

from hero_assistance.light_commands.output import print_json, print_table
from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.zipapp.system_command import suggest_install


def roll_back(release: str | None, *, restart: bool) -> None:
    """Make `release` live, or the one before the live one, and say what runs."""
    from hero_assistance.releases.switch import rollback

    paths = Paths.from_environ()
    store = ReleaseStore.from_paths(paths)
    with store.exclusive(print):
        switched = rollback(store, release)
    print(f"release {switched.after} is live (before: {switched.before})", flush=True)
    if not restart:
        print("what runs keeps its release until: hero_assistance restart")
        return
    from hero_assistance.lifecycle import restart as restart_service
    from hero_assistance.light_commands.output import show_progress

    with show_progress() as progress:
        restart_service(paths, progress)
    print(f"running on release {switched.after}")


def list_releases(*, as_json: bool) -> None:
    """Print the installed releases, the last activated first."""
    from hero_assistance.releases.prune import is_in_use

    store = ReleaseStore.from_paths(Paths.from_environ())
    live = store.live()
    listed = [
        {
            "release": one.release,
            "version": one.manifest.version,
            "commit": one.manifest.commit,
            "activated_at": _format_time(one.activated_at_ms),
            "live": one.release == live,
            "in_use": is_in_use(store.release(one.release)),
        }
        for one in store.list_installed()
    ]
    if as_json:
        print_json(listed)
    elif listed:
        rows = [[str(one["release"]), str(one["activated_at"]), _describe_use(one)] for one in listed]
        print_table(["release", "activated", ""], rows)
    else:
        print(f"no release is installed; install one with: {suggest_install()}")


def _describe_use(listed: Mapping[str, object]) -> str:
    return ", ".join(text for key, text in (("live", "live"), ("in_use", "in use")) if listed[key])


def _format_time(milliseconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
