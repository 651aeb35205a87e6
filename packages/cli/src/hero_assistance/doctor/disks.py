"""The file systems that the installation writes to, each once, and what is left of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance_sdk.files.disk_space import DiskSpace, read_disk_space
from hero_assistance_sdk.paths import Paths

# An upgrade needs about 150 MB in addition to the database; with less than this one fails soon.
DISK_WARNING_BYTES = 1024**3
DISK_FAULT_BYTES = 256 * 1024**2
# Of a small file system without releases, such as one for logs or sockets, these shares are enough.
_WARNING_SHARE = 4
_FAULT_SHARE = 20
_MIB = 1024**2
_GIB = 1024**3


@dataclass(slots=True)
class _Disk:
    """A file system, and the folders of ours that are on it."""

    space: DiskSpace
    folders: dict[str, Path] = field(default_factory=dict)

    @property
    def takes_releases(self) -> bool:
        """Whether an upgrade is unpacked on it."""
        return "releases" in self.folders


def check_disk(paths: Paths) -> Iterator[Finding]:
    """The space that is left on each file system that is written to, whether one or many."""
    for disk in _find_disks(_list_folders(paths)):
        verdict, fault = _judge(disk)
        where = next(iter(disk.folders.values()))
        detail = f"{_format_free(disk.space.free_bytes)} free in {where}, where {_join(list(disk.folders))} are"
        hint = "" if verdict is Verdict.OK else _choose_hint(disk)
        yield Finding("disk", verdict, f"{detail}{fault}", hint)


def _list_folders(paths: Paths) -> dict[str, Path]:
    """Return every folder that is written to, by what is there."""
    return {
        "releases": paths.releases,
        "data": paths.data,
        "files": paths.data / "attachments",
        "backups": paths.backups,
        "exports": paths.exports,
        "logs": paths.logs,
        "state": paths.state,
        "sockets": paths.service_sockets,
    }


def _find_disks(folders: Mapping[str, Path]) -> list[_Disk]:
    """Return the file systems of the folders, each once; a folder that is not there counts where it would be made."""
    found: dict[tuple[int, bool, bool], _Disk] = {}
    for name, folder in folders.items():
        space = read_disk_space(folder)
        # A part of a file system may be mounted a second time, in another way.
        mounted = (space.device, space.is_read_only, space.is_noexec)
        found.setdefault(mounted, _Disk(space)).folders[name] = folder
    return list(found.values())


def _judge(disk: _Disk) -> tuple[Verdict, str]:
    """How bad it is, and what is wrong if it is not the bytes."""
    space = disk.space
    if space.is_read_only:
        return Verdict.FAULT, "; it is mounted read-only"
    if space.is_noexec and disk.takes_releases:
        return Verdict.FAULT, "; it is mounted noexec, so that no program may run from it"
    if space.lacks_files:
        return Verdict.FAULT, f"; it can hold {space.free_files} more files, however small"
    warning = DISK_WARNING_BYTES if disk.takes_releases else min(DISK_WARNING_BYTES, space.size // _WARNING_SHARE)
    fault = DISK_FAULT_BYTES if disk.takes_releases else min(DISK_FAULT_BYTES, space.size // _FAULT_SHARE)
    if space.free_bytes < fault:
        return Verdict.FAULT, ""
    return (Verdict.WARNING if space.free_bytes < warning else Verdict.OK), ""


def _choose_hint(disk: _Disk) -> str:
    if disk.space.is_read_only:
        return "mount it for writing; the system's log says why it is read-only"
    if disk.space.is_noexec and disk.takes_releases:
        return "mount it with exec, or set PATH_VAR to a folder that programs may run from"
    shown = "; hero_assistance releases shows what is kept" if disk.takes_releases else ""
    refused = "; the server refuses files, then texts, when it is nearly full" if "data" in disk.folders else ""
    return f"free some space{refused}{shown}"


def _format_free(size: int) -> str:
    return f"{size / _GIB:.1f} GiB" if size >= _GIB / 20 else f"{size // _MIB} MiB"


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
