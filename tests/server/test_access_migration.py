"""Links, codes and bindings of an earlier version: links count on, codes without a key do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from tests.capabilities import sqlite_only

pytestmark = sqlite_only("migrates a file of an earlier release")

VERSION = next(one.number for one in migrations() if one.title == "access") - 1
EARLIER = """
    INSERT INTO users (user_id, name, role, created_at) VALUES ('carol', 'Carol', 'customer', 1),
        ('bob', 'Bob', 'agent', 1);
    INSERT INTO sign_in_tokens VALUES (x'01', 'carol', x'aa', x'cc', 5, unixepoch() * 1000 + 86400000),
        (x'02', NULL, x'ab', x'cd', 5, unixepoch() * 1000 + 60000);
    INSERT INTO oidc_identities VALUES ('https://a.example.org/', '1', 'carol', 1),
        ('https://b.example.org/', '2', 'bob', 1), ('https://b.example.org', '3', 'bob', 2);
"""


@pytest.fixture
def database(hero_root: Path) -> Iterator[apsw.Connection]:
    connection = open_writer(hero_root / "tickets.db")
    migrate(connection, migrations()[:VERSION])
    connection.execute(EARLIER)
    migrate(connection, migrations())
    yield connection
    connection.close()


def test_links_count_on_and_codes_do_not(database: apsw.Connection) -> None:
    query = "SELECT address_hash, kind, user_id, token_hash, code_hash, tries_left FROM sign_in_tokens ORDER BY 1"
    assert list(database.execute(query)) == [
        (b"\x01", "invited", "carol", b"\xaa", None, 0),
        (b"\x02", "requested", None, b"\xab", None, 0),
    ]


def test_an_issuer_has_no_slash_at_its_end(database: apsw.Connection) -> None:
    query = "SELECT issuer, subject, user_id FROM oidc_identities ORDER BY 1, 2"
    assert list(database.execute(query)) == [
        ("https://a.example.org", "1", "carol"),
        ("https://b.example.org", "3", "bob"),
    ]
