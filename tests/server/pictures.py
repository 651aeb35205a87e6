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


def webp(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x00\x00\x00\x00WEBPVP8X" + bytes(8) + size + bytes(8)


def webp_lossless(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    return b"RIFF\x00\x00\x00\x00WEBPVP8L" + bytes(4) + b"\x2f" + bits.to_bytes(4, "little") + bytes(8)


def webp_lossy(width: int, height: int) -> bytes:
    return b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(10) + struct.pack("<HH", width, height)
