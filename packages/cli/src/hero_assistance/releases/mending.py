"""What is missing or damaged in an installed release, and making it whole again from its own archives."""

from __future__ import annotations

import hashlib
import os
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hero_assistance.releases.errors import DamagedRelease, WrongTarget
from hero_assistance.releases.manifest import Binary, Manifest, read_installed
from hero_assistance.releases.store import ReleaseStore
from hero_assistance.releases.switch import link_missing
from hero_assistance.releases.target import check_installed_target, running_target
from hero_assistance_sdk.zipapp.header import HEADER_SIZE, Pin, portable_header, read_pin
from hero_assistance_sdk.zipapp.pinning import find_start_faults, mend_start
from hero_assistance_sdk.zipapp.system_command import suggest_install
from hero_assistance_sdk.zipapp.tree import find_damaged, unpack


def is_whole(store: ReleaseStore, manifest: Manifest) -> bool:
    """Whether a release is completely there, byte for byte."""
    return not find_faults(store, manifest)


def find_faults(store: ReleaseStore, manifest: Manifest) -> list[str]:
    """What is missing or damaged in an installed release, by path.

    An archive is among them for its contents, for its mode, and for an interpreter that is gone.
    """
    folder = store.release(manifest.release)
    found = []
    for binary in manifest.binaries:
        archive = folder / binary.name
        if not is_archive_whole(archive, binary, manifest):
            found.append(str(archive))
            continue
        pin = _choose_pin(folder, binary, manifest)
        found += map(str, find_start_faults(pin, manifest.target))
        found += [str(pin.tree / path) for path in find_damaged(archive, pin.tree)]
    return found


def is_archive_whole(archive: Path, binary: Binary, manifest: Manifest) -> bool:
    """Whether an installed zipapp is the built one but for its header; from no other can a tree be mended."""
    digest = hashlib.sha256(portable_header(binary.name, manifest.target))
    try:
        with archive.open("rb") as file:
            file.seek(HEADER_SIZE)
            while chunk := file.read(1024 * 1024):
                digest.update(chunk)
    except OSError:
        return False
    return digest.hexdigest() == binary.sha256


def mend(store: ReleaseStore) -> list[str]:
    """Make the live release whole again from its own archives; return the paths that were mended.

    A start heals what its own imports miss; this heals what is not imported, such as a style sheet, and what the other
    binaries start with. Raises `WrongTarget`, `DamagedRelease` or `OSError`.
    """
    live = store.live()
    installed = read_installed(store.release(live)) if live else None
    if installed is None:
        return []
    folder, manifest = store.release(installed.release), installed.manifest
    keeps_interpreter = _is_pinned_well(folder, manifest)
    mended: list[str] = []
    for binary in manifest.binaries:
        with _readable(folder / binary.name):
            pin = _choose_pin(folder, binary, manifest, keeps_interpreter=keeps_interpreter)
            mended += _mend_binary(pin, manifest)
    return mended + link_missing(store, manifest)


def _mend_binary(pin: Pin, manifest: Manifest) -> Iterator[str]:
    wrong = find_damaged(pin.archive, pin.tree)
    if wrong:
        unpack(pin.archive, pin.tree)
    yield from (str(pin.tree / path) for path in wrong)
    yield from map(str, mend_start(pin, manifest.target))


@contextmanager
def _readable(archive: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, zipfile.BadZipFile) as error:
        raise DamagedRelease(
            f"{archive} cannot be read: {error}",
            hint=f"install again: {suggest_install()}; or hero_assistance rollback",
        ) from error


def _is_pinned_well(folder: Path, manifest: Manifest) -> bool:
    """Whether the pinned interpreter can run the release, or is gone; raises `WrongTarget` if ours cannot either."""
    try:
        check_installed_target(folder, manifest)
    except WrongTarget:
        if not _can_run(manifest):
            raise
        return False
    return True


def _choose_pin(folder: Path, binary: Binary, manifest: Manifest, *, keeps_interpreter: bool = True) -> Pin:
    """How a binary of this folder is to start: by the interpreter that it is pinned to, or by ours if that is gone."""
    pinned = read_pin(folder / binary.name)
    is_there = pinned is not None and keeps_interpreter and os.access(pinned.interpreter, os.X_OK)
    keeps = pinned is not None and (is_there or not _can_run(manifest))
    return Pin(pinned.interpreter if pinned and keeps else running_interpreter(), folder, binary.name)


def _can_run(manifest: Manifest) -> bool:
    return running_target() == manifest.target


def running_interpreter() -> Path:
    """The interpreter of this process: the real file, not the link of an environment that may be gone tomorrow."""
    return Path(sys.executable).resolve()
