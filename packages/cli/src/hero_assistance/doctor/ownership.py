"""Owners and modes: whether the user of an installation may use all that it needs."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance.releases.store import is_image
from hero_assistance_sdk.os_errors import explain_owner, name_user
from hero_assistance_sdk.paths import Paths

_CHECK = "ownership"
# Of a folder; what a run as another user has left is among the first of them in practice.
_MOST_ENTRIES = 1000
_SHOWN = 3


def check_ownership(paths: Paths) -> Iterator[Finding]:
    """Look at each folder that is written to, at what is in it, and at the releases."""
    user = _find_user(paths)
    if user != os.geteuid():
        detail = f"{paths.root} belongs to {name_user(user)}: what root starts or installs there is root's"
        yield Finding(_CHECK, Verdict.WARNING, detail, f"run this as {name_user(user)}")
    needed = _list_needed(paths)
    foreign: dict[int, list[Path]] = {}
    yield from _check_missing(path for path in needed if _read_owner(path) is None)
    for path, is_written in needed.items():
        owner = _read_owner(path)
        if owner is None:
            continue
        if owner != user:
            foreign.setdefault(owner, []).append(path)
        else:
            yield from _check_mode(path, is_written=is_written)
    yield from (_describe(owner, found, user, needed) for owner, found in foreign.items())


def _find_user(paths: Paths) -> int:
    """The user whose installation it is: the caller, but for root in the folder of another user."""
    if os.geteuid() != 0:
        return os.geteuid()
    return _read_owner(paths.root) or 0


def _list_needed(paths: Paths) -> dict[Path, bool]:
    """Each path, and whether a service that runs writes to it; it only reads a release."""
    written = (paths.data, paths.state, paths.logs, paths.backups, paths.exports)
    found = dict.fromkeys(written, True)
    for folder in (*written, paths.data / "attachments", paths.state / "secrets", paths.state / "runs"):
        found |= dict.fromkeys(_list_entries(folder), True)
    found |= dict.fromkeys(_list_entries(paths.service_sockets), True)
    # Those of an image are root's.
    read = () if is_image(paths) else (paths.bin, paths.releases)
    found |= {folder: False for folder in read if folder.exists()}
    return found | {entry: False for folder in read for entry in _list_entries(folder)}


def _list_entries(folder: Path) -> list[Path]:
    """What is in a folder, itself left out; what cannot be listed is found by its mode."""
    try:
        return list(islice(folder.iterdir(), _MOST_ENTRIES))
    except OSError:
        return []


def _read_owner(path: Path) -> int | None:
    """The owner of a path, `None` where there is none."""
    try:
        return path.lstat().st_uid
    except OSError:
        return None


def _check_missing(folders: Iterable[Path]) -> Iterator[Finding]:
    """Whether the folders that are not there can be made; one finding for each folder that forbids it."""
    closed: dict[Path, Path] = {}
    for folder in folders:
        above = next((place for place in folder.parents if _read_owner(place) is not None), None)
        if above is not None and not os.access(above, os.W_OK | os.X_OK) and not _is_read_only(above):
            closed.setdefault(above, folder)
    for above, folder in closed.items():
        yield Finding(_CHECK, Verdict.FAULT, f"{folder} cannot be made in {above}", explain_owner(above) or "")


def _check_mode(path: Path, *, is_written: bool) -> Iterator[Finding]:
    mode = path.lstat().st_mode
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        return
    wanted = stat.S_IRUSR | (stat.S_IWUSR if is_written else 0) | (stat.S_IXUSR if stat.S_ISDIR(mode) else 0)
    if mode & wanted != wanted:
        detail = f"{path} has mode {stat.S_IMODE(mode):o}: its owner may not use it"
        yield Finding(_CHECK, Verdict.FAULT, detail, explain_owner(path, user=path.lstat().st_uid) or "")


def _describe(owner: int, found: list[Path], user: int, needed: Mapping[Path, bool]) -> Finding:
    """One finding for all that belongs to another user; a release may, as long as it can be read."""
    is_fault = any(needed[path] or not os.access(path, os.R_OK) for path in found)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    detail = f"of {name_user(owner)}, and not of {name_user(user)}: {', '.join(map(str, found[:_SHOWN]))}{more}"
    hint = explain_owner(found[0], user=user) or ""
    return Finding(_CHECK, Verdict.FAULT if is_fault else Verdict.WARNING, detail, hint)


def _is_read_only(path: Path) -> bool:
    """Whether the file system takes no changes, which the check of the disks says."""
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
