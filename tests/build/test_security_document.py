"""docs/security.md names a test for each attack; each of them is there, and tests something."""

from __future__ import annotations

import re

import pytest

from tests.builds import ROOT

DOCUMENT = (ROOT / "docs" / "security.md").read_text()
_TEST = re.compile(r"`(tests/[\w/.]+)`")
_FUNCTION = re.compile(r"^(?:async )?def test_", re.MULTILINE)
HEAD = "| who tries what | what happens | test |"


def list_attacks() -> list[list[str]]:
    """The rows of the tables of attacks, as their cells."""
    rows, is_inside = [], False
    for line in DOCUMENT.splitlines():
        is_inside = line == HEAD or (is_inside and line.startswith("|"))
        if is_inside and line != HEAD and not line.startswith("|---"):
            rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def test_there_are_attacks() -> None:
    assert len(list_attacks()) > 40


@pytest.mark.parametrize("row", list_attacks(), ids=lambda row: row[0][:60])
def test_an_attack_says_who_tries_what_happens_and_which_test(row: list[str]) -> None:
    assert len(row) == 3
    assert all(row)
    assert _TEST.findall(row[2])


@pytest.mark.parametrize("name", sorted(set(_TEST.findall(DOCUMENT))))
def test_a_named_test_is_there(name: str) -> None:
    path = ROOT / name
    modules = list(path.rglob("test_*.py")) if path.is_dir() else [path]
    assert modules
    assert all(module.is_file() and _FUNCTION.search(module.read_text()) for module in modules)
