"""The media type of a file, by its first bytes alone: neither its name nor its sender is believed.

Sources of the magic numbers: the WHATWG MIME Sniffing standard and RFC 9559. HTML and SVG are `text/plain` here:
nothing that can run is ever served as what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hero_assistance_server.attachments.iso_media import iso_media_type
from hero_assistance_server.attachments.picture_size import Size, gif_size, jpeg_size, png_size, webp_size

# As much as is looked at; a photograph's size stands behind its embedded preview, of 64 KiB at most each.
HEAD_BYTES = 256 * 1024

BINARY = "application/octet-stream"
TEXT = "text/plain"

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"(\xb5/\xfd", "application/zstd"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"OggS\x00", "application/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (257, b"ustar", "application/x-tar"),
)
# EBML, the container of WebM and Matroska, and the element in its header that says which of them it is.
_EBML, _DOCTYPE, _DOCTYPE_END = b"\x1aE\xdf\xa3", b"\x42\x82", 64
_CONTROL = bytes(set(range(0x20)) - set(b"\t\n\f\r\x1b")) + b"\x7f"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A media type, and of a picture its size in pixels as it is shown, where the head tells."""

    type: str
    width: int | None = None
    height: int | None = None


def sniff(head: bytes) -> Sniffed:
    """What a file is that begins with `head`, of at most `HEAD_BYTES`."""
    for media_type, prefix, measure in _PICTURES:
        if head.startswith(prefix) and (media_type != "image/webp" or head[8:12] == b"WEBP"):
            width, height = measure(head) or (None, None)
            return Sniffed(media_type, width, height)
    if (container := iso_media_type(head) or _ebml_media_type(head)) is not None:
        return Sniffed(container)
    for offset, magic, media_type in _MAGIC:
        if head.startswith(magic, offset):
            return Sniffed(media_type)
    return Sniffed(TEXT if _is_text(head) else BINARY)


def _ebml_media_type(head: bytes) -> str | None:
    if not head.startswith(_EBML):
        return None
    at = head.find(_DOCTYPE, len(_EBML), _DOCTYPE_END)
    # After the element's name is its length, in one byte for a short text.
    return "video/x-matroska" if at > 0 and head.startswith(b"matroska", at + 3) else "video/webm"


def _is_text(head: bytes) -> bool:
    """Whether it is UTF-8 without control characters; its last character may be cut."""
    if head.translate(None, _CONTROL) != head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == HEAD_BYTES and error.start >= HEAD_BYTES - 3
    return True


_PICTURES: tuple[tuple[str, bytes, Callable[[bytes], Size | None]], ...] = (
    ("image/png", b"\x89PNG\r\n\x1a\n", png_size),
    ("image/jpeg", b"\xff\xd8\xff", jpeg_size),
    ("image/gif", b"GIF87a", gif_size),
    ("image/gif", b"GIF89a", gif_size),
    ("image/webp", b"RIFF", webp_size),
)
