"""The size of a picture as browsers show it, from its first bytes.

Sources: the PNG, GIF, JPEG and WebP specifications, and CIPA DC-008 (Exif) for the orientation. Browsers turn a JPEG by
its first Exif segment, and a PNG by an `eXIf` chunk before its pixels; a WebP they show as it is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Literal

Size = tuple[int, int]

# Frame headers of JPEG: SOF0 to SOF15 without DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_APP1 = 0xE1
_EXIF = b"Exif\x00\x00"
_ORIENTATION = 0x0112
# Turned by a quarter, mirrored or not.
_QUARTER_TURNS = frozenset({5, 6, 7, 8})
# The integers of Exif by their type, those that writers use for an orientation.
_INTEGERS = {1: "B", 3: "H", 4: "I"}
_BYTE_ORDERS: dict[bytes, Literal["<", ">"]] = {b"II*\x00": "<", b"MM\x00*": ">"}


def png_size(head: bytes) -> Size | None:
    """Return width and height of a PNG."""
    if head[12:16] != b"IHDR" or len(head) < 24:
        return None
    width, height = struct.unpack(">II", head[16:24])
    return _as_shown((width, height), _png_exif(head))


def gif_size(head: bytes) -> Size | None:
    """Return width and height of a GIF."""
    return struct.unpack("<HH", head[6:10]) if len(head) >= 10 else None


def jpeg_size(head: bytes) -> Size | None:
    """Return width and height of a JPEG: its frame header's, turned as its Exif segment says."""
    exif = b""
    for marker, at in _segments(head):
        if marker in _FRAMES and at + 7 <= len(head):
            height, width = struct.unpack(">HH", head[at + 3 : at + 7])
            return _as_shown((width, height), exif)
        if marker == _APP1 and not exif and head.startswith(_EXIF, at + 2):
            exif = head[at + 2 + len(_EXIF) : at + int.from_bytes(head[at : at + 2])]
    return None


def webp_size(head: bytes) -> Size | None:
    """Return width and height of a WebP."""
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


def _segments(head: bytes) -> Iterator[tuple[int, int]]:
    """Yield each segment's marker and where its length is; what is between is not looked at."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _ALONE:
            at += 2
        else:
            yield marker, at + 2
            at += 2 + int.from_bytes(head[at + 2 : at + 4])


def _png_exif(head: bytes) -> bytes:
    """Return the `eXIf` chunk in front of the pixels; nothing if there is none."""
    at = 8
    while at + 8 <= len(head):
        length, kind = int.from_bytes(head[at : at + 4]), head[at + 4 : at + 8]
        if kind == b"eXIf":
            return head[at + 8 : at + 8 + length]
        if kind == b"IDAT":
            break
        at += 12 + length
    return b""


def _as_shown(size: Size, exif: bytes) -> Size:
    return (size[1], size[0]) if _orientation(exif) in _QUARTER_TURNS else size


def _orientation(exif: bytes) -> int | None:
    """Return the orientation that the first directory of Exif data names."""
    order = _BYTE_ORDERS.get(exif[:4])
    if order is None or len(exif) < 8:
        return None
    (at,) = struct.unpack(f"{order}I", exif[4:8])
    if at + 2 > len(exif):
        return None
    (count,) = struct.unpack(f"{order}H", exif[at : at + 2])
    for entry in range(at + 2, min(at + 2 + 12 * count, len(exif) - 11), 12):
        tag, kind = struct.unpack(f"{order}HH", exif[entry : entry + 4])
        if tag == _ORIENTATION and kind in _INTEGERS:
            return int(struct.unpack_from(f"{order}{_INTEGERS[kind]}", exif, entry + 8)[0])
    return None
