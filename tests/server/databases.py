"""The database of each desk and store of a test: SQLite, or PostgreSQL in a run of the tests on that engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.files.data_folder import DATABASE
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.storage.engines import open_storage
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.sql.connection import Bindings
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.session import SqliteSession
from tests.server.mail.settings_socket import SecretTeller
from tests.server.new_database import place_new_database

if TYPE_CHECKING:
    from hero_assistance_server.storage.postgres.database.connection import PostgresConnection

# In a run on PostgreSQL (see tests/server/conftest.py), what makes a database, and that of each data folder.
make_database: Callable[[], str] | None = None
_urls: dict[Path, str] = {}
_tellers: list[SecretTeller] = []


def find_database(folder: Path) -> str | None:
    """Return the PostgreSQL of a data folder, in a run of the tests on that engine, and `None` in another."""
    if make_database is None:
        return None
    if folder not in _urls:
        _urls[folder] = make_database()
    return _urls[folder]


def forget_databases() -> list[str]:
    """Forget which folder has which PostgreSQL, and who tells that; returns the addresses."""
    urls = list(_urls.values())
    _urls.clear()
    while _tellers:
        _tellers.pop().close()
    return urls


def tell_database(paths: Paths) -> None:
    """Tell a program that begins on these folders its database, as its supervisor would, until the test has ended."""
    url, socket = find_database(paths.data), paths.socket("supervisor")
    if url is not None and not socket.exists():
        _tellers.append(SecretTeller(socket, {"DATABASE": url}))


@asynccontextmanager
async def open_store(
    folder: Path,
    *,
    clock: Callable[[], datetime],
    publish: Callable[[StoredEvent], None] = lambda _event: None,
    health: Health | None = None,
) -> AsyncIterator[FileStorage]:
    """Open what a server with this data folder would open; a folder with nothing in it gets a new database."""
    database = find_database(folder)
    _place(folder, database)
    async with open_storage(folder, database, clock=clock, publish=publish, health=health or Health()) as store:
        yield store


def _place(folder: Path, database: str | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if database is None:
        place_new_database(folder)


@contextmanager
def opened_session(folder: Path) -> Iterator[StorageSession]:
    """A connection to the database that a server may be writing at the time, as repositories use it.

    SQLite's is opened by the library that the server has the file open with: another one in the same process would end
    the server's locks when it closes the file.
    """
    url = find_database(folder)
    with closing(open_writer(folder / DATABASE) if url is None else _connect_to_postgres(url)) as connection:
        yield _make_session(connection)


def execute(folder: Path, statement: str, *bindings: Any) -> list[tuple[Any, ...]]:
    """Run a statement, in the words that both engines have, and return its rows."""
    with opened_session(folder) as session:
        return list(session.direct.execute(statement, bindings))


def list_tables(folder: Path) -> list[str]:
    """Every table but those of the full-text index, whose words are looked for by searches."""
    asked = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    if find_database(folder) is not None:
        asked = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'hero_assistance' ORDER BY 1"
    return [name for (name,) in execute(folder, asked) if not name.startswith("search_index")]


def read_database(folder: Path) -> bytes:
    """Every byte that is stored: of SQLite's files, or of all values of PostgreSQL's tables."""
    if find_database(folder) is None:
        return b"".join(path.read_bytes() for path in folder.glob(f"{DATABASE}*"))
    rows = [row for table in list_tables(folder) for row in execute(folder, f"SELECT * FROM {table}")]  # noqa: S608
    return b"\0".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)


def _connect_to_postgres(url: str) -> PostgresConnection:
    # psycopg is imported only where it is used.
    from hero_assistance_server.storage.postgres.database.connection import PostgresConnection

    return PostgresConnection(url)


def _make_session(connection: apsw.Connection | PostgresConnection) -> StorageSession:
    if isinstance(connection, apsw.Connection):
        return SqliteSession(connection)
    from hero_assistance_server.storage.postgres.session import PostgresSession

    class OwnSession(PostgresSession):
        """Is in no transaction, so that it holds up no server, and has no cursors."""

        def walk(self, connection: PostgresConnection, statement: str, bindings: Bindings) -> Iterator[Any]:
            return connection.execute(statement, bindings)

    return OwnSession(connection)
