"""The origins whose pages may show the desk: what an operator writes, and what becomes of it in a policy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.net.embedders import Embedders, parse_embedders

pytestmark = pytest.mark.pure


def test_without_any_the_desk_is_shown_by_its_own_pages_alone() -> None:
    for text in ("", " ,\n"):
        assert parse_embedders(text) == Embedders()
    assert Embedders().frame_ancestors == "frame-ancestors 'self'"


def test_origins_are_split_by_spaces_and_commas_and_each_counts_once() -> None:
    found = parse_embedders(
        "https://app.example.org/, HTTPS://APP.example.org\nhttp://10.0.0.1:8080  https://*.example.net"
    )
    assert found.origins == ("https://app.example.org", "http://10.0.0.1:8080", "https://*.example.net")
    assert found.invalid == ()
    assert found.frame_ancestors == f"frame-ancestors 'self' {' '.join(found.origins)}"


def test_the_port_of_a_scheme_is_left_out_as_browsers_do() -> None:
    found = parse_embedders("https://a.org:443 http://a.org:80 https://a.org:80 https://*.a.org:443/ https://a.org")
    assert found.origins == ("https://a.org", "http://a.org", "https://a.org:80", "https://*.a.org")
    assert found.invalid == ()


@pytest.mark.parametrize(
    "entry",
    [
        *("*", "'none'", "'self'", "https:", "https://*", "https://*.", "app.example.org", "ftp://a.org", "data:"),
        *("https://a.org/path", "https://a.org?x", "https://a.org#x", "https://user@a.org", "https://a.org:99999"),
        *(
            "https://a.org;script-src",
            "https://a*.org",
            "https://*.*.org",
            "http://[400::1]",
            "https://",
            "https://a.org:",
        ),
    ],
)
def test_what_is_no_origin_is_left_out(entry: str) -> None:
    found = parse_embedders(f"https://good.example {entry}")
    assert found == Embedders(("https://good.example",), (entry,))


@given(st.text())
def test_no_text_can_add_another_directive(text: str) -> None:
    policy = parse_embedders(text).frame_ancestors
    assert not set(";,\r\n'\"") & set(policy.removeprefix("frame-ancestors 'self'"))
    assert policy.isascii()
