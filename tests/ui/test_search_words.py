"""The page takes a search apart by the words that the server knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hero_assistance_server.search.filters import NAMED, WORDS, FilterKey

STORES = Path(__file__).resolve().parents[2] / "packages" / "ui" / "frontend" / "stores"
QUERY, PRIORITIES = STORES / "search" / "query.ts", STORES / "tickets" / "priorities.ts"


def words_of_page(name: str, module: Path = QUERY) -> list[str]:
    """The texts of one of the page's lists."""
    found = re.search(rf"export const {name}\b[^=]*= \[([^\]]*)\]", module.read_text())
    assert found, name
    return re.findall(r'"([^"]+)"', found[1])


def test_the_page_knows_the_keys_of_the_server() -> None:
    assert sorted(words_of_page("KEYS")) == sorted(key.value for key in NAMED)


@pytest.mark.parametrize(
    ("name", "module", "key"),
    [
        ("STATUSES", QUERY, FilterKey.STATUS),
        ("PRIORITIES", PRIORITIES, FilterKey.PRIORITY),
        ("STATES", QUERY, FilterKey.IS),
    ],
)
def test_the_page_knows_the_words_of_each_key(name: str, module: Path, key: FilterKey) -> None:
    assert sorted(words_of_page(name, module)) == sorted(WORDS[key])
