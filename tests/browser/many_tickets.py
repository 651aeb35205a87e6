"""A desk of very many tickets: its server files one, and its rows are copied while the server is down."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.ui.daemons import Desk, desk, plain_environment

# Each copy is a second older than the one before it: in a list by activity, "Number 7" is the seventh.
TITLE = "Number {}"
_EARLIER = "{} - 1000 * (number - 1)"
_OWN = {
    "ticket_id": "number",
    "title": f"'{TITLE.format('')}' || number",
    **{name: _EARLIER.format(name) for name in ("created_at", "updated_at", "public_updated_at", "at")},
}
_NUMBERS = """WITH RECURSIVE numbers (number) AS
    (SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number < :count)"""


@contextmanager
def desk_of(count: int) -> Iterator[Desk]:
    """A desk in dev mode with so many tickets of Carol's, all of them new, and its page over TCP."""
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
    try:
        with desk(root, plain_environment(root)) as made:
            server = made.start_server()
            made.call("carol", "ticket.create", title=TITLE.format(1), body="Text")
            server.end()
            _copy(made.paths.data / DATABASE, count)
            made.start_server()
            made.start_ui("--tcp", "127.0.0.1:0")
            yield made
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _copy(database: Path, count: int) -> None:
    """Copy the one ticket into every list that it is in; the search does not know the copies."""
    connection = open_writer(database)
    try:
        with connection:
            for table in ("tickets", "listings", "places"):
                names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                values = [_OWN.get(name, name) for name in names]
                connection.execute(
                    f"{_NUMBERS} INSERT INTO {table} ({', '.join(names)})"  # noqa: S608
                    f" SELECT {', '.join(values)} FROM {table} CROSS JOIN numbers WHERE ticket_id = 1",
                    {"count": count},
                )
            connection.execute("UPDATE tallies SET count = count * ?", (count,))
    finally:
        connection.close()
