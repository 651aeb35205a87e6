"""A tar file of a tree that is given entry by entry: the same entries give the same bytes on any machine."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

# 2000-01-01; older files are taken for faulty ones by the checkers of packages.
MOMENT_S = 946_684_800


@dataclass(frozen=True)
class File:
    """A file with its content, which is bytes or is copied from another file."""

    content: bytes | Path
    mode: int = 0o644


@dataclass(frozen=True)
class Link:
    """A link; a hard link's target is a path of the same tree that comes before it.

    A hard link has the mode of its file, since what unpacks a layer sets the mode of each.
    """

    target: str
    is_hard: bool = False
    mode: int = 0o777


@dataclass(frozen=True)
class Folder:
    """A folder that is there for its own sake, such as one that a user of the image may write to."""

    mode: int = 0o755
    owner: int = 0


Tree = Mapping[str, File | Link | Folder]


def write_tar(output: io.BufferedIOBase, tree: Tree) -> None:
    """Write a tree, by paths relative to its root, with the folders that it needs; all but folders is root's."""
    with tarfile.open(fileobj=output, mode="w|", format=tarfile.GNU_FORMAT) as archive:
        for path in sorted({*tree, *_list_parents(tree)}):
            _add(archive, path, tree.get(path, Folder()))


def _list_parents(tree: Tree) -> Iterator[str]:
    for path in tree:
        yield from (str(parent) for parent in PurePosixPath(path).parents if str(parent) != ".")


def _add(archive: tarfile.TarFile, path: str, entry: File | Link | Folder) -> None:
    info = tarfile.TarInfo(f"./{path}")
    info.mtime = MOMENT_S
    info.uname = info.gname = "root"
    if isinstance(entry, Folder):
        info.type, info.mode, info.uid, info.gid = tarfile.DIRTYPE, entry.mode, entry.owner, entry.owner
        if entry.owner:
            info.uname = info.gname = ""
        archive.addfile(info)
    elif isinstance(entry, Link):
        info.type, info.mode = tarfile.LNKTYPE if entry.is_hard else tarfile.SYMTYPE, entry.mode
        info.linkname = f"./{entry.target}" if entry.is_hard else entry.target
        archive.addfile(info)
    else:
        info.mode = entry.mode
        if isinstance(entry.content, bytes):
            info.size = len(entry.content)
            archive.addfile(info, io.BytesIO(entry.content))
        else:
            info.size = entry.content.stat().st_size
            with entry.content.open("rb") as file:
                archive.addfile(info, file)
