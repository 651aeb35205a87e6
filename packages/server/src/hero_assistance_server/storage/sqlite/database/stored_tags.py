"""The tags of a database from before they were folded: `VPN`, ` vpn ` and `vpn` become one."""

from __future__ import annotations

import json
from collections.abc import Iterable

import apsw

from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.texts import as_tag

_TAGGED = "scope >= 'tag:' AND scope < 'tag;'"


def fold_stored_tags(connection: apsw.Connection) -> None:
    """Fold the tags of tickets and macros, and what lists, counts and finds tickets by them."""
    _fold_macros(connection)
    if not _fold_tickets(connection):
        return
    _fold_lists(connection)
    # The index has the old tags: without this record it is made again when the database is opened.
    connection.execute("DELETE FROM search_rebuild")


def fold_tags(tags: Iterable[str]) -> list[str]:
    """Return the tags as they are folded, each once; what is blank is none."""
    return list(dict.fromkeys(filter(None, map(as_tag, tags))))


def _fold_tickets(connection: apsw.Connection) -> bool:
    """Fold the tags of each ticket; returns whether any had others."""
    texts = [text for (text,) in connection.execute("SELECT DISTINCT tags FROM tickets WHERE tags <> '[]'")]
    folded = {text: json_text(fold_tags(json.loads(text))) for text in texts}
    changes = {text: after for text, after in folded.items() if json.loads(after) != json.loads(text)}
    if changes:
        rows: Iterable[tuple[int, str]] = connection.execute("SELECT ticket_id, tags FROM tickets WHERE tags <> '[]'")
        found = [(changes[text], ticket_id) for ticket_id, text in rows if text in changes]
        connection.executemany("UPDATE tickets SET tags = ? WHERE ticket_id = ?", found)
    return bool(changes)


def _fold_lists(connection: apsw.Connection) -> None:
    """Move the listings of each tag to that of its folded one, and count them again."""
    scopes = [scope for (scope,) in connection.execute(f"SELECT DISTINCT scope FROM tallies WHERE {_TAGGED}")]  # noqa: S608
    for scope in scopes:
        tag = as_tag(scope.removeprefix("tag:"))
        into = f"tag:{tag}"
        if into == scope:
            continue
        if tag:
            connection.execute("UPDATE OR IGNORE listings SET scope = ? WHERE scope = ?", (into, scope))
        connection.execute("DELETE FROM listings WHERE scope = ?", (scope,))
        connection.execute("DELETE FROM tallies WHERE scope IN (?, ?)", (scope, into))
        connection.execute(
            """INSERT INTO tallies (scope, status, count)
            SELECT scope, status, count(*) FROM listings WHERE scope = ? GROUP BY scope, status""",
            (into,),
        )


def _fold_macros(connection: apsw.Connection) -> None:
    rows: list[tuple[int, str]] = list(connection.execute("SELECT macro_id, actions FROM macros"))
    for macro_id, text in rows:
        actions = json.loads(text)
        folded = {name: fold_tags(actions.get(name, [])) for name in ("add_tags", "remove_tags")}
        if any(actions.get(name) != tags for name, tags in folded.items()):
            actions |= folded
            connection.execute("UPDATE macros SET actions = ? WHERE macro_id = ?", (json_text(actions), macro_id))
