"""docs/sqlite_only.md lists every test of the server that `nox -s tests_postgres` skips, with its reason."""

from __future__ import annotations

import ast

from scripts.build.docs.sqlite_tests import COMMAND, PAGE, find_marks, render_page


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == render_page(), f"run {COMMAND}"


def test_marks_of_a_module_and_of_its_tests_are_found() -> None:
    module = ast.parse(
        "pytestmark = [pytest.mark.anyio, sqlite_only('all')]\n"
        "@sqlite_only('one')\n@pytest.mark.parametrize('x', [1])\nasync def test_a(x): ...\n"
        "@sqlite_only('one')\ndef test_b(): ...\ndef test_c(): ...\n"
    )
    assert list(find_marks(module)) == [("all", []), ("one", ["test_a", "test_b"])]
