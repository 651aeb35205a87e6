"""The data folder of a project: the names in it, and whether it holds the remains of a desk without its database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hero_assistance_sdk.files.backup_files import newest_backup
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.release import release_id
from hero_assistance_sdk.shell_words import quote_command

DATABASE = "tickets.db"
ATTACHMENTS = "attachments"
# Held by the server that runs on the folder.
SERVER_LOCK = "server.lock"
# The server that has its desk in PostgreSQL makes it: the folder is that of one node.
NODE_MARK = "postgresql-node"
# What is being received; the server makes this folder once it has a database.
INCOMING = ".incoming"
_WRITE_AHEAD_LOG = f"{DATABASE}-wal"
_RELEASE_RECORD = "release.json"
# The header of an SQLite file: https://www.sqlite.org/fileformat2.html#the_database_header
_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\0"
_SCHEMA_COOKIE = slice(40, 44)
_APPLICATION_ID = slice(68, 72)


class DatabaseState(StrEnum):
    """What is where the database should be."""

    THERE = "there"
    EMPTY = "empty"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Remains:
    """What an earlier desk left, in words, where its database is empty or missing; `hint` says what to do."""

    state: DatabaseState
    found: tuple[str, ...]
    message: str
    hint: str


def find_remains(paths: Paths) -> Remains | None:
    """Look whether a new desk would begin over the remains of another one; raises `OSError`."""
    path = paths.data / DATABASE
    state = find_state(paths.data)
    found = () if state is DatabaseState.THERE else tuple(_list_remains(paths, state))
    if not found:
        return None
    what = f"{path} is empty" if state is DatabaseState.EMPTY else f"there is no {path}"
    message = f"{what}, but there is what an earlier desk left: {', '.join(found)}"
    return Remains(state, found, message, _choose_hint(paths))


def find_state(data: Path) -> DatabaseState:
    """Look what is where the database should be; a database without a table is empty."""
    try:
        with (data / DATABASE).open("rb") as file:
            head = file.read(_HEADER_BYTES)
    except FileNotFoundError:
        return DatabaseState.MISSING
    except IsADirectoryError:
        # No desk begins in it.
        return DatabaseState.THERE
    blank = not head or (head.startswith(_MAGIC) and not any(head[_SCHEMA_COOKIE]) and not any(head[_APPLICATION_ID]))
    return DatabaseState.EMPTY if blank and not (head and _has_log(data)) else DatabaseState.THERE


def _has_log(data: Path) -> bool:
    """Whether there is a log with something in it: all of a database that was just made may be there."""
    try:
        return (data / _WRITE_AHEAD_LOG).stat().st_size > 0
    except FileNotFoundError:
        return False


def _list_remains(paths: Paths, state: DatabaseState) -> Iterator[str]:
    if _has_attachments(paths.data / ATTACHMENTS):
        yield f"its {ATTACHMENTS} folder"
    if _has_log(paths.data):
        yield f"its log {_WRITE_AHEAD_LOG}"
    if newest_backup(paths.backups) is not None:
        yield f"backups in {paths.backups}"
    # A release that was only installed has written nothing; an empty file, though, was made by somebody.
    if state is DatabaseState.EMPTY and (earlier := _find_earlier_release(paths)):
        yield f"the record of release {earlier}"


def _has_attachments(folder: Path) -> bool:
    try:
        return any(path.name == INCOMING or len(path.name) == 2 for path in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return False


def _find_earlier_release(paths: Paths) -> str | None:
    records = sorted(paths.releases.glob(f"[!.]*/{_RELEASE_RECORD}"))
    names = (record.parent.name for record in records if not record.parent.is_symlink())
    return next((name for name in names if name != release_id()), None)


def _choose_hint(paths: Paths) -> str:
    newest = newest_backup(paths.backups)
    restore = quote_command("hero_assistance", "restore", newest)
    first = restore if newest else f"put {DATABASE} back from a copy"
    places = [str(paths.data), *([str(paths.backups)] if newest else [])]
    return f"see that its disk is mounted, or {first}; for a new desk move {' and '.join(places)} away"
