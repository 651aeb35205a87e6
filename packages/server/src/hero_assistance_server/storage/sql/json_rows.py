"""Rows as texts: a whole page is one value of one row; and values as the texts of columns.

Every row that a query steps to releases the interpreter's lock and waits for it again, while the event loop is busy.
With 64 callers a page of 50 tickets is read three times as often in this way, and a text can be looked up in a `dict`.
"""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from hero_assistance_server.storage.sql.connection import Connection


def texts(connection: Connection, columns: str, rest: str, bindings: tuple[Any, ...]) -> list[str]:
    """The rows of `SELECT columns rest`, in its order, each as the text of a JSON array.

    `rest` has a LIMIT: SQLite keeps the order of an inner query for the outer one only then.
    """
    inner = f"SELECT json_array({columns}) AS row {rest}"
    # There is no line feed within a JSON text that SQLite makes.
    found = connection.execute(f"SELECT group_concat(row, char(10)) FROM ({inner}) AS listed", bindings).get  # noqa: S608
    return found.split("\n") if found else []


def json_text(value: Any) -> str:
    """A value as the JSON text that a column keeps."""
    return to_json(value).decode()
