"""The words of texts: any case, accents and normal form, scripts without spaces, invisible characters and symbols."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import apsw
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.search.filters import FilterKey, Term, parse
from hero_assistance_server.search.folding import fold, fold_with_places
from hero_assistance_server.search.snippets import patterns
from hero_assistance_server.search.tokenizer import index_text, join_texts, unsearchable, words_of
from hero_assistance_server.storage.sql.search.expression import build_full_text_query
from hero_assistance_server.storage.sqlite.database.migrate import migrations
from hero_assistance_server.timestamps import time_of
from hero_assistance_server.users.model import User

pytestmark = pytest.mark.pure

BOB = User(UserId("bob"), "Bob", Role.AGENT)
NEVER = (time_of(0), time_of(0))
_LAST = next(statement for m in reversed(migrations()) for statement in m.sql.split(";") if "USING fts5" in statement)
_DATABASE = apsw.Connection(":memory:")
_DATABASE.execute(_LAST[_LAST.index("CREATE") :])


def finds(text: str, query: Term | str) -> bool:
    """Whether the index that the newest migration makes finds a text, and the snippet marks something in it."""
    filter_ = parse(query if isinstance(query, str) else "x")
    if isinstance(query, Term):
        filter_ = type(filter_)((query,))
    built = build_full_text_query(filter_, BOB, NEVER)
    if built is None:
        return False
    _DATABASE.execute("DELETE FROM search_index")
    _DATABASE.execute("INSERT INTO search_index (rowid, public, notes) VALUES (1, ?, '')", (join_texts([text]),))
    sql = "SELECT count(*) FROM search_index WHERE search_index MATCH ?"
    found = bool(_DATABASE.execute(sql, (built.expression,)).get)
    folded, _ = fold_with_places(text)
    assert all(pattern.search(folded) for pattern in patterns(filter_)) is found, (text, query)
    return found


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("Straße", ["STRASSE", "strasse", "straße", "STRAẞE", "stra*", "strass*"]),
        ("Łódź", ["lodz", "LODZ", "łódź", "Łodz"]),
        ("Øre", ["ore", "ORE", "øre"]),
        ("Đặng Hưng", ["dang", "hung", "đặng"]),
        ("œuvre, Æsir, ĳs, ﬁn", ["oeuvre", "aesir", "ijs", "fin", "ŒUVRE", "æsir"]),
        ("Þór, Sigurðsson, Háŋ", ["thor", "sigurdsson", "han"]),
        ("İstanbul ISPARTA ığdır", ["istanbul", "ISTANBUL", "ısparta", "igdir", "IĞDIR", "iğdır"]),
        ("Ħal Ŧana Ɨ Ƶ Ƀ", ["hal", "tana", "i", "z", "b"]),
        ("ΟΔΟΣ ὁδός", ["οδος", "ΟΔΌΣ", "οδοσ"]),
        ("Ёлка, йод", ["елка", "ЁЛКА", "иод"]),
        ("مَرْحَبًا أحمد محـــمد", ["مرحبا", "احمد", "محمد"]),
        ("שָׁלוֹם", ["שלום"]),
        ("로그인이 안 됩니다", ["로그인", "로그", "됩니다", "인이", "로그*"]),
        ("각", ["각", "각"]),
        ("日本語のテキスト", ["日本", "テキスト", "ﾃｷｽﾄ", "語"]),
        ("がっこう ガス", ["がっこう", "ｶﾞｽ", "が"]),
        ("हिन्दी में", ["हिन्दी", "हिन्*"]),
        ("ภาษาไทย", ["ไทย", "ภาษา"]),
        ("ＶＰＮ ① ½ ㎏ ™", ["vpn", "1", "kg"]),
        ("pass\u200bword", ["password", "pass", "word", "pass\u200bword", '"pass word"']),
        ("می\u200cخواهم", ["می\u200cخواهم", "میخواهم", "خواهم", '"می خواهم"']),
        ("میخواهم", ["می\u200cخواهم", "میخواهم"]),
        ("Donau\u00addampf\u2060schiff\ufeff", ["donaudampfschiff", "dampfschiff"]),
        ("in\u202evisi\u3164ble \u2066v\u180ep\u034fn\u2069", ["invisible", "vpn"]),
        ("on 🔥 fire", ["🔥", "fire", '"on fire"', "🔥 on", "fire🔥"]),
        ("👍🏽 👩‍💻 ❤️ 🇩🇪", ["👍", "👍🏿", "👩‍💻", "💻", "❤", "❤️", "🇩🇪"]),
        ("20 € ≥ 15 £, →x", ["€", "20€", "≥", "£", "→", "x"]),
        ("cafe\u0301", ["café", "cafe", "CAFÉ"]),
        ("日vpn本", ["vpn", "日", "本"]),
    ],
)
def test_what_is_found_in(text: str, queries: list[str]) -> None:
    for form in ("NFC", "NFD"):
        assert [query for query in queries if not finds(unicodedata.normalize(form, text), query)] == []


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("각", ["가", "ㄱ"]),
        ("か", ["が"]),
        ("が", ["か"]),
        ("हिन्दी", ["न", "हिन"]),
        ("日本", ["本日"]),
        ("pass word", ["password"]),
        ("password", ["word", "pass"]),
        ("🔥", ["💧", "fire"]),
        ("a 🔥 b 🔥", ["🔥🔥"]),
        ("anything !? at all…", ["!?", "…", "-", "…!", "«»"]),
        ("", ["🔥", "!?"]),
    ],
)
def test_what_is_not_found_in(text: str, queries: list[str]) -> None:
    assert [query for query in queries if query != "-" and finds(text, query)] == []


@pytest.mark.parametrize("query", ["!?", "...", "-!?", "…", "\u200b", "\ufe0f", "\ue000", "!? *-*", "status:open !?"])
def test_what_has_nothing_to_look_for_finds_nothing_and_says_so(query: str) -> None:
    filter_ = parse(query)
    assert build_full_text_query(filter_, BOB, NEVER) is None
    assert unsearchable(filter_.texts) == [term.value for term in filter_.texts]


def test_what_has_nothing_to_look_for_does_not_matter_next_to_a_word() -> None:
    assert finds("the vpn", "!!! vpn ???")
    assert unsearchable(parse("!!! vpn ???").texts) == ["!!!", "???"]


_CHARACTERS = st.characters(exclude_categories=["Cs"])
_LETTERS = st.text(st.characters(categories=("L", "N", "M", "So", "Sc")), min_size=1, max_size=8)
_EUROPEAN = st.text(st.characters(categories=("L", "M"), max_codepoint=0x1FFF), min_size=1, max_size=8)
_SPOKEN = st.one_of(_LETTERS, _EUROPEAN, st.text(st.sampled_from("ßẞſıİæŒøŁđþǅﬀ로그각กあが日ηΣς'🔥€"), min_size=1))
_CASES: list[Callable[[str], str]] = [str, str.upper, str.lower, str.casefold, str.swapcase, str.title]
_FORMS: list[Callable[[str], str]] = [
    str,
    *(lambda text, form=form: unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")),
]


@given(
    st.lists(_SPOKEN, min_size=1, max_size=5),
    st.data(),
    st.sampled_from(_CASES),
    st.sampled_from(_FORMS),
    st.sampled_from(_FORMS),
)
def test_words_are_found_in_any_case_and_normal_form(
    words: list[str],
    data: st.DataObject,
    case: Callable[[str], str],
    form: Callable[[str], str],
    stored: Callable[[str], str],
) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    query = Term(FilterKey.PHRASE, form(case(" ".join(words[start:end]))))
    assume(not words_of(query.value).is_empty)
    assert finds(stored(" ".join(words)), query)


_ACCENTS = st.sampled_from("\u0300\u0301\u0302\u0303\u0308\u030a\u0327\u0328\u0331\u0338")
_INVISIBLE = st.sampled_from("\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066\u034f\ufe0f\u3164")


@given(st.text(st.characters(categories=["L"], max_codepoint=0x24F), min_size=1, max_size=8), st.data())
def test_accents_and_invisible_characters_do_not_matter(word: str, data: st.DataObject) -> None:
    adorned = word
    for extra in data.draw(st.lists(st.one_of(_ACCENTS, _INVISIBLE), max_size=4)):
        place = data.draw(st.integers(1, len(adorned)))
        adorned = adorned[:place] + extra + adorned[place:]
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    for text in (word, adorned, plain):
        for query in (word, adorned, plain):
            assert finds(f"one {text} two", Term(FilterKey.PHRASE, query))


@given(st.text(_CHARACTERS, max_size=30))
def test_a_text_and_its_places_are_folded_alike(text: str) -> None:
    flat, places = fold_with_places(unicodedata.normalize("NFKD", text))
    assert flat == fold(text)
    assert len(places) == len(flat) + 1
    assert [*places] == sorted(places)


@given(st.text(_CHARACTERS, max_size=30), st.text(_CHARACTERS, max_size=8), st.booleans())
def test_a_snippet_marks_what_the_index_finds(text: str, query: str, prefix: bool) -> None:
    finds(text, Term(FilterKey.PREFIX if prefix else FilterKey.PHRASE, query))


@given(st.text(_CHARACTERS, max_size=40))
def test_the_index_has_no_capitals_and_no_punctuation(text: str) -> None:
    indexed = index_text(text)
    if not text.isascii():
        assert not any(c.isupper() or unicodedata.category(c)[0] in "PZ" for c in indexed if c != " ")
    assert index_text(indexed).split() == index_text(index_text(indexed)).split()
