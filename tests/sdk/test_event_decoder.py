"""Bytes of a stream as events, by the rules of the HTML standard, wherever they are cut."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.sse import EventDecoder, SentEvent, encode

pytestmark = pytest.mark.pure

BOM = b"\xef\xbb\xbf"


def decoded(chunks: Iterable[bytes], limit: int = 1_000_000) -> list[SentEvent]:
    decoder = EventDecoder(limit)
    return [event for chunk in chunks for event in decoder.decode(chunk)]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"data: a\n\n", SentEvent("message", "a", None)),
        (b"data:a\r\rdata: b\n\n", SentEvent("message", "a", None)),
        (b"event: e\r\ndata: a\r\ndata\r\ndata:  b\r\n\r\n", SentEvent("e", "a\n\n b", None)),
        (b"id: 7\n\n", SentEvent("message", "", "7")),
        (b"id\n\n", SentEvent("message", "", "")),
        (b"id: 7\nid: 8\0\ndata: x\n\n", SentEvent("message", "x", "7")),
        (b": comment\nnonsense\nretry: x\nevent: one\nevent: two\ndata: \xff\n\n", SentEvent("two", "\ufffd", None)),
        (BOM + b"event: first\ndata: x\n\n", SentEvent("first", "x", None)),
        (BOM + b"data: x\n\n", SentEvent("message", "x", None)),
    ],
)
def test_the_rules_of_the_standard(sent: bytes, expected: SentEvent) -> None:
    assert decoded([sent])[0] == expected
    # A byte at a time is the same.
    assert decoded(sent[at : at + 1] for at in range(len(sent)))[0] == expected


def test_a_mark_of_utf_8_belongs_to_the_beginning_alone() -> None:
    assert decoded([BOM + b"\n" + BOM + b"data: x\n\n"]) == []


@pytest.mark.parametrize("sent", [b"data: x", b"data: x\n", b"event: e\ndata: x\n", b"\n\n\n", b": only a comment\n\n"])
def test_what_is_not_ended_or_empty_is_no_event(sent: bytes) -> None:
    assert decoded([sent]) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 2**53), st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])))
    ),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.lists(st.integers(1, 50)),
)
def test_cuts_change_nothing(sent: list[tuple[int, str]], end: bytes, sizes: list[int]) -> None:
    whole = BOM + b"".join(encode(event="e", data=data, seq=seq) for seq, data in sent).replace(b"\n", end)
    chunks, rest = [], whole
    for size in sizes:
        chunks.append(rest[:size])
        rest = rest[size:]
    found = decoded([*chunks, rest])
    assert found == [SentEvent("e", data, str(seq)) for seq, data in sent]


@pytest.mark.parametrize(
    "sent", [b"data: " + b"x" * 200, b"data: xxxx\n" * 50, b"id: " + b"9" * 200 + b"\n\n", b"x" * 200, b":" * 200]
)
def test_an_event_is_bounded_before_it_ends(sent: bytes) -> None:
    with pytest.raises(ValueError, match="more than 100 bytes"):
        decoded((sent[at : at + 7] for at in range(0, len(sent), 7)), limit=100)


def test_comments_and_small_events_are_not_bounded_together() -> None:
    assert len(decoded([b": comment\n" * 1000, b"data: x\n\n" * 1000], limit=100)) == 1000
