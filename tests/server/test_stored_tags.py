"""The tags of earlier releases, which kept each spelling apart, are folded as the database is opened."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import apsw
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sql.tickets import list_index, tickets
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import _FOLLOW_UPS, migrations, run_follow_ups
from hero_assistance_server.storage.sqlite.database.stored_tags import fold_stored_tags, fold_tags
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.capabilities import sqlite_only
from tests.server.desk import running
from tests.server.test_lists import derived, every_ticket, kept
from tests.server.test_search import ids

pytestmark = sqlite_only("migrates a file of an earlier release")

# As earlier releases took them; the second ticket needs nothing.
SPELLED = [["VPN", " vpn ", "mail"], ["vpn"], ["vpn\u200b", "Two  Words"], ["\u200b", "a\u2028b"], []]
FOLDED = [["vpn", "mail"], ["vpn"], ["vpn", "two words"], ["a b"], []]


def spell(path: Path) -> None:
    """Write the tags as an earlier release did, with the lists and counters of them."""
    connection = open_writer(path)
    try:
        with connection:
            for number, tags in enumerate(SPELLED, 1):
                before = tickets.find(connection, TicketId(number))
                connection.execute("UPDATE tickets SET tags = ? WHERE ticket_id = ?", (json.dumps(tags), number))
                after = tickets.find(connection, TicketId(number))
                assert after is not None
                list_index.move(connection, [(before, after)])
            actions = json.dumps({"add_tags": ["VPN", "vpn"], "remove_tags": [" Mail"]})
            connection.execute(
                "UPDATE macros SET actions = json_patch(actions, ?) WHERE macro_id = 1",
                (actions,),
            )
    finally:
        connection.close()


@pytest.mark.anyio
async def test_tags_that_look_alike_become_one(paths: Paths) -> None:
    async with running(paths) as desk:
        for number in range(1, len(SPELLED) + 1):
            await desk.call("ticket.create", "carol", title=f"t{number}", body="b")
        await desk.call("macro.save", "bob", name="m", add_tags=["x"])
        database = desk.database
    spell(database)
    fold(database)
    async with running(paths) as desk:
        found = every_ticket(database.parent)
        assert [list(ticket.tags) for ticket in found] == FOLDED
        assert kept(database.parent) == derived(found)
        assert await ids(desk, "bob", "tag:VPN") == [3, 2, 1]
        (macro,) = (await desk.call("macro.list", "bob"))["macros"]
        assert (macro["add_tags"], macro["remove_tags"]) == (["vpn"], ["mail"])


@pytest.mark.anyio
async def test_tags_that_are_folded_stay(paths: Paths) -> None:
    async with running(paths) as desk:
        await desk.call("ticket.create", "carol", title="t", body="b", tags=["vpn", "日本"])
        database = desk.database
    before = [kept(database.parent), every_ticket(database.parent)]
    fold(database)
    assert [kept(database.parent), every_ticket(database.parent)] == before


def fold(path: Path) -> None:
    connection: apsw.Connection = open_writer(path)
    try:
        with connection:
            fold_stored_tags(connection)
    finally:
        connection.close()


@pytest.mark.pure
def test_the_tags_of_a_ticket_are_each_there_once() -> None:
    assert [fold_tags(tags) for tags in SPELLED] == FOLDED


def test_each_follow_up_belongs_to_a_migration(hero_root: Path) -> None:
    titles = [migration.title for migration in migrations()]
    assert set(_FOLLOW_UPS) <= set(titles)
    done: list[str] = []
    connection = open_writer(hero_root / DATABASE)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for title in [*_FOLLOW_UPS]:
                patch.setitem(_FOLLOW_UPS, title, partial(_note, done, title))
            run_follow_ups(connection, titles.index("folded_tags"))
            run_follow_ups(connection, titles.index("logins"))
            run_follow_ups(connection, len(titles))
    finally:
        connection.close()
    assert done == ["folded_tags", "logins", "identity", "list_rows", "logins", "identity", "list_rows"]


def _note(done: list[str], title: str, _connection: apsw.Connection) -> None:
    done.append(title)
