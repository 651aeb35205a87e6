"""The media type of a file, by its first bytes alone: neither its name nor its sender is believed.

Sources of the magic numbers: the WHATWG MIME Sniffing standard; for the sizes of pictures the PNG, GIF, JPEG and
WebP specifications. HTML and SVG are `text/plain` here: nothing that can run is ever served as what it is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

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
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS\x00", "application/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (257, b"ustar", "application/x-tar"),
)
_CONTROL = bytes(set(range(0x20)) - set(b"\t\n\f\r\x1b")) + b"\x7f"
# Frame headers of JPEG: SOF0 to SOF15 without DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A media type, and of a picture its size in pixels where the head tells."""

    type: str
    width: int | None = None
    height: int | None = None


def sniff(head: bytes) -> Sniffed:
    """What a file is that begins with `head`, of at most `HEAD_BYTES`."""
    for media_type, prefix, measure in _PICTURES:
        if head.startswith(prefix) and (media_type != "image/webp" or head[8:12] == b"WEBP"):
            width, height = measure(head) or (None, None)
            return Sniffed(media_type, width, height)
    for offset, magic, media_type in _MAGIC:
        if head.startswith(magic, offset):
            return Sniffed(media_type)
    return Sniffed(TEXT if _is_text(head) else BINARY)


def _is_text(head: bytes) -> bool:
    """Whether it is UTF-8 without control characters; its last character may be cut."""
    if head.translate(None, _CONTROL) != head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == HEAD_BYTES and error.start >= HEAD_BYTES - 3
    return True


def _png(head: bytes) -> tuple[int, int] | None:
    return struct.unpack(">II", head[16:24]) if head[12:16] == b"IHDR" and len(head) >= 24 else None


def _gif(head: bytes) -> tuple[int, int] | None:
    return struct.unpack("<HH", head[6:10]) if len(head) >= 10 else None


def _jpeg(head: bytes) -> tuple[int, int] | None:
    """Walk from segment to segment up to the frame header; what stands between is not looked at."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        if marker == 0xFF:
            at += 1
        elif marker in _ALONE:
            at += 2
        else:
            at += 2 + int.from_bytes(head[at + 2 : at + 4])
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    chunk = head[12:16]
    if len(head) < 30:
        return None
    if chunk == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


_PICTURES: tuple[tuple[str, bytes, Callable[[bytes], tuple[int, int] | None]], ...] = (
    ("image/png", b"\x89PNG\r\n\x1a\n", _png),
    ("image/jpeg", b"\xff\xd8\xff", _jpeg),
    ("image/gif", b"GIF87a", _gif),
    ("image/gif", b"GIF89a", _gif),
    ("image/webp", b"RIFF", _webp),
)
