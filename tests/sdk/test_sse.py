"""Events as bytes."""

from __future__ import annotations

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.sse import encode

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("expected", "fields"),
    [
        (b"retry: 1000\n\n", {"retry_ms": 1000}),
        (b"retry: 1000\nid: 7\n\n", {"retry_ms": 1000, "seq": 7}),
        (b"event: ping\ndata: {}\n\n", {"event": "ping", "data": "{}"}),
        (b"id: 0\nevent: e\ndata: a\ndata: b\n\n", {"seq": 0, "event": "e", "data": "a\nb"}),
        ("data: \u2603\n\n".encode(), {"data": "\u2603"}),
    ],
)
def test_bytes(expected: bytes, fields: dict[str, object]) -> None:
    assert encode(**fields) == expected  # type: ignore[arg-type]


@given(
    st.lists(
        st.tuples(st.integers(0, 2**63), st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])))
    )
)
def test_another_implementation_reads_what_we_encode(sent: list[tuple[int, str]]) -> None:
    body = b"".join(encode(event="e", data=data, seq=seq) for seq, data in sent)
    response = httpx2.Response(
        200,
        headers={"content-type": "text/event-stream"},
        content=body,
        request=httpx2.Request("GET", "http://desk"),
    )
    assert [(int(event.id), event.data) for event in httpx2.EventSource(response)] == sent
