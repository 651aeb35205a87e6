"""What is installed: the release, its links, and what an interrupted install left."""

from __future__ import annotations

from collections.abc import Iterator

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance.releases.errors import WrongTarget
from hero_assistance.releases.manifest import Installed, read_build, read_installed
from hero_assistance.releases.mending import find_faults, is_archive_whole
from hero_assistance.releases.store import ReleaseStore, is_image
from hero_assistance.releases.switch import is_foreign
from hero_assistance.releases.target import check_installed_target
from hero_assistance.search_path import find_other, find_system_command, format_line, is_on_path
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.zipapp.system_command import suggest_install

_MENDS = "hero_assistance --start mends them"


def check_release(paths: Paths) -> Iterator[Finding]:
    """The live release, and whether every file of it is as it was installed."""
    if is_image(paths):
        yield Finding("release", Verdict.OK, f"{read_build(paths.root).release} is that of the image")
        return
    store, live, installed = _find_live(paths)
    if live is None:
        yield Finding("release", Verdict.FAULT, f"none is live in {store.folder}", suggest_install())
        return
    if installed is None:
        yield Finding("release", Verdict.FAULT, f"the live release {live} has no record", suggest_install())
        return
    try:
        check_installed_target(store.release(live), installed.manifest)
    except WrongTarget as error:
        detail = f"the live one cannot run: {error.message}"
        yield Finding("release", Verdict.FAULT, detail, error.hint or suggest_install())
    else:
        yield Finding("release", Verdict.OK, f"{live} is live")
    yield from _check_files(store, installed)


def _check_files(store: ReleaseStore, installed: Installed) -> Iterator[Finding]:
    manifest, folder = installed.manifest, store.release(installed.release)
    wrong = find_faults(store, manifest)
    if not wrong:
        yield Finding("files", Verdict.OK, f"{len(manifest.binaries)} binaries are whole")
        return
    shown = ", ".join(wrong[:3]) + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else "")
    lost = [binary.name for binary in manifest.binaries if not is_archive_whole(folder / binary.name, binary, manifest)]
    hint = f"{suggest_install()}: {', '.join(lost)} cannot be mended; or hero_assistance rollback" if lost else _MENDS
    yield Finding("files", Verdict.FAULT, f"missing or damaged: {shown}", hint)


def check_links(paths: Paths) -> Iterator[Finding]:
    """The links of `bin/`: there, ours, and leading to a program."""
    store, _live_release, installed = _find_live(paths)
    for binary in installed.manifest.binaries if installed else ():
        link = store.bin / binary.name
        if not link.is_symlink() and not link.exists():
            hint = f"{store.current / 'hero_assistance'} --start makes it again"
            yield Finding("links", Verdict.FAULT, f"{link} is missing", hint)
        elif is_foreign(store, link):
            yield Finding("links", Verdict.FAULT, f"{link} is not ours", f"{suggest_install('--force')} replaces it")
        elif not link.exists():
            detail = f"{link} points to {link.readlink()}, which is not there"
            yield Finding("links", Verdict.FAULT, detail, "install once more, or hero_assistance rollback")


def check_search_path(paths: Paths) -> Iterator[Finding]:
    """Whether a shell finds the binaries, and no others of their names before them."""
    store, _live_release, installed = _find_live(paths)
    names = [binary.name for binary in installed.manifest.binaries] if installed else []
    others = [found for name in names if (found := find_other(store.bin / name)) is not None]
    line = format_line(store.bin)
    for other in others:
        detail = f"{other} is found before {store.bin / other.name}"
        yield Finding("PATH", Verdict.WARNING, detail, f"remove it, or: {line}")
    system = find_system_command("hero_assistance")
    if system is not None:
        yield Finding("PATH", Verdict.OK, f"{system} runs the live release")
    elif not is_on_path(store.bin):
        yield Finding("PATH", Verdict.WARNING, f"{store.bin} is not on PATH", line)
    elif not others:
        yield Finding("PATH", Verdict.OK, f"{store.bin} is on PATH")


def check_leftovers(paths: Paths) -> Iterator[Finding]:
    """What an interrupted install left."""
    store = ReleaseStore.from_paths(paths)
    left = store.list_unfinished()
    if left:
        names = ", ".join(path.name for path in left)
        hint = "the next install removes them"
        yield Finding("leftovers", Verdict.WARNING, f"of an interrupted install: {names}", hint)


def _find_live(paths: Paths) -> tuple[ReleaseStore, str | None, Installed | None]:
    store = ReleaseStore.from_paths(paths)
    live = store.live()
    return store, live, read_installed(store.release(live)) if live else None
