"""The parts of a mail: cut at their boundaries in one pass for each level, to a depth and a count.

The parser of the standard library takes more than a second for 500 nested parts and raises for some headers; this one
leaves what is nested deeper, or comes later, as it is. Every part is a place in the bytes of the mail, not a copy.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from hero_assistance_server.mail.receiving.parsing.header import (
    FIELDS_LIMIT,
    HEADER_LIMIT,
    Header,
    decode_base64,
    parse_header,
)

# Mail programs nest four or five levels; each more costs one look at the bytes within it.
DEPTH_LIMIT = 16
PARTS_LIMIT = 1000
# A part has five; together with the count of parts it bounds what all headers take.
PART_FIELDS_LIMIT = 50
# Of what begins like a delimiter; a mail whose parts share the beginnings of their boundaries has as many as parts.
LOOKS_LIMIT = 100_000
_RETURN, _LINE_FEED = b"\r\n"
_REST_OF_DELIMITER = re.compile(rb"(--)?[ \t]*(?=\r?\n|\Z)")
_BEGIN_OF_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")


@dataclass(frozen=True, slots=True)
class MailSlice:
    """A piece of a mail, which is not copied."""

    raw: bytes = field(repr=False)
    start: int
    end: int

    def head(self, size: int) -> bytes:
        """Return its first bytes."""
        return self.raw[self.start : min(self.end, self.start + size)]

    def view(self, limit: int | None = None) -> memoryview:
        """Return its bytes, or the first of them, without a copy."""
        end = self.end if limit is None else min(self.end, self.start + limit)
        return memoryview(self.raw)[self.start : end]

    def without_line_end(self) -> MailSlice:
        """Return what is behind the line end that it begins with; without one, itself."""
        size = next((len(one) for one in (b"\r\n", b"\n") if self.raw.startswith(one, self.start, self.end)), 0)
        return MailSlice(self.raw, self.start + size, self.end) if size else self

    def find_empty_line(self) -> tuple[int, MailSlice]:
        """Return where the line before the first empty line ends, and what is behind; -1 where there is none."""
        end = self.end
        with_return = self.raw.find(b"\n\r\n", self.start, end)
        plain = self.raw.find(b"\n\n", self.start, end if with_return < 0 else with_return + 2)
        found, size = (plain, 2) if plain >= 0 else (with_return, 3)
        if found < 0:
            return -1, NOTHING
        before = found - 1 if found > self.start and self.raw[found - 1] == _RETURN else found
        return before, MailSlice(self.raw, found + size, end)


NOTHING = MailSlice(b"", 0, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A mail or a part of one: its header, and its children or its body as it was sent."""

    header: Header
    body: MailSlice
    media_type: str
    children: tuple[Part, ...] = ()

    @property
    def parameters(self) -> Message:
        """The parameters of its media type."""
        return self.header.as_parameters("content-type")

    def parameter(self, name: str) -> str:
        """Return a parameter of the media type, or the empty text."""
        return read_parameter(self.parameters, name, "content-type")

    @property
    def disposition(self) -> str:
        """`inline`, `attachment` or the empty text."""
        return self.header.get("content-disposition").partition(";")[0].strip().lower()

    @property
    def content_id(self) -> str:
        """The id by which HTML shows it, without brackets."""
        return self.header.get("content-id").strip().strip("<>")

    def decode(self, limit: int | None = None) -> bytes:
        """Return its content, without the encoding for the way; with a limit, what its first bytes say."""
        body = self.body.view(limit)
        encoding = self.header.get("content-transfer-encoding").strip().lower()
        if encoding == "base64":
            return decode_base64(body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(body)
        return bytes(body)

    def walk(self) -> Iterator[Part]:
        """Yield this part and all within it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class _Count:
    """How many parts may still be cut out, and how often something may still look like a delimiter."""

    parts: int = PARTS_LIMIT
    looks: int = LOOKS_LIMIT


def parse_parts(raw: bytes) -> Part:
    """Return a mail as its parts; it never fails."""
    return _parse(MailSlice(raw, 0, len(raw)), 0, _Count())


def read_parameter(message: Message, name: str, field_name: str) -> str:
    """Return one parameter of a field, also in the forms of RFC 2231; the empty text for none."""
    try:
        value = message.get_param(name, header=field_name)
        if isinstance(value, tuple):
            charset, _language, text = value
            return text.encode("latin-1", "replace").decode(charset or "utf-8", "replace")
    except (LookupError, ValueError, TypeError):
        return ""
    return value or ""


def _parse(piece: MailSlice, depth: int, count: _Count) -> Part:
    header, body = _split_header(piece, FIELDS_LIMIT if depth == 0 else PART_FIELDS_LIMIT)
    parameters = header.as_parameters("content-type")
    media_type = parameters.get_content_type()
    if media_type.startswith("multipart/") and depth < DEPTH_LIMIT:
        boundary = read_parameter(parameters, "boundary", "content-type").rstrip()
        pieces = _split_body(body, boundary, count) if boundary else []
        if pieces:
            return Part(header, NOTHING, media_type, tuple(_parse(one, depth + 1, count) for one in pieces))
        # It says that it has parts, and has none: what is there is its text.
        return Part(header, body, "text/plain")
    return Part(header, body, media_type)


def _split_header(piece: MailSlice, most: int) -> tuple[Header, MailSlice]:
    """Return the header and the body; a part may begin with the empty line that ends a header without fields."""
    rest = piece.without_line_end()
    if rest is not piece:
        return Header(), rest
    end, body = piece.find_empty_line()
    if end < 0:
        is_header = _BEGIN_OF_FIELD.match(piece.raw, piece.start, piece.end) is not None
        return (parse_header(piece.head(HEADER_LIMIT), most), NOTHING) if is_header else (Header(), piece)
    return parse_header(MailSlice(piece.raw, piece.start, end).head(HEADER_LIMIT), most), body


def _split_body(body: MailSlice, boundary: str, count: _Count) -> list[MailSlice]:
    """Return what stands between the delimiters; without the last one, up to the end."""
    pieces: list[MailSlice] = []
    start: int | None = None
    for line, end, is_last in _find_delimiters(body, b"--" + boundary.encode("utf-8", "replace"), count):
        if start is not None:
            pieces.append(MailSlice(body.raw, start, max(start, line)).without_line_end())
            count.parts -= 1
        if is_last or count.parts <= 0:
            return pieces
        start = end
    if start is not None:
        pieces.append(MailSlice(body.raw, start, body.end).without_line_end())
    return pieces


def _find_delimiters(body: MailSlice, mark: bytes, count: _Count) -> Iterator[tuple[int, int, bool]]:
    """Yield where the line end before each delimiter begins, where the delimiter ends, and whether it is the last.

    A pattern would look at each byte for a while, and no other thread runs meanwhile.
    """
    raw, at = body.raw, body.start
    while count.looks > 0 and (found := raw.find(mark, at, body.end)) >= 0:
        count.looks -= 1
        at = found + len(mark)
        match = _REST_OF_DELIMITER.match(raw, at, body.end)
        if match is None or (found > body.start and raw[found - 1] != _LINE_FEED):
            continue
        line = found
        if found > body.start:
            has_return = found - 2 >= body.start and raw[found - 2] == _RETURN
            line = found - 2 if has_return else found - 1
        at = match.end()
        yield line, at, match[1] is not None
