"""The glossary names every noun once, and where it is."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.build.checks.words import GLOSSARY, read_table
from scripts.build.workspace import Workspace
from tests.builds import ROOT

TEXT = (ROOT / GLOSSARY).read_text("utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `([^|`]+)` \|$", TEXT, re.MULTILINE)


def find(place: str) -> Path | None:
    """The folder or module that a place of the glossary stands for."""
    package, _, rest = place.partition("/")
    found = Workspace().packages.get(package)
    if found is None:
        return None
    path = found.folder / "src" / found.module / rest
    places = (path, path.with_suffix(".py"), found.folder / rest)
    return next((candidate for candidate in places if candidate.exists()), None)


def test_every_row_has_a_noun_a_meaning_and_a_place() -> None:
    tables = TEXT.partition("## Words with a better one")[0]
    assert len(ROWS) == len(re.findall(r"^\| (?!noun)", tables, re.MULTILINE)) > 50


def test_no_noun_is_there_twice() -> None:
    nouns = [noun for row in ROWS for noun in row[0].split(", ")]
    assert sorted(nouns) == sorted(set(nouns))


def test_no_noun_is_a_word_with_a_better_one() -> None:
    nouns = {noun for row in ROWS for noun in row[0].split(", ")}
    table = read_table(TEXT)
    assert not nouns & set(table)
    assert set(table.values()) <= nouns


def test_every_place_exists() -> None:
    assert sorted({place for _, _, place in ROWS if find(place) is None}) == []
