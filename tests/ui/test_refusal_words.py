"""The page has words for each kind of refusal of the server, and they name nothing that the server does not send."""

from __future__ import annotations

import re
from pathlib import Path

from hero_assistance_sdk.refusals import REFUSAL_MEANINGS, RefusalKind

PART = Path(__file__).resolve().parents[2] / "packages" / "ui" / "frontend" / "stores" / "refusals" / "refusals_part.ts"


def words_of_the_page() -> str:
    """The table of the page's words, by kind."""
    return PART.read_text("utf-8").partition("\nconst WORDS")[2].partition("\n};")[0]


def test_the_page_has_words_for_each_kind() -> None:
    entries = re.findall(r"^  (\w+): \(", words_of_the_page(), re.MULTILINE)
    assert entries == [kind.value for kind in RefusalKind]


def test_the_page_says_the_values_that_a_kind_names() -> None:
    pattern = re.compile(r"^  (\w+): \((.*?)(?=^  \w+: \(|\Z)", re.MULTILINE | re.DOTALL)
    for kind, entry in pattern.findall(words_of_the_page()):
        read = set(re.findall(r"(?:text|count|size)\(\"(\w+)\"\)", entry))
        assert read <= set(re.findall(r"`(\w+)`", REFUSAL_MEANINGS[RefusalKind(kind)])), kind
