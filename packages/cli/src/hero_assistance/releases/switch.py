"""Making a release live, with one rename for every binary, and going back."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.releases.errors import ForeignFile, NoSuchRelease
from hero_assistance.releases.manifest import (
    CURRENT,
    RELEASE_FILE,
    Installed,
    Manifest,
    serialize_installed,
)
from hero_assistance.releases.store import ReleaseStore, replace_link
from hero_assistance.releases.target import check_installed_target
from hero_assistance_sdk.files.durable_files import sync_folder, write_atomic


@dataclass(frozen=True)
class Switched:
    """Which release was live and which is."""

    before: str | None
    after: str


def activate(store: ReleaseStore, manifest: Manifest) -> Switched:
    """Make an installed release live; its links in `bin/` are there before, so one rename does it."""
    before = store.live()
    newest = next(iter(store.list_installed()), None)
    if newest is None or newest.release != manifest.release:
        write_record(store, store.release(manifest.release), manifest)
    _link_binaries(store, manifest)
    switch(store, manifest.release)
    _drop_retired_links(store, manifest)
    return Switched(before, manifest.release)


def write_record(store: ReleaseStore, folder: Path, manifest: Manifest) -> None:
    """Write `release.json` into `folder`, as the newest of the store."""
    newest = max((one.sequence for one in store.list_installed()), default=0)
    record = Installed(manifest, newest + 1, time.time_ns() // 1_000_000)
    write_atomic(folder / RELEASE_FILE, serialize_installed(record), mode=0o644)


def switch(store: ReleaseStore, release: str) -> None:
    """Let `current` name `release`: the one rename, made durable."""
    if store.live() == release:
        return
    replace_link(store.current, release)
    sync_folder(store.folder)


def rollback(store: ReleaseStore, release: str | None = None) -> Switched:
    """Go back to `release`, or to the one activated before the live one; raises `NoSuchRelease` or `WrongTarget`."""
    live = store.live()
    chosen = _choose_release(store, live, release)
    check_installed_target(store.release(chosen.release), chosen.manifest)
    switch(store, chosen.release)
    return Switched(live, chosen.release)


def _choose_release(store: ReleaseStore, live: str | None, wanted: str | None) -> Installed:
    installed = store.list_installed()
    if wanted is not None:
        named = next((one for one in installed if one.release == wanted), None)
        if named is None:
            known = ", ".join(one.release for one in installed) or "none"
            raise NoSuchRelease(f"release {wanted} is not installed", hint=f"installed: {known}")
        return named
    sequence = next((one.sequence for one in installed if one.release == live), None)
    older = [one for one in installed if sequence is not None and one.sequence < sequence]
    if not older:
        raise NoSuchRelease(f"there is no release before {live or 'the first'}", hint="see: hero_assistance releases")
    return older[0]


def check_bin(store: ReleaseStore, names: list[str], *, force: bool) -> None:
    """Refuse to replace what is not a link of ours, unless forced; raises `ForeignFile`."""
    foreign = [str(store.bin / name) for name in names if is_foreign(store, store.bin / name)]
    if foreign and not force:
        raise ForeignFile(
            f"not ours, so left alone: {', '.join(foreign)}", hint="move it away, or replace it with --force"
        )
    folders = [path for path in foreign if Path(path).is_dir() and not Path(path).is_symlink()]
    if folders:
        raise ForeignFile(f"a folder stands in the way: {', '.join(folders)}", hint="move it away")


def is_foreign(store: ReleaseStore, path: Path) -> bool:
    """Whether `path` exists and is not a link through our `current`."""
    if not path.is_symlink():
        return path.exists()
    return str(path.readlink()) != compute_link_target(store, path.name)


def compute_link_target(store: ReleaseStore, name: str) -> str:
    """Where `bin/<name>` points: relative while both are below one root, so that the root can be moved."""
    target = store.folder / CURRENT / name
    root = store.bin.parent
    return os.path.relpath(target, store.bin) if target.is_relative_to(root) else str(target)


def _link_binaries(store: ReleaseStore, manifest: Manifest) -> None:
    store.bin.mkdir(parents=True, exist_ok=True)
    changed = False
    for binary in manifest.binaries:
        link = store.bin / binary.name
        target = compute_link_target(store, binary.name)
        if not (link.is_symlink() and str(link.readlink()) == target):
            replace_link(link, target)
            changed = True
    if changed:
        sync_folder(store.bin)


def link_missing(store: ReleaseStore, manifest: Manifest) -> list[str]:
    """Make the links of `bin/` that are not there, and return them; what stands in such a place is left alone."""
    missing = [store.bin / binary.name for binary in manifest.binaries]
    missing = [link for link in missing if not link.is_symlink() and not link.exists()]
    for link in missing:
        store.bin.mkdir(parents=True, exist_ok=True)
        replace_link(link, compute_link_target(store, link.name))
    return [str(link) for link in missing]


def _drop_retired_links(store: ReleaseStore, manifest: Manifest) -> None:
    """Remove links of binaries that no installed release has any more."""
    kept = {binary.name for one in store.list_installed() for binary in one.manifest.binaries}
    kept |= {binary.name for binary in manifest.binaries}
    for link in store.bin.iterdir():
        if link.name not in kept and link.is_symlink() and not is_foreign(store, link):
            link.unlink()
