"""HTML mail for the frame: what looks stays, what runs, loads or sends something goes."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_server.mail.receiving.parsing.html_document import (
    HTML_BYTES,
    PICTURES_BYTES,
    clean_style,
    make_html_document,
    sanitize_html,
)
from hero_assistance_server.mail.receiving.parsing.parts import parse_parts
from tests.server.pictures import png

pytestmark = pytest.mark.pure


def shown(source: str, *, loads_pictures: bool = False) -> str:
    return sanitize_html(source, {}, loads_pictures=loads_pictures).html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<math><mtext><script>alert(1)</script></mtext></math>",
        "<style>@import url(https://evil.example/x.css); body { background: url(https://evil.example) }</style>",
        '<link rel="stylesheet" href="https://evil.example/x.css">',
        '<meta http-equiv="refresh" content="0; url=https://evil.example">',
        '<base href="https://evil.example/">',
        '<form action="https://evil.example"><input name="password"><button>Sign in</button></form>',
        '<iframe src="https://evil.example"></iframe><object data="https://evil.example"></object>',
        '<a href="javascript:alert(1)">x</a><a href="data:text/html,evil.example">y</a>',
        '<a href=" java\tscript:alert(1)">x</a>',
        '<img src="https://evil.example/pixel.gif"><img srcset="https://evil.example 2x">',
        '<img src="data:image/svg+xml;base64,PHN2Zy8+"><img src="data:text/html,evil.example">',
        '<td background="https://evil.example"><table background="https://evil.example"><body background=evil.example>',
        '<p style="background:url(https://evil.example)">x</p><p style="background-image: image-set(evil.example)">',
        '<p style="color: red; background-color: u\\72l(https://evil.example)">x</p>',
        '<p style="color:red/**/;width:expression(alert(1))">x</p><p style="position:fixed;top:0;z-index:9">x</p>',
        '<p style="font-family: x; behavior: url(evil.example); -moz-binding: url(evil.example)">x</p>',
        '<video src="https://evil.example" autoplay></video><audio src="https://evil.example"></audio>',
        '<p id="configuration" class="button" onclick="alert(1)" formaction="evil.example">x</p>',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
        "<template><script>alert(1)</script></template><!-- evil.example -->",
    ],
)
def test_an_attack_leaves_nothing(source: str) -> None:
    html = shown(source).lower()
    for sign in (
        "evil.example",
        "script",
        "onerror",
        "onload",
        "alert(",
        "url(",
        "position",
        "<form",
        "<input",
        "<svg",
    ):
        assert sign not in html, html
    for name in (" id=", " class=", "background=", "<style", "<meta", "<base", "<link", "<iframe", "srcset"):
        assert name not in html, html


def test_what_looks_stays() -> None:
    source = (
        '<table width="600" bgcolor="#eee" border="0"><tr><td colspan="2" style="padding: 8px; color: rgb(1, 2, 3)">'
        '<h1 align="center">Sale</h1><font color="red" size="4">now</font></td></tr></table>'
    )
    assert shown(source) == source.replace("<tr>", "<tbody><tr>").replace("</tr>", "</tr></tbody>")


def test_links_open_apart_and_tell_nothing() -> None:
    html = shown('<a href="https://example.org/a?b=1&amp;c=2" target="_top" onclick="x()">read</a>')
    assert 'target="_blank"' in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert 'href="https://example.org/a?b=1&amp;c=2"' in html


def test_pictures_of_the_web_are_counted_and_stay_only_when_asked_for() -> None:
    source = '<img src="https://example.org/a.png" alt="A"><img src="http://example.org/b.png">'
    without = sanitize_html(source, {}, loads_pictures=False)
    assert (without.web_pictures, "example.org" in without.html, 'alt="A"' in without.html) == (2, False, True)
    loaded = sanitize_html(source, {}, loads_pictures=True)
    assert (loaded.web_pictures, loaded.html.count("example.org")) == (2, 2)


def test_a_cell_spans_no_more_than_a_table_can_have() -> None:
    html = shown('<table><tr><td colspan="99999999" rowspan="-1">x</td><td colspan="2">y</td></tr></table>')
    assert 'colspan="50"' in html
    assert 'colspan="2"' in html
    assert "rowspan" not in html


def mail_with(html: str, content: bytes, content_id: str = "<logo@x>") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "erin@example.org"
    mail.set_content("plain")
    mail.add_alternative(html, subtype="html")
    parts = mail.get_payload()
    assert isinstance(parts, list)
    rich = parts[1]
    assert isinstance(rich, EmailMessage)
    rich.add_related(content, "image", "png", cid=content_id)
    return mail


def test_a_picture_of_the_mail_stands_in_its_place() -> None:
    mail = mail_with('<p>Look: <img src="cid:logo@x" alt="Logo"></p>', png(2, 3))
    document = make_html_document(parse_parts(mail.as_bytes()), loads_pictures=False)
    assert document is not None
    assert '<img src="data:image/png;base64,' in document.html
    assert document.web_pictures == 0


@pytest.mark.parametrize("content", [b"<svg onload='x()'></svg>", png(1, 1) + bytes(PICTURES_BYTES)])
def test_what_is_no_picture_or_too_large_a_one_is_not_shown(content: bytes) -> None:
    mail = mail_with('<p>Look: <img src="cid:logo@x" alt="Logo"></p>', content)
    document = make_html_document(parse_parts(mail.as_bytes()), loads_pictures=False)
    assert document is not None
    assert "data:" not in document.html


@pytest.mark.parametrize(
    "html", ["<div>" * 5000, "x" * (HTML_BYTES + 1), "   "], ids=["nested deeply", "long", "empty"]
)
def test_html_that_is_no_mail_of_a_person_is_shown_as_text_alone(html: str) -> None:
    raw = b"Content-Type: text/html\r\n\r\n" + html.encode()
    assert make_html_document(parse_parts(raw), loads_pictures=False) is None


def test_a_huge_table_takes_linear_time() -> None:
    rows = "<tr><td style='color: red'>x" * (HTML_BYTES // 30)
    mail = parse_parts(b"Content-Type: text/html\r\n\r\n<table>" + rows.encode())
    begun = time.process_time()
    assert make_html_document(mail, loads_pictures=False)
    assert time.process_time() - begun < 10


@given(st.text(alphabet=st.sampled_from("url(htps:/e.)\\;{}'\"@#-color bg/*<>\x00\n1"), max_size=60))
def test_no_style_has_a_function_but_of_colours(value: str) -> None:
    style = clean_style(f"color: {value}; background-color: {value}") or ""
    assert "\\" not in style
    assert "(" not in style.replace("rgb(", "").replace("hsl(", "").replace("rgba(", "").replace("hsla(", "")
    assert not set(style) & set("{}<>@;") - {";"}


def test_a_style_keeps_what_sets_the_look() -> None:
    style = "COLOR: #123; background: url(x); Display: none; font-family: 'Arial', sans-serif; display: flex"
    assert clean_style(style) == "color: #123; display: none; font-family: 'Arial', sans-serif"
    assert clean_style("position: fixed") is None
