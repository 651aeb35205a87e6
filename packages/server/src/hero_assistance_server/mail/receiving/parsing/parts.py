"""The parts of a mail: cut at their boundaries in one pass for each level, to a depth and a count.

The parser of the standard library takes more than a second for 500 nested parts and raises for some headers; this one
leaves what is nested deeper, or comes later, as it is.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from hero_assistance_server.mail.receiving.parsing.header import HEADER_LIMIT, Header, decode_base64, parse_header

# Mail programs nest four or five levels; each more costs one look at the bytes within it.
DEPTH_LIMIT = 16
PARTS_LIMIT = 1000
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Part:
    """A mail or a part of one: its header, and its children or its body as it was sent."""

    header: Header
    body: bytes
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

    def decode(self) -> bytes:
        """Return its content, without the encoding for the way."""
        encoding = self.header.get("content-transfer-encoding").strip().lower()
        if encoding == "base64":
            return decode_base64(self.body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        return self.body

    def walk(self) -> Iterator[Part]:
        """Yield this part and all within it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class _Count:
    """How many parts may still be cut out."""

    left: int = field(default=PARTS_LIMIT)


def parse_parts(raw: bytes) -> Part:
    """Return a mail as its parts; it never fails."""
    return _parse(raw, 0, _Count())


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


def _parse(raw: bytes, depth: int, count: _Count) -> Part:
    header, body = _split_header(raw)
    parameters = header.as_parameters("content-type")
    media_type = parameters.get_content_type()
    if media_type.startswith("multipart/") and depth < DEPTH_LIMIT:
        boundary = read_parameter(parameters, "boundary", "content-type").rstrip()
        pieces = _split_body(body, boundary, count) if boundary else []
        if pieces:
            return Part(header, b"", media_type, tuple(_parse(piece, depth + 1, count) for piece in pieces))
        # It says that it has parts, and has none: what is there is its text.
        return Part(header, body, "text/plain")
    return Part(header, body, media_type)


def _split_header(raw: bytes) -> tuple[Header, bytes]:
    """Return the header and the body; a part may begin with the empty line that ends a header without fields."""
    for empty in (b"\r\n", b"\n"):
        if raw.startswith(empty):
            return Header(), raw[len(empty) :]
    end = _END_OF_HEADER.search(raw)
    if end is None:
        return (parse_header(raw), b"") if _looks_like_header(raw) else (Header(), raw)
    return parse_header(raw[: min(end.start(), HEADER_LIMIT)]), raw[end.end() :]


def _looks_like_header(raw: bytes) -> bool:
    return re.match(rb"[!-9;-~]+[ \t]*:", raw) is not None


def _split_body(body: bytes, boundary: str, count: _Count) -> list[bytes]:
    """Return what stands between the delimiters; without the last one, up to the end."""
    delimiter = re.compile(
        rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    )
    pieces: list[bytes] = []
    start: int | None = None
    for match in delimiter.finditer(body):
        if start is not None:
            pieces.append(_without_line_end(body[start : match.start()]))
            count.left -= 1
        if match[1] or count.left <= 0:
            return pieces
        start = match.end()
    if start is not None:
        pieces.append(_without_line_end(body[start:]))
    return pieces


def _without_line_end(piece: bytes) -> bytes:
    """Return a piece without the line end behind its delimiter."""
    for end in (b"\r\n", b"\n"):
        if piece.startswith(end):
            return piece[len(end) :]
    return piece
