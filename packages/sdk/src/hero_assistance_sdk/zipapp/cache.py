"""Where a zipapp that is not installed is unpacked: the user's cache folder, or a private temporary folder."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import stat
import sys
import tempfile
import zipfile
from pathlib import Path

_SERVICE = "hero_assistance"
_FOLDER = "zipapps"


class CacheUnusable(Exception):
    """No folder can hold the tree; the text names each that was tried, and why not."""


def cached_tree(archive: Path) -> Path:
    """Return where the archive is unpacked, held until the process ends; raises `CacheUnusable`."""
    with zipfile.ZipFile(archive) as opened:
        build = json.loads(opened.read("environment.json"))["build_id"]
    refused = []
    for find in (_user_folder, private_folder):
        try:
            tree = find(archive) / _FOLDER / f"{archive.name}_{build}"
            _use(tree)
            if not tree.exists():
                _prune_other_builds(archive, tree)
        except OSError as error:
            refused.append(str(error))
        else:
            return tree
    raise CacheUnusable(f"{'; '.join(refused)}; set XDG_CACHE_HOME or TMPDIR to a folder that can be written")


def private_folder(_archive: Path) -> Path:
    """Return a temporary folder that is this user's alone, made if need be; raises `OSError` when it is not."""
    folder = Path(tempfile.gettempdir(), f"{_SERVICE}-{os.geteuid()}")
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise PermissionError(f"{folder} is not a folder of this user alone") from None
    return folder


def _user_folder(archive: Path) -> Path:
    """Return the cache folder that platformdirs names; raises `OSError` for a user who has none."""
    packages = str(archive / "site-packages")  # in the archive: nothing is unpacked yet
    sys.path.insert(0, packages)
    try:
        import platformdirs
    except ImportError:  # an archive of less than a program, which tests and trials make
        return Path("~/.cache", _SERVICE).expanduser()
    finally:
        sys.path.remove(packages)
    try:
        return Path(platformdirs.user_cache_dir(_SERVICE, appauthor=False))
    except RuntimeError as error:  # a user without a home folder
        raise FileNotFoundError(str(error)) from None


def _use(tree: Path) -> None:
    """Hold the tree until the process ends, whether it is there yet or not."""
    tree.parent.mkdir(parents=True, exist_ok=True)
    fcntl.flock(os.open(f"{tree}.use", os.O_RDWR | os.O_CREAT, 0o644), fcntl.LOCK_SH)


def _prune_other_builds(archive: Path, ours: Path) -> None:
    """Remove the trees of other builds of this binary that no process uses, so that the cache never grows."""
    for marker in ours.parent.glob(f"{archive.name}_*.use"):
        tree = marker.with_suffix("")
        if tree == ours:
            continue
        descriptor = os.open(marker, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(tree, ignore_errors=True)
            tree.with_name(f".{tree.name}_lock").unlink(missing_ok=True)
            marker.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
