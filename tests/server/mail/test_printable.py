"""What of foreign texts goes into a mail."""

from __future__ import annotations

import pytest

from hero_assistance_server.mail.printable import make_ascii_url, make_line, make_text
from hero_assistance_server.mail.sending.sender_address import use_ascii_domain

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a\u2028b\x85c\x0bd", "a b c d"),
        ("\u202egnp.exe\u2066 x", "gnp.exe x"),
        ("\x1b[31mred\x00", "[31mred"),
        ("Zoë 名前 🙂", "Zoë 名前 🙂"),
        ("👩\u200d💻 می\u200cخواهم", "👩\u200d💻 می\u200cخواهم"),
        ("x" * 10_000, "x" * 99 + "…"),
    ],
)
def test_a_line_is_printable_and_short(text: str, line: str) -> None:
    assert make_line(text, 100) == line


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\n.\r\nb\rc\n\td", "a\n.\nb\nc\n\td"),
        ("a\u2029b\x00\x1b[2J\x9b", "ab[2J".replace("ab", "a\nb")),
        ("\u202eabc\u202c \u2067def\u2069", "abc def"),
        ("שלום \u200fעולם", "שלום \u200fעולם"),
        ("\ud800x", "x"),
    ],
)
def test_a_text_keeps_its_lines_and_commands_nothing(text: str, cleaned: str) -> None:
    assert make_text(text) == cleaned


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://desk.example.org/unsubscribe?token=a-b_c", "https://desk.example.org/unsubscribe?token=a-b_c"),
        ("https://bücher.example/hilfe ü?token=x", "https://xn--bcher-kva.example/hilfe%20%C3%BC?token=x"),
        ("http://[400::1]:9771/x?token=y", "http://[400::1]:9771/x?token=y"),
        ("https://a.example/x>,<mailto:b@c.org>?token=y", "https://a.example/x%3E%2C%3Cmailto:b@c.org%3E?token=y"),
        ("https://a>b.example/x?token=y", None),
        ("https://user@evil.example/x?token=y", None),
        ("https://..ü/x?token=y", None),
    ],
)
def test_a_link_in_a_header_is_ascii_and_one(url: str, found: str | None) -> None:
    assert make_ascii_url(url) == found


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("dan@example.org", "dan@example.org"),
        ("dan@bücher.example", "dan@xn--bcher-kva.example"),
        ("дан@bücher.example", "дан@xn--bcher-kva.example"),
        ("dan@..ü", "dan@..ü"),
    ],
)
def test_a_domain_is_written_as_the_dns_has_it(address: str, found: str) -> None:
    assert use_ascii_domain(address) == found
