"""Unpacks a zipapp to a tree, checks the tree against the checksums of the archive, and repairs it.

Source files are checked by the CRC-32 that the archive holds for each; byte code, which the archive does
not hold, by the checksums noted in `<tree>.pyc.json` when it was compiled.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

PREFIX = "site-packages/"
_PYCACHE = "__pycache__"


@dataclass(frozen=True)
class Member:
    """One file of the archive's `site-packages/`, by its path in the tree."""

    path: str
    size: int
    crc: int
    mode: int
    info: zipfile.ZipInfo = field(compare=False, repr=False)


def members(archive: zipfile.ZipFile) -> list[Member]:
    """The files that the tree must hold; raises `ValueError` for a name that leaves the tree."""
    found = []
    for info in archive.infolist():
        if not info.filename.startswith(PREFIX) or info.is_dir():
            continue
        path = info.filename.removeprefix(PREFIX)
        if path.startswith("/") or ".." in path.split("/"):
            raise ValueError(f"the archive holds the unsafe name {info.filename!r}")
        found.append(Member(path, info.file_size, info.CRC, (info.external_attr >> 16) & 0o755 or 0o644, info))
    return found


def find_damaged(archive: Path, tree: Path) -> list[str]:
    """The paths below `tree` that are missing or differ from the archive; an intact tree gives none."""
    with zipfile.ZipFile(archive) as opened:
        wanted = members(opened)
    wrong = [member.path for member in wanted if not _holds(tree / member.path, member.size, member.crc)]
    codes = _read_codes(tree)
    wrong += [path for path in _code_paths(wanted) if path not in codes]
    wrong += [path for path, crc in codes.items() if not _holds(tree / path, None, crc)]
    return wrong


def unpack(archive: Path, tree: Path, seeds: Iterable[Path] = ()) -> None:
    """Write every file that is missing or damaged, and leave the intact files alone.

    Each file is renamed into place, so a process that runs from the tree never sees half a file.
    `seeds` are other trees; a file that one of them holds unchanged is linked instead of written.
    """
    sources = [(seed, _read_codes(seed)) for seed in seeds if seed != tree]
    codes = _read_codes(tree)
    with zipfile.ZipFile(archive) as opened:
        for member in members(opened):
            target = tree / member.path
            seeded = None
            if not _holds(target, member.size, member.crc):
                seeded = _link_from_seed(member, target, sources)
                if seeded is None:
                    _write(target, opened.read(member.info), member.mode)
            if member.path.endswith(".py"):
                _provide_code(tree, member, codes, seeded)
    _write(_codes_file(tree), json.dumps(codes, sort_keys=True).encode(), 0o644)


def _link_from_seed(
    member: Member, target: Path, seeds: list[tuple[Path, dict[str, int]]]
) -> tuple[Path, dict[str, int]] | None:
    for seed, codes in seeds:
        if _holds(seed / member.path, member.size, member.crc) and _link(seed / member.path, target):
            return seed, codes
    return None


def _provide_code(
    tree: Path, member: Member, codes: dict[str, int], seeded: tuple[Path, dict[str, int]] | None
) -> None:
    """Put the byte code next to a source file: keep it, link it from the seed, or compile it."""
    path = _code_path(member.path)
    crc = codes.get(path)
    if seeded is None and crc is not None and _holds(tree / path, None, crc):
        return
    if seeded is not None:
        seed, known = seeded
        crc = known.get(path)
        if crc is not None and _holds(seed / path, None, crc) and _link(seed / path, tree / path):
            codes[path] = crc
            return
    data = _compile(tree / member.path)
    _write(tree / path, data, 0o644)
    codes[path] = crc32(data)


def _compile(source: Path) -> bytes:
    """Byte code that is never checked against its source: the tree is sealed and never edited.

    A file that this interpreter cannot compile (a template, a sample of a newer syntax) has none.
    """
    import marshal
    from importlib.util import MAGIC_NUMBER, source_hash

    data = source.read_bytes()
    try:
        code = compile(data, source.name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return b""
    # Flag 1, hash-based, without 2, checked: the layout of PEP 552.
    return MAGIC_NUMBER + (1).to_bytes(4, "little") + source_hash(data) + marshal.dumps(code)


def _code_paths(wanted: list[Member]) -> Iterator[str]:
    return (_code_path(member.path) for member in wanted if member.path.endswith(".py"))


def _code_path(path: str) -> str:
    import sys

    folder, _, name = path.rpartition("/")
    cached = f"{_PYCACHE}/{name[:-3]}.{sys.implementation.cache_tag}.pyc"
    return f"{folder}/{cached}" if folder else cached


def _codes_file(tree: Path) -> Path:
    return tree.with_name(f"{tree.name}.pyc.json")


def _read_codes(tree: Path) -> dict[str, int]:
    try:
        found = json.loads(_codes_file(tree).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _holds(path: Path, size: int | None, crc: int) -> bool:
    try:
        if size is not None and path.stat().st_size != size:
            return False
        return crc32(path.read_bytes()) == crc
    except OSError:
        return False


def _link(source: Path, target: Path) -> bool:
    """Link `target` to `source`; false where the file system cannot, or the link count is exhausted."""
    temporary = _temporary(target)
    try:
        os.link(source, temporary)
    except OSError:
        return False
    temporary.replace(target)
    # `rename` of two names of one file does nothing and leaves both.
    temporary.unlink(missing_ok=True)
    return True


def _write(target: Path, data: bytes, mode: int) -> None:
    temporary = _temporary(target)
    try:
        temporary.write_bytes(data)
        temporary.chmod(mode)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _temporary(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.with_name(f".{os.getpid()}.{target.name}")
