"""Mails as bytes: what they say, whatever is wrong with them."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_server.mail.receiving.parsing.automatic import Automatic
from hero_assistance_server.mail.receiving.parsing.header import is_address
from hero_assistance_server.mail.receiving.parsing.parser import parse_mail
from hero_assistance_server.mail.receiving.parsing.parts import PARTS_LIMIT
from tests.bounded_work import bounded_work

pytestmark = pytest.mark.pure

HEAD = b"From: Erin <erin@example.org>\r\nSubject: hello\r\n"


def text_of(raw: bytes) -> str:
    return parse_mail(raw).content.text


def nested(depth: int) -> bytes:
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(depth)
    )
    closing = b"".join(b"\r\n--b%d--\r\n" % level for level in reversed(range(depth)))
    return HEAD + opening + b"Content-Type: text/plain\r\n\r\nhello\r\n" + closing


@given(st.binary(max_size=2000))
def test_any_bytes_are_read(raw: bytes) -> None:
    parse_mail(raw)


NAMES = [b"From", b"Content-Type", b"Subject", b"References", b"Message-ID", b"Date"]


@given(st.lists(st.sampled_from(NAMES)), st.data())
def test_any_header_is_read(names: list[bytes], data: st.DataObject) -> None:
    lines = [name + b": " + data.draw(st.binary(max_size=80)) for name in names]
    parsed = parse_mail(b"\r\n".join(lines) + b"\r\n\r\nhello")
    assert parsed.unread == ()


@given(st.text(max_size=200).filter(lambda text: "\r" not in text and "\n" not in text))
def test_a_subject_is_what_the_standard_library_writes(subject: str) -> None:
    if not subject.isprintable():
        return
    mail = EmailMessage()
    mail["Subject"] = subject
    assert parse_mail(mail.as_bytes()).subject.split() == parse_mail(b"Subject: " + subject.encode()).subject.split()


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        (b"x-unknown", "Grüße".encode(), "Grüße"),
        (b"utf-8", "Grüße".encode("cp1252"), "Grüße"),
        (b"us-ascii", "Grüße".encode(), "Grüße"),
        (b"iso-8859-1", "€ 5".encode("cp1252"), "€ 5"),
        (b"windows-874", "ไทย".encode("cp874"), "ไทย"),
        (b"iso-2022-jp", "日本".encode("iso2022_jp"), "日本"),
        (b"gb2312", "你好".encode("gb18030"), "你好"),
        (b"ks_c_5601-1987", "안녕".encode("cp949"), "안녕"),
        (b"base64", b"hello", "hello"),
        (b"idna", b"hello", "hello"),
        (b'"utf-8', b"hello", "hello"),
        (b"", b"hello", "hello"),
    ],
)
def test_a_charset_that_is_wrong_costs_no_text(charset: bytes, raw: bytes, text: str) -> None:
    assert text_of(HEAD + b"Content-Type: text/plain; charset=" + charset + b"\r\n\r\n" + raw) == text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"=?utf-8?q?J=C3=B6rg?=", "Jörg"),
        (b"=?utf-8?b?SsO2cmc=?=", "Jörg"),
        (b"=?utf-8?b?SsM=?= =?utf-8?b?tnJn?=", "Jörg"),
        (b"=?x-none?q?hello?=", "hello"),
        (b"=?utf-8?b?!!!?=", ""),
        (b"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        (b"=?utf-8?q?one_two?=", "one two"),
        ("Jörg".encode(), "Jörg"),
        ("Jörg".encode("latin-1"), "Jörg"),
        (b"a\r\n b", "a b"),
        (b"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
    ],
)
def test_encoded_words_are_decoded(field: bytes, value: str) -> None:
    assert parse_mail(b"Subject: " + field + b"\r\n\r\n").subject == value


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b"attachment; filename=plain.txt", "plain.txt"),
        (b"attachment; filename*=utf-8''%E2%82%AC.txt", "€.txt"),
        (b"attachment; filename*0=long; filename*1=er.txt", "longer.txt"),
        (b'attachment; filename="=?utf-8?q?=E2=82=AC.txt?="', "€.txt"),
        (b'attachment; filename="../../etc/passwd"', "passwd"),
        (b'attachment; filename="C:\\\\temp\\\\a.txt"', "a.txt"),
        (b'attachment; filename="a\tb.txt"', "a b.txt"),
        (b'attachment; filename=""', "file-1.txt"),
        (b"attachment; filename*=x-none'x'%ff", "file-1.txt"),
        (b"attachment; filename=" + b"n" * 300 + b".txt", "n" * 251 + ".txt"),
    ],
)
def test_a_file_has_a_name_that_a_file_can_have(disposition: bytes, name: str) -> None:
    raw = HEAD + b"Content-Type: text/plain\r\nContent-Disposition: " + disposition + b"\r\n\r\nhello"
    (file,) = parse_mail(raw).content.files
    assert file.name == name


def test_five_hundred_nested_parts_take_no_time_and_lose_nothing() -> None:
    with bounded_work():
        content = parse_mail(nested(500)).content
    assert b"hello" in content.files[0].content


def test_what_mail_programs_nest_is_read() -> None:
    assert text_of(nested(10)) == "hello"


def test_a_thousand_files_are_read_and_no_more() -> None:
    part = b"--q\r\nContent-Type: application/zip; name=a.zip\r\n\r\nhello\r\n"
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n" + part * (PARTS_LIMIT + 500) + b"--q--\r\n"
    with bounded_work():
        assert len(parse_mail(raw).content.files) == PARTS_LIMIT


@pytest.mark.parametrize("count", [3_000, 12_000])
def test_thousands_of_references_take_no_time(count: int) -> None:
    raw = HEAD + b"References: " + b"\r\n ".join(b"<%d@example.org>" % one for one in range(count)) + b"\r\n\r\n"
    with bounded_work():
        answers = parse_mail(raw).answers
    assert answers[0] == f"{count - 1}@example.org"
    assert len(answers) == 100


def test_a_mail_of_thirty_mebibytes_is_read_in_seconds() -> None:
    encoded = (b"QUJD" * 19 + b"\r\n") * 400_000
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nhello\r\n--q\r\n"
        + b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + encoded
        + b"--q--\r\n"
    )
    with bounded_work(20.0):
        content = parse_mail(raw).content
    assert (content.text, len(content.files[0].content)) == ("hello", 22_800_000)


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Message-ID: <[1234]@x>\r\n\r\nhello",
        HEAD + b"Content-Type: multipart/mixed; boundary=\r\n\r\nhello",
        HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\nhello",
        HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nhello",
        HEAD + b"Content-Type: ;;;\r\n\r\nhello",
        HEAD + b"Content-Transfer-Encoding: x-none\r\n\r\nhello",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\naGV?sbG8=",
        HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\nhel=\r\nlo",
        HEAD + b"Date: yesterday\r\n\r\nhel\x00lo",
        HEAD.replace(b"\r\n", b"\n") + b"\nhello",
    ],
)
def test_broken_mime_costs_no_text(raw: bytes) -> None:
    parsed = parse_mail(raw)
    assert (parsed.sender, parsed.content.text, parsed.unread) == ("erin@example.org", "hello", ())


@pytest.mark.parametrize(
    "field",
    [
        b"",
        b"From: \r\n",
        b"From: nobody\r\n",
        b"From: a@example.org, b@example.org\r\n",
        b"From: a@example.org\r\nFrom: b@example.org\r\n",
        b"From: <a@b@c>\r\n",
    ],
)
def test_a_mail_that_names_no_sender_or_several_has_none(field: bytes) -> None:
    assert parse_mail(field + b"Subject: x\r\n\r\n").sender == ""


def test_an_html_mail_is_text_with_its_picture_in_its_place() -> None:
    mail = EmailMessage()
    mail["From"] = "erin@example.org"
    mail.set_content("plain")
    mail.add_alternative('<p>Above</p><img src="cid:one@x"><p>Below</p>', subtype="html")
    payload: Any = mail.get_payload(1)
    payload.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<one@x>", filename="fire.png")
    content = parse_mail(mail.as_bytes()).content
    assert content.text == "Above\n\n[picture: fire.png]\n\nBelow"
    assert [file.name for file in content.files] == ["fire.png"]


def test_a_picture_between_two_texts_stands_there() -> None:
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nAbove\r\n"
        + b"--q\r\nContent-Type: image/png; name=fire.png\r\nContent-Disposition: inline\r\n\r\nPNG\r\n"
        + b"--q\r\n\r\nBelow\r\n--q--\r\n"
    )
    assert text_of(raw) == "Above\n\n[picture: fire.png]\n\nBelow"


def test_an_invitation_and_a_winmail_are_files() -> None:
    raw = (
        HEAD
        + b"Content-Type: multipart/alternative; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain\r\n\r\nCome\r\n"
        + b"--q\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n"
        + b"--q\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nTNEF\r\n--q--\r\n"
    )
    content = parse_mail(raw).content
    assert content.text == "Come"
    assert [file.name for file in content.files] == ["file-1.ics", "winmail.dat"]


def test_a_forwarded_mail_is_a_file() -> None:
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nSee below\r\n"
        + b"--q\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhello\r\n--q--\r\n"
    )
    content = parse_mail(raw).content
    assert [(file.name, file.content) for file in content.files] == [("file-1.eml", b"Subject: inner\r\n\r\nhello")]


def test_soft_line_breaks_are_joined() -> None:
    raw = HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\nOne \r\nline.\r\nAnother.\r\n"
    assert text_of(raw) == "One line.\nAnother."


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (b"", Automatic.NO),
        (b"Auto-Submitted: no", Automatic.NO),
        (b"Auto-Submitted: auto-replied (vacation)", Automatic.ANSWER),
        (b"Auto-Submitted: auto-generated", Automatic.SENT),
        (b"Precedence: bulk", Automatic.SENT),
        (b"Precedence: auto_reply", Automatic.ANSWER),
        (b"X-Autorespond: yes", Automatic.ANSWER),
        (b"List-Id: <news.example.org>", Automatic.SENT),
        (b"X-Auto-Response-Suppress: All", Automatic.SENT),
        (b"Return-Path: <>", Automatic.SENT),
        (b"Content-Type: multipart/report; boundary=q", Automatic.NO),
    ],
)
def test_a_program_is_recognised(header: bytes, kind: Automatic) -> None:
    assert parse_mail(HEAD + header + b"\r\n\r\nhello").automatic is kind


@pytest.mark.parametrize("text", ["a@b", "a.b+c@example.org", "jörg@example.org"])
def test_an_address_is_one(text: str) -> None:
    assert is_address(text)


NO_ADDRESSES = ["", "a", "@b", "a@", "a b@c", "a@b@c", "a@b\nBcc: c@d", "<a@b>", "a@b,c@d", "a" * 260 + "@b"]


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_none(text: str) -> None:
    assert not is_address(text)
