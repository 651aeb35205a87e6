"""A new database for tests, made once by the migrations and then copied: they take as long as the rest of a start."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from hero_assistance_sdk.files.data_folder import DATABASE, find_remains
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations


def place_new_desk(paths: Paths) -> None:
    """Put a database without a row where a server would make the same; one that would refuse to does so still."""
    if find_remains(paths) is None:
        place_new_database(paths.data)


def place_new_database(data: Path) -> None:
    """Put a database without a row into a data folder, where a store would make the same.

    A folder in which there is something, whatever it is, stays as it is.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not any(data.iterdir()):
        handle = os.open(data / DATABASE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_new_database())


@functools.cache
def _new_database() -> bytes:
    """The database's bytes; nothing in it depends on the time or on chance."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        path = Path(folder) / DATABASE
        connection = open_writer(path)
        migrate(connection, migrations())
        connection.close()
        return path.read_bytes()
