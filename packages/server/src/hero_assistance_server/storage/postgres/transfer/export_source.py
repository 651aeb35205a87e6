"""What an export reads of a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from hero_assistance_server.storage.postgres.database.connection import BEGIN_READING
from hero_assistance_server.storage.postgres.files.file_store import PostgresFiles
from hero_assistance_server.storage.postgres.transfer.tables import PostgresTables, transfer_connection
from hero_assistance_server.storage.project_transfer import OpenFile


@dataclass(frozen=True, slots=True)
class PostgresExportSource:
    """Implements `ExportSource`."""

    url: str = field(repr=False)

    @contextmanager
    def read_tables(self) -> Iterator[PostgresTables]:
        """Read the tables in one snapshot."""
        with transfer_connection(self.url) as connection:
            connection.execute(BEGIN_READING)
            yield PostgresTables(connection)

    @contextmanager
    def read_files(self) -> Iterator[OpenFile]:
        """Read the chunks of files."""
        with closing(PostgresFiles(self.url)) as files:
            yield files.open
