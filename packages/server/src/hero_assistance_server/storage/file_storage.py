"""A storage engine with the files of attachments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from hero_assistance_server.storage.damage import Damage
from hero_assistance_server.storage.database_files import DatabaseFiles
from hero_assistance_server.storage.files import Files
from hero_assistance_server.storage.unit_of_work import Storage

P = ParamSpec("P")
T = TypeVar("T")


class FileStorage(Storage, Protocol):
    """An open storage engine with the folder of its files."""

    files: Files
    folder: Path
    """The data folder, which holds the database and the files."""

    database: DatabaseFiles
    damage: Damage

    async def check_integrity(self) -> None:
        """Check whether the database is whole, and tell `damage` what is not; a cancelled check ends early."""
        ...

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work`, which waits for the disk, in a thread; raises what it raises.

        A caller that is cancelled waits until the thread has finished.
        """
        ...
