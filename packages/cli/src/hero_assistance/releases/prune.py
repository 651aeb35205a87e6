"""Removing old releases, never one that a process still runs from."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.files.file_lock import try_lock

# The live one and three to go back to.
KEPT_FOR_ROLLBACK = 3


def prune(store: ReleaseStore, keep: int = KEPT_FOR_ROLLBACK) -> list[str]:
    """Remove the releases beyond the live one and `keep` others that no process uses; return their ids."""
    live = store.live()
    old = [one.release for one in store.list_installed() if one.release != live][keep:]
    return [release for release in old if _remove_unused(store, release)]


def sweep(store: ReleaseStore) -> None:
    """Remove what interrupted installs and removals left; call it with the store's lock held."""
    for path in [*store.list_unfinished(), *_find_unfinished_links(store)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _find_unfinished_links(store: ReleaseStore) -> list[Path]:
    """Links under the temporary names that `replace_link` gives them."""
    hidden = store.bin.glob(".*.*") if store.bin.is_dir() else ()
    return [path for path in hidden if path.is_symlink() and path.suffix[1:].isdigit()]


def is_in_use(folder: Path) -> bool:
    """Whether a process runs from this release; where locks do not work, the answer is yes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return not try_lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)


def _remove_unused(store: ReleaseStore, release: str) -> bool:
    folder = store.release(release)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if not try_lock(descriptor):
            return False
        # Renamed first: a removal that is interrupted never leaves half a release under its own name.
        trash = store.folder / f".trash-{release}-{os.getpid()}"
        folder.rename(trash)
        shutil.rmtree(trash, ignore_errors=True)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)
