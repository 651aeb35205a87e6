"""The rules of texts: what is refused, what is removed, and what must stay."""

from __future__ import annotations

from unicodedata import is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_server.texts import (
    EXCERPT_LIMIT,
    EXCERPT_SOURCE,
    TextFault,
    clean_line,
    clean_tag,
    clean_text,
    excerpt,
    fold_case,
    is_blank,
)

pytestmark = pytest.mark.pure

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
INVISIBLE = "\u200b\ufeff\u3164\u00ad\u202e\u2060\u200e\u180e\u034f\uffa0\U000e0041\u200c\u200d\ufe0f\u115f\u1160"


@pytest.mark.parametrize(
    "text", ["", " ", "\u00a0\u2003", "\u2800", *INVISIBLE, INVISIBLE, f" {INVISIBLE} "], ids=ascii
)
def test_what_nobody_can_see_is_blank(text: str) -> None:
    assert is_blank(text)
    with pytest.raises(TextFault, match="nothing to see"):
        clean_line(text)


@pytest.mark.parametrize("character", "\x00\x01\t\n\x0b\x0c\r\x1b\x1c\x1f\x7f\x80\x85\x9b\u2028\u2029", ids=ascii)
@pytest.mark.parametrize("text", ["a{}b", "{}ab", "ab{}"])
def test_a_line_has_no_character_that_breaks_or_controls(text: str, character: str) -> None:
    with pytest.raises(TextFault, match=rf"U\+{ord(character):04X}"):
        clean_line(text.format(character))


@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_what_has_no_look_is_no_difference_between_words(character: str) -> None:
    for written in (f"v{character}pn", f"{character}vpn", f"vpn{character}", f" vpn {character} "):
        assert clean_line(written) == "vpn"


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d⚕\ufe0f",
        "👨\u200d👩\u200d👧",
        "👩🏽\u200d💻 on call",
        "🏳\ufe0f\u200d🌈",
        "🙂\u200d↔\ufe0f",
        "❤\ufe0f",
        "1\ufe0f\u20e3",
        "ℹ\ufe0f here",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "می\u200cخواهم",
        "نامه\u200cها",
        "श्री क\u094d\u200dष",
        "ക\u0d4d\u200dഷ",
        "శ\u0c4d\u200cర",
        "葛\U000e0100城",
        "ᠠᠨ\u180eᠠ",
        "\u1100\u1160\u11ab",
        "שָׁלוֹם",
        "𞤀\u200d𞤁",
    ],
    ids=ascii,
)
def test_what_shapes_a_word_or_an_emoji_stays(text: str) -> None:
    assert clean_line(f" {text} ") == text
    assert excerpt(text).replace("\ufe0f", "") != ""
    assert clean_text(text) == text


@pytest.mark.parametrize("text", ["vpn", "VPN", " vpn ", "vpn\u200b", "V\u00adp\u200dN", "\ufeffVpn\u202e"], ids=ascii)
def test_tags_that_look_alike_are_one(text: str) -> None:
    assert clean_tag(text) == "vpn"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("ΛΌΓΟΣ", "λόγος"),
        ("Cafe\u0301", "CAFÉ"),
        ("two  words", "Two\u00a0Words"),
        ("İzmir", "i\u0307zmir"),
    ],
)
def test_tags_are_compared_in_any_case(one: str, other: str) -> None:
    assert clean_tag(one) == clean_tag(other)


def test_a_folded_word_is_spelled_as_people_do() -> None:
    assert fold_case("ΛΌΓΟΣ ΣΊΣΥΦΟΣ") == "λόγος σίσυφος"
    assert clean_tag("ısı") != clean_tag("isi")


@given(text=TEXTS)
def test_a_rule_that_was_kept_changes_nothing(text: str) -> None:
    for rule in (clean_line, clean_tag, clean_text):
        try:
            cleaned = rule(text)
        except TextFault:
            continue
        assert rule(cleaned) == cleaned
        assert is_normalized("NFC", cleaned)


@given(text=TEXTS)
def test_a_line_is_a_line(text: str) -> None:
    try:
        line = clean_line(text)
    except TextFault:
        return
    assert line == line.strip()
    assert line.splitlines() == [line]
    assert not is_blank(line)


@pytest.mark.parametrize("character", "\x00\x01\x08\x0b\x0c\x1b\x7f\x80\x84\x9b", ids=ascii)
def test_a_text_has_no_control_characters(character: str) -> None:
    with pytest.raises(TextFault, match=rf"U\+{ord(character):04X}"):
        clean_text(f"a{character}b")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc\x85d\ne", "a\nb\nc\nd\ne"),
        ("\ta \n\n  b ", "\ta \n\n  b "),
        ("e\u0301", "é"),
        ("a\u200b\u202eb\u2028c", "a\u200b\u202eb\u2028c"),
        ("", ""),
    ],
)
def test_a_text_keeps_its_lines_and_marks(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("  one\n\ttwo  ", "one two"),
        ("\x01\x1b[31m red", "[31m red"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200 + "…"),
        (("word " * 60), ("word " * 40).strip() + "…"),
        (("word " * 40) + "w", ("word " * 40).strip() + "…"),
        (("word " * 40), ("word " * 40).strip()),
        (("word " * 40) + "  w", ("word " * 40).strip() + "…"),
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
