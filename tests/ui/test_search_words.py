"""The page takes a search apart by the words that the server knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hero_assistance_server.search.filters import NAMED, WORDS, Key

QUERY = Path(__file__).resolve().parents[2] / "packages" / "ui" / "frontend" / "stores" / "search" / "query.ts"


def words_of_page(name: str) -> list[str]:
    """The texts of one of the page's lists."""
    found = re.search(rf"export const {name}\b[^=]*= \[([^\]]*)\]", QUERY.read_text())
    assert found, name
    return re.findall(r'"([^"]+)"', found[1])


def test_the_page_knows_the_keys_of_the_server() -> None:
    assert sorted(words_of_page("KEYS")) == sorted(key.value for key in NAMED)


@pytest.mark.parametrize(("name", "key"), [("STATUSES", Key.STATUS), ("PRIORITIES", Key.PRIORITY), ("STATES", Key.IS)])
def test_the_page_knows_the_words_of_each_key(name: str, key: Key) -> None:
    assert sorted(words_of_page(name)) == sorted(WORDS[key])
