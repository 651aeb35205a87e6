"""Small pictures of each kind, made by hand: their headers are real, and long enough for every reader of them."""

from __future__ import annotations

import struct


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(20)


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(20)


def jpeg(width: int, height: int, before: int = 60_000) -> bytes:
    """With a preview of `before` bytes in front, as cameras write one."""
    preview = b"\xff\xe1" + struct.pack(">H", before + 2) + b"\xff\xc0" + bytes(before - 2)
    return b"\xff\xd8" + preview + b"\xff\xc2" + struct.pack(">HBHH", 11, 8, height, width) + bytes(20)


def exif(orientation: int, order: str = ">", kind: str = "H") -> bytes:
    """Exif data with two other entries around the orientation."""
    number = struct.pack(f"{order}{kind}", orientation).ljust(4, b"\x00")
    types = {"B": 1, "H": 3, "I": 4}
    entries = [
        struct.pack(f"{order}HHII", 0x010F, 2, 4, 0x41414100),
        struct.pack(f"{order}HHI", 0x0112, types[kind], 1) + number,
        struct.pack(f"{order}HHII", 0x0128, 3, 1, 0),
    ]
    start = b"MM\x00*" if order == ">" else b"II*\x00"
    return start + struct.pack(f"{order}IH", 8, len(entries)) + b"".join(entries) + bytes(4)


def turned_jpeg(width: int, height: int, *turns: bytes) -> bytes:
    """With Exif segments in front of its frame header."""
    segments = [b"\xff\xe1" + struct.pack(">H", len(turn) + 8) + b"Exif\x00\x00" + turn for turn in turns]
    return b"\xff\xd8" + b"".join(segments) + jpeg(width, height)[2:]


def turned_png(width: int, height: int, turn: bytes, *, before_pixels: bool = True) -> bytes:
    """With an Exif chunk before or after its pixels."""
    pixels = struct.pack(">I4s", 4, b"IDAT") + bytes(8)
    turned = struct.pack(">I4s", len(turn), b"eXIf") + turn + bytes(4)
    header = png(width, height)[:24] + bytes(9)
    return header + (turned + pixels if before_pixels else pixels + turned)


def iso_media(major: str, *compatible: str) -> bytes:
    brands = "".join(compatible).encode()
    return (
        struct.pack(">I4s4sI", 16 + len(brands), b"ftyp", major.encode(), 0) + brands + struct.pack(">I4s", 8, b"mdat")
    )


def webp(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x00\x00\x00\x00WEBPVP8X" + bytes(8) + size + bytes(8)


def webp_lossless(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    return b"RIFF\x00\x00\x00\x00WEBPVP8L" + bytes(4) + b"\x2f" + bits.to_bytes(4, "little") + bytes(8)


def webp_lossy(width: int, height: int) -> bytes:
    return b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(10) + struct.pack("<HH", width, height)
