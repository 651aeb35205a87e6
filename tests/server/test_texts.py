"""Texts of users: what a list shows of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_server.texts import EXCERPT_LIMIT, EXCERPT_SOURCE, excerpt

pytestmark = pytest.mark.pure

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("  one\n\ttwo  ", "one two"),
        ("\x01\x1b[31m red", "[31m red"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200 + "…"),
        (("word " * 60), ("word " * 40).strip() + "…"),
        (" " * 5000 + "far", ""),
        ("a" + " " * 5000 + "far", "a…"),
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_an_excerpt_is_the_first_words(text: str, shown: str) -> None:
    assert excerpt(text) == shown


@given(text=TEXTS, times=st.integers(1, 200))
def test_an_excerpt_is_made_of_the_beginning_alone(text: str, times: int) -> None:
    long = text * times
    made = excerpt(long)
    assert made == excerpt(long[: EXCERPT_SOURCE + 1])
    assert len(made) <= EXCERPT_LIMIT + 1
    assert "\n" not in made
