"""From a build, in a folder or an archive, to a live release."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.releases.errors import ChecksumMismatch, InstallFailed
from hero_assistance.releases.executability import check_executability
from hero_assistance.releases.manifest import Binary, Manifest, read_installed
from hero_assistance.releases.mending import is_whole, running_interpreter
from hero_assistance.releases.prune import prune, sweep
from hero_assistance.releases.sources.build_source import BuildSource, open_build
from hero_assistance.releases.sources.checksums import ArchiveChecks
from hero_assistance.releases.store import ReleaseStore
from hero_assistance.releases.switch import Switched, activate, check_bin, is_foreign, write_record
from hero_assistance.releases.target import check_build_target
from hero_assistance_sdk.files.durable_files import sync_folder
from hero_assistance_sdk.zipapp.header import Pin, pinned_header
from hero_assistance_sdk.zipapp.pinning import boot_lines
from hero_assistance_sdk.zipapp.tree import unpack

Report = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What an install did; `changed` is false when everything was there already."""

    switched: Switched
    changed: bool
    removed: tuple[str, ...]


def install(
    store: ReleaseStore,
    build: Path,
    report: Report,
    *,
    force: bool = False,
    checks: ArchiveChecks | None = None,
) -> Outcome:
    """Install a build and make it live; `force` writes it again when it is, and replaces foreign files in `bin/`.

    The build is a folder or an archive; `checks` are for the latter. Raises `BadBuild`, `WrongTarget`,
    `ChecksumMismatch`, `NoChecksum`, `BadSignature`, `ForeignFile`, `InstallBusy` or `InstallFailed`; at any error,
    and wherever the process is killed, `bin/` runs one whole release, the old or the new.
    """
    with open_build(build, checks or ArchiveChecks(), report) as source:
        check_build_target(source.manifest)
        check_bin(store, [binary.name for binary in source.manifest.binaries], force=force)
        return _install_source(store, source, report, force=force)


def _install_source(store: ReleaseStore, source: BuildSource, report: Report, *, force: bool) -> Outcome:
    try:
        with store.exclusive(report):
            return _install_locked(store, source, report, force=force)
    except OSError as error:
        raise InstallFailed(
            f"cannot install to {store.folder}: {error.strerror or error}",
            hint="nothing was switched; what was written is removed by the next install",
        ) from error


def _install_locked(store: ReleaseStore, source: BuildSource, report: Report, *, force: bool) -> Outcome:
    manifest = source.manifest
    sweep(store)
    check_executability(store.folder)
    folder = store.release(manifest.release)
    whole = not force and read_installed(folder) is not None and is_whole(store, manifest)
    if whole and store.live() == manifest.release and _are_links_whole(store, manifest):
        return Outcome(Switched(manifest.release, manifest.release), False, ())
    if not whole:
        _stage(store, source, report)
    switched = activate(store, manifest)
    removed = prune(store)
    return Outcome(switched, True, tuple(removed))


def _are_links_whole(store: ReleaseStore, manifest: Manifest) -> bool:
    links = [store.bin / binary.name for binary in manifest.binaries]
    return all(link.is_symlink() and not is_foreign(store, link) for link in links)


def _stage(store: ReleaseStore, source: BuildSource, report: Report) -> None:
    """Write the release next to the others under a hidden name, flush it, and rename it."""
    manifest = source.manifest
    folder = store.release(manifest.release)
    staged = store.folder / f".new-{manifest.release}-{os.getpid()}"
    try:
        (staged / "lib").mkdir(parents=True)
        seeds = _list_seeds(store)
        for binary in manifest.binaries:
            report(f"unpacking {binary.name}")
            _stage_binary(source, staged, folder, binary, seeds)
            seeds.insert(0, staged / "lib" / binary.name)
        write_record(store, staged, manifest)
        _flush(staged)
        if folder.exists():
            _replace_damaged(store, staged, folder)
        else:
            staged.rename(folder)
        sync_folder(store.folder)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _list_seeds(store: ReleaseStore) -> list[Path]:
    """Trees of the live release: a file that did not change is linked, not written again."""
    live = store.live()
    installed = read_installed(store.release(live)) if live else None
    if installed is None:
        return []
    lib = store.release(installed.release) / "lib"
    return [lib / binary.name for binary in installed.manifest.binaries]


def _stage_binary(source: BuildSource, staged: Path, folder: Path, binary: Binary, seeds: list[Path]) -> None:
    archive = staged / binary.name
    digest = source.copy(binary, archive)
    if digest != binary.sha256:
        raise ChecksumMismatch(
            f"{source.path / binary.name} is not the file that the manifest describes",
            hint=f"expected SHA-256 {binary.sha256}, found {digest}; build again: nox -s build",
        )
    pin = Pin(running_interpreter(), folder, binary.name)
    with archive.open("r+b") as file:
        file.write(pinned_header(pin, source.manifest.target))
    archive.chmod(0o755)
    unpack(archive, staged / "lib" / binary.name, seeds)
    (staged / "lib" / pin.boot.name).write_text(boot_lines(pin))


def _replace_damaged(store: ReleaseStore, staged: Path, folder: Path) -> None:
    """Mend a release in place, file by file, because processes may be running from it."""
    for source in sorted(path for path in staged.rglob("*") if path.is_file()):
        target = folder / source.relative_to(staged)
        if not (target.is_file() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
    shutil.rmtree(staged)


def _flush(folder: Path) -> None:
    """Make a whole tree durable before it gets its name: one `syncfs` instead of thousands of `fsync`."""
    from hero_assistance_sdk.libc import check_result, find_function

    syncfs = find_function("syncfs")
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if syncfs is None:
            os.sync()
        else:
            check_result(syncfs(descriptor))
    finally:
        os.close(descriptor)
