"""The shared statements in PostgreSQL's words."""

from __future__ import annotations

import pytest

from hero_assistance_server.storage.postgres.database.dialect import translate

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("shared", "ours"),
    [
        ("SELECT ?, ?", "SELECT $1, $2"),
        ("SELECT ?2, ?1, ?2", "SELECT $2, $1, $2"),
        ("SELECT :b, :a, :b", "SELECT $1, $2, $1"),
        ("SELECT '?', ':a', 'it''s ?' = ?", "SELECT '?', ':a', 'it''s ?' = $1"),
        ("SELECT 'CROSS JOIN', 'json_array(' FROM a CROSS JOIN b", "SELECT 'CROSS JOIN', 'json_array(' FROM a JOIN b"),
        ("SELECT ?2, ?, ?1, ?", "SELECT $2, $3, $1, $4"),
        ("SELECT :day1, :day, :day1", "SELECT $1, $2, $1"),
        ("SELECT value/*!::bigint*/ WHERE value = ?", "SELECT value::bigint WHERE value = $1"),
        ("SELECT ?/*! ORDER BY ?*/ LIMIT ?", "SELECT $1 ORDER BY $2 LIMIT $3"),
        ("SELECT a::text = :a", "SELECT a::text = $1"),
        ("FROM a CROSS JOIN b ON b.x = a.x", "FROM a JOIN b ON b.x = a.x"),
        ("FROM mails INDEXED BY mails_by_state WHERE a = 1", "FROM mails  WHERE a = 1"),
        (
            "SELECT group_concat(row, char(10)) FROM (SELECT json_array(a) AS row)",
            "SELECT string_agg(row::text, chr(10)) FROM (SELECT json_build_array(a) AS row)",
        ),
    ],
)
def test_a_statement_says_the_same(shared: str, ours: str) -> None:
    assert translate(shared).text == ours


def test_named_values_are_given_in_the_order_of_the_statement() -> None:
    statement = translate("SELECT :b, :a, :b")
    assert statement.order({"a": 1, "b": 2, "never named": 3}) == [2, 1]


def test_values_in_order_stay_so() -> None:
    assert translate("SELECT ?2, ?1").order((1, 2)) == (1, 2)
    assert translate("SELECT 1").order(None) == ()
