"""The filter language: every key, every mistake, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_server.search.filters import NAMED, TERMS_LIMIT, WORDS, Filter, FilterKey, Term, parse, suggest_key
from tests.server.filter_text import format_filter

pytestmark = pytest.mark.pure


def test_every_kind_of_term() -> None:
    text = 'status:open assignee:me -tag:"two words" before:2026-01-01 is:unassigned "a \\"phrase\\"" -vpn conn*'
    assert parse(text).terms == (
        Term(FilterKey.STATUS, "open"),
        Term(FilterKey.ASSIGNEE, "me"),
        Term(FilterKey.TAG, "two words", negated=True),
        Term(FilterKey.BEFORE, "2026-01-01"),
        Term(FilterKey.IS, "unassigned"),
        Term(FilterKey.PHRASE, 'a "phrase"'),
        Term(FilterKey.WORD, "vpn", negated=True),
        Term(FilterKey.PREFIX, "conn"),
    )


def test_nothing_asks_for_everything() -> None:
    assert parse("") == parse(" \t\n") == Filter()


@pytest.mark.parametrize(
    "text",
    [
        "10:30",
        "e-mail",
        "c++",
        "1:B",
        "カタカナ:x",
        'a"b',
        "http://x/y",
        "Re:",
        "statsu:open",
        "C:\\x",
        "Status:broken",
    ],
)
def test_what_looks_like_more_is_a_word(text: str) -> None:
    assert parse(text).terms == (Term(FilterKey.WORD, text),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Re: invoice", ["Re:", "invoice"]),
        ("Status: all good", ["Status:", "all", "good"]),
        ("TAG: vpn", ["TAG:", "vpn"]),
        ('Fwd:"my invoice"', ['Fwd:"my', 'invoice"']),
        ("see http://x/y?a=b:c", ["see", "http://x/y?a=b:c"]),
    ],
)
def test_a_subject_or_an_address_is_words(text: str, words: list[str]) -> None:
    assert parse(text).terms == tuple(Term(FilterKey.WORD, word) for word in words)


def test_a_key_may_be_in_capitals() -> None:
    assert parse("Status:open TAG:VPN -Is:done").terms == (
        Term(FilterKey.STATUS, "open"),
        Term(FilterKey.TAG, "VPN"),
        Term(FilterKey.IS, "done", negated=True),
    )


@pytest.mark.parametrize(("text", "meant"), [("statsu:open", "status"), ("http://x", None), ('"statsu:"', None)])
def test_a_mistyped_key_is_suggested(text: str, meant: str | None) -> None:
    (term,) = parse(text).terms
    assert suggest_key(term) == meant


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("vpn  status:opne", 13, "did you mean open?"),
        ("priority:x", 10, "priority is never x"),
        ("is:open", 4, "is is never open"),
        ("before:2026-02-30", 8, "is no day"),
        ("after:yesterday", 7, "is no day"),
        ("status: open", 8, "missing"),
        ("tag:", 5, "missing"),
        ("a tag: b", 7, "missing"),
        ("-", 2, "missing"),
        ("- a", 2, "missing"),
        ("*", 1, "star"),
        ('a "open', 3, "has no end"),
        ('"a"b', 1, "sticks"),
        ('tag:" "', 5, "nothing between"),
        ('"\\"', 1, "has no end"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, place: int, says: str) -> None:
    with pytest.raises(InvalidParams) as refused:
        parse(text, param="query")
    assert refused.value.faults[0].startswith(f"query: character {place}: ")
    assert says in refused.value.faults[0]


def test_a_filter_has_a_bounded_number_of_terms() -> None:
    assert len(parse("a " * TERMS_LIMIT).terms) == TERMS_LIMIT
    with pytest.raises(InvalidParams):
        parse("a " * (TERMS_LIMIT + 1))


_ANY = st.text(min_size=1, max_size=20).filter(str.strip)
_DAYS = st.dates().map(lambda day: day.isoformat())


def _value_of(key: FilterKey) -> st.SearchStrategy[str]:
    if key in WORDS:
        return st.sampled_from(WORDS[key])
    return _DAYS if key in (FilterKey.BEFORE, FilterKey.AFTER) else _ANY


_NAMED = st.sampled_from(NAMED).flatmap(lambda key: st.builds(Term, st.just(key), _value_of(key), st.booleans()))
_PHRASES = st.builds(Term, st.just(FilterKey.PHRASE), _ANY, st.booleans())
_SPOKEN = st.from_regex(r"[^\W_]{1,9}(-\w{1,3})?", fullmatch=True)
_WORDS = st.builds(Term, st.sampled_from([FilterKey.WORD, FilterKey.PREFIX]), _SPOKEN, st.booleans())


@given(st.lists(st.one_of(_NAMED, _PHRASES, _WORDS), max_size=6).map(tuple))
def test_what_is_formatted_is_parsed_back(terms: tuple[Term, ...]) -> None:
    assert parse(format_filter(Filter(terms))) == Filter(terms)


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_a_clear_error(text: str) -> None:
    try:
        understood = parse(text)
    except InvalidParams:
        return
    assert parse(format_filter(understood)) == understood
