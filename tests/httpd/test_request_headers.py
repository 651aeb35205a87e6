"""The rule for request headers, without a socket."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from hero_assistance_httpd.request_headers import CHECKED, find_fault, pick_headers, read_header

pytestmark = pytest.mark.pure

Headers = list[tuple[bytes, bytes]]


@pytest.mark.parametrize("name", sorted(CHECKED))
def test_a_checked_header_is_given_once_in_utf_8(name: bytes) -> None:
    assert find_fault([(name, "josé".encode())]) is None
    assert find_fault([(name, b"a"), (name, b"a")]) == f"the header {name.decode()} is given twice"
    for value in (b"jos\xe9", b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"a\xc3"):
        assert find_fault([(name, value)]) == f"the header {name.decode()} is not UTF-8"


@pytest.mark.parametrize("headers", [[], [(b"accept", b"\xff"), (b"accept", b"*/*")], [(b"x-forwarded-for", b"a")] * 2])
def test_headers_that_nothing_is_decided_by_are_not_looked_at(headers: Headers) -> None:
    assert find_fault(headers) is None


def test_a_header_is_read_as_utf_8_and_passed_on_unchanged() -> None:
    headers = [(b"x-hero-user", "josé".encode()), (b"cookie", b"c"), (b"range", b"bytes=0-\xc3\xa9")]
    request = Request({"type": "http", "headers": headers})
    assert read_header(request, "x-hero-user") == "josé"
    assert read_header(request, "x-dev-user") is None
    assert pick_headers(request, [b"range", b"x-hero-user", b"if-range"]) == {
        headers[0][0]: headers[0][1],
        **dict(headers[2:]),
    }
