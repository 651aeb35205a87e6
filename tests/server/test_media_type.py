"""What a file is, by its content: pictures with their size, archives, text; and nothing that can run."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_httpd.downloads import DOWNLOAD, PICTURES, checked_disposition, disposition
from hero_assistance_server.attachments.media_type import BINARY, HEAD_BYTES, TEXT, Sniffed, sniff
from hero_assistance_server.attachments.ranges import ByteRange, Unsatisfiable, part_of
from tests.server.pictures import (
    exif,
    gif,
    iso_media,
    jpeg,
    png,
    turned_jpeg,
    turned_png,
    webp,
    webp_lossless,
    webp_lossy,
)

pytestmark = pytest.mark.pure

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (png(640, 480), Sniffed("image/png", 640, 480)),
        (gif(3, 70_00), Sniffed("image/gif", 3, 7000)),
        (jpeg(4000, 3000), Sniffed("image/jpeg", 4000, 3000)),
        (webp(16_000, 9), Sniffed("image/webp", 16_000, 9)),
        (webp_lossless(500, 16_000), Sniffed("image/webp", 500, 16_000)),
        (webp_lossy(500, 333), Sniffed("image/webp", 500, 333)),
        (b"\x89PNG\r\n\x1a\n", Sniffed("image/png")),
        (b"\xff\xd8\xff", Sniffed("image/jpeg")),
        (b"\xff\xd8\xff\xe0\x00\x00" * 1000, Sniffed("image/jpeg")),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", Sniffed(BINARY)),
        (b"%PDF-1.7", Sniffed("application/pdf")),
        (b"PK\x03\x04", Sniffed("application/zip")),
        (b"\x1f\x8b\x08", Sniffed("application/gzip")),
        (b"\x00\x00\x00\x18ftypmp42", Sniffed("video/mp4")),
        (b"", Sniffed(TEXT)),
        ("Grüße\r\n\t\x1b[1mlog".encode(), Sniffed(TEXT)),
        (HTML, Sniffed(TEXT)),
        (SVG, Sniffed(TEXT)),
        (b"text\x00", Sniffed(BINARY)),
        (b"\xff\xfe\x00", Sniffed(BINARY)),
        ("é".encode() * HEAD_BYTES, Sniffed(TEXT)),
        (("x" + "é" * HEAD_BYTES).encode()[:HEAD_BYTES], Sniffed(TEXT)),
        ("x\xe9".encode("latin-1"), Sniffed(BINARY)),
    ],
)
def test_what_it_is(head: bytes, found: Sniffed) -> None:
    assert sniff(head[:HEAD_BYTES]) == found


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize(("order", "kind"), [(">", "H"), ("<", "H"), (">", "I"), ("<", "B")])
def test_a_picture_that_is_turned_by_a_quarter_has_its_sides_as_shown(orientation: int, order: str, kind: str) -> None:
    turn = exif(orientation, order, kind)
    sides = (30, 40) if orientation in {5, 6, 7, 8} else (40, 30)
    assert sniff(turned_jpeg(40, 30, turn)) == Sniffed("image/jpeg", *sides)
    assert sniff(turned_png(40, 30, turn)) == Sniffed("image/png", *sides)


def test_an_orientation_that_browsers_ignore_turns_nothing() -> None:
    assert sniff(turned_jpeg(40, 30, exif(1), exif(6))) == Sniffed("image/jpeg", 40, 30)
    assert sniff(turned_png(40, 30, exif(6), before_pixels=False)) == Sniffed("image/png", 40, 30)


@given(st.binary(max_size=80), st.integers(0, 80))
def test_damaged_exif_data_are_no_error(noise: bytes, cut: int) -> None:
    for turn in (noise, exif(6)[:cut] + noise, b"MM\x00*" + noise, b"II*\x00" + noise):
        for head in (turned_jpeg(40, 30, turn), turned_png(40, 30, turn)):
            found = sniff(head)
            assert {found.width, found.height} == {40, 30}


@pytest.mark.parametrize(
    ("brands", "media_type"),
    [
        (["heic", "mif1", "heic"], "image/heic"),
        (["heix", "mif1"], "image/heic"),
        (["mif1", "mif1", "heic"], "image/heic"),
        (["mif1", "miaf", "avif"], "image/avif"),
        (["mif1"], "image/heif"),
        (["msf1", "hevc"], "image/heic-sequence"),
        (["msf1"], "image/heif-sequence"),
        (["avif", "mif1", "miaf"], "image/avif"),
        (["avis", "msf1"], "image/avif"),
        (["crx ", "isom"], "image/x-canon-cr3"),
        (["M4A ", "mp42", "isom"], "audio/mp4"),
        (["M4B "], "audio/mp4"),
        (["mp42", "isom", "M4A "], "audio/mp4"),
        (["mp42", "M4V ", "M4A ", "isom"], "video/mp4"),
        (["M4V ", "M4A ", "mp42"], "video/mp4"),
        (["qt  ", "qt  "], "video/quicktime"),
        (["isom", "iso2", "avc1", "mp41"], "video/mp4"),
        (["iso6", "dash"], "video/mp4"),
        (["isom", "3gp4"], "video/mp4"),
        (["3gp5", "isom"], "video/3gpp"),
        (["3g2a"], "video/3gpp2"),
        (["XXXX", "isom"], "video/mp4"),
        (["XXXX", "M4A "], "audio/mp4"),
        (["XXXX"], "application/mp4"),
    ],
)
def test_an_iso_media_file_is_what_its_brands_say(brands: list[str], media_type: str) -> None:
    assert sniff(iso_media(*brands)) == Sniffed(media_type)


def test_brands_are_read_within_their_box() -> None:
    assert sniff(iso_media("isom") + b"M4A heicavif") == Sniffed("video/mp4")
    assert sniff(b"\x00\x00\x00\x01ftypisom") == Sniffed("video/mp4")
    assert sniff(b"\xff\xff\xff\xffftypmif1\x00\x00\x00\x00avif") == Sniffed("image/avif")


@pytest.mark.parametrize(
    ("doctype", "media_type"), [(b"webm", "video/webm"), (b"matroska", "video/x-matroska"), (b"", "video/webm")]
)
def test_a_matroska_file_is_no_webm(doctype: bytes, media_type: str) -> None:
    element = b"\x42\x82" + bytes([0x80 | len(doctype)]) + doctype if doctype else b""
    header = b"\x1aE\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01" + element + b"\x42\x87\x81\x04"
    assert sniff(header) == Sniffed(media_type)


@given(st.binary(max_size=200), st.sampled_from([b"", png(1, 1), gif(1, 1), jpeg(1, 1, 100), webp(1, 1), b"RIFF"]))
def test_any_bytes_are_something(tail: bytes, start: bytes) -> None:
    """A header that is cut or damaged anywhere is no error."""
    for head in (start + tail, start[: len(tail)] + tail):
        found = sniff(head)
        assert (found.width is None) == (found.height is None)
        assert found.width is None or found.type in PICTURES


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("a.png", "image/png", "inline; filename=\"a.png\"; filename*=UTF-8''a.png"),
        ("a.png", "text/plain", "attachment; filename=\"a.png\"; filename*=UTF-8''a.png"),
        ("a.svg", "image/svg+xml", "attachment; filename=\"a.svg\"; filename*=UTF-8''a.svg"),
        ("Füße 1.txt", TEXT, "attachment; filename=\"F__e 1.txt\"; filename*=UTF-8''F%C3%BC%C3%9Fe%201.txt"),
        ('"; x="\\..', TEXT, "attachment; filename=\"_; x=__..\"; filename*=UTF-8''%22%3B%20x%3D%22_.."),
        ("../../etc/passwd", TEXT, "attachment; filename=\".._.._etc_passwd\"; filename*=UTF-8''.._.._etc_passwd"),
        ("💣\r\nSet-Cookie: a", TEXT, None),
    ],
)
def test_a_name_of_any_characters_stays_in_its_header(name: str, media_type: str, expected: str | None) -> None:
    found = disposition(name, media_type)
    assert expected is None or found == expected
    assert found.isascii()
    assert found.isprintable()


@given(st.text(), st.sampled_from(["image/png", TEXT]))
def test_a_name_survives_its_header(name: str, media_type: str) -> None:
    made = disposition(name, media_type)
    exact = unquote(made.rpartition("UTF-8''")[2], errors="strict") if name.isprintable() else None
    assert exact is None or exact == name.replace("/", "_").replace("\\", "_")
    assert not name or checked_disposition(made, media_type) == made


@pytest.mark.parametrize("given", ["", "inline", "inline; filename=a", 'attachment; filename="a"\r\nx: y', "form-data"])
def test_another_servers_word_is_not_taken(given: str) -> None:
    assert checked_disposition(given, TEXT) == DOWNLOAD
    assert checked_disposition(disposition("a.html", "image/png"), "text/html") == DOWNLOAD


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", ByteRange(0, 99)),
        ("bytes=0-0", ByteRange(0, 0)),
        ("bytes=10-19", ByteRange(10, 19)),
        ("BYTES=99-1000", ByteRange(99, 99)),
        ("bytes=-1", ByteRange(99, 99)),
        ("bytes=-1000", ByteRange(0, 99)),
        # What is no range counts for nothing.
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=a-b", None),
        ("bytes=-5-6", None),
        ("lines=1-2", None),
        ("bytes=0-" + "9" * 30, None),
        ("bytes=٣-٤", None),
    ],
)
def test_the_part_that_is_asked_for(header: str, part: ByteRange | None) -> None:
    assert part_of(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=0-1,5-6", "bytes=0-,"])
def test_what_cannot_be_given_is_refused(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        part_of(header, 100)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-1", "bytes=0-0"])
def test_nothing_has_no_parts(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        part_of(header, 0)
