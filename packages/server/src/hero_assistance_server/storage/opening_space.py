"""The space of a disk that opening a database takes."""

from __future__ import annotations

from pathlib import Path

from hero_assistance_sdk.files.allocation import START_BYTES, TooLittleSpace, require_space
from hero_assistance_sdk.files.disk_space import read_disk_space

_MIB = 1024**2


def require_opening_space(database: Path, *, migrates: bool) -> None:
    """Raise `TooLittleSpace` where the disk does not take what opening the database writes.

    A migration may write every row once more, so it needs as many bytes as the database has.
    """
    require_space(database.parent, START_BYTES, "a start")
    if not migrates or not database.exists():
        return
    needed, free = database.stat().st_size + START_BYTES, read_disk_space(database.parent).free_bytes
    if free < needed:
        raise TooLittleSpace(
            f"{database.parent} has {free // _MIB} MiB left, and this release may need {needed // _MIB} MiB "
            "to bring the database up to date",
            hint="free some space on this disk",
        )
