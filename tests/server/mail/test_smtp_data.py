"""The text of a mail in SMTP: what a client made of it is undone, however it is cut on the way."""

from __future__ import annotations

import asyncio
import smtplib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_server.mail.receiving.sources.smtp_data import read_smtp_data

NEXT = b"QUIT\r\n"
PIECES = st.lists(st.sampled_from([b".", b"\r\n", b"\r", b"\n", b"a", b"..", b".\r\n"]), max_size=30)


def encode(raw: bytes) -> bytes:
    """What the client of the standard library sends for a mail."""
    text = smtplib._fix_eols(raw.decode("ascii")).encode("ascii")  # type: ignore[attr-defined]
    quoted: bytes = smtplib._quote_periods(text)  # type: ignore[attr-defined]
    return quoted + (b"" if quoted.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def read(sent: bytes, sizes: list[int], limit: int = 10_000, piece: int = 64) -> tuple[bytes | None, bytes]:
    """Send bytes in pieces; returns the mail and what is left for the next command."""

    async def run() -> tuple[bytes | None, bytes]:
        reader = asyncio.StreamReader(limit=piece)
        loop = asyncio.get_running_loop()
        reading = loop.create_task(read_smtp_data(reader, limit))
        rest, cuts = sent, list(sizes)
        while rest:
            size = cuts.pop(0) if cuts else len(rest)
            reader.feed_data(rest[:size])
            rest = rest[size:]
            await asyncio.sleep(0)
        reader.feed_eof()
        return await reading, await reader.read()

    return asyncio.run(run())


@given(PIECES, st.lists(st.integers(1, 9), max_size=20))
def test_what_a_client_sends_is_what_is_read(pieces: list[bytes], sizes: list[int]) -> None:
    raw = b"".join(pieces)
    expected = smtplib._fix_eols(raw.decode()).encode()  # type: ignore[attr-defined]
    expected += b"" if expected.endswith(b"\r\n") or not expected else b"\r\n"
    sent = encode(raw) if expected else b".\r\n"
    assert read(sent + NEXT, sizes) == (expected, NEXT)


@pytest.mark.parametrize("line", [b"a" * 5000, b"a." * 3000, b".\r", b"\n.\n"])
def test_long_and_odd_lines_are_read(line: bytes) -> None:
    assert read(b"x" + line + b"\r\n.\r\n" + NEXT, [100] * 200) == (b"x" + line + b"\r\n", NEXT)


def test_a_dot_between_bare_line_feeds_ends_no_mail() -> None:
    """Else a stranger could put a second mail, with another sender, behind the first one."""
    raw = b"a\n.\nMAIL FROM:<root@desk.example>\n.\r"
    assert read(raw + b"\r\n.\r\n", []) == (raw + b"\r\n", b"")


@pytest.mark.parametrize("line", [b"a" * 70 + b"\r\n", b"..\r\n", b"\r\n", b"a.\r\n"])
def test_a_mail_that_is_too_large_is_read_to_its_end(line: bytes) -> None:
    sent = line * (3000 // len(line) + 10)
    assert read(sent + b".\r\n" + NEXT, [500] * 10, limit=2000) == (None, NEXT)
    assert read(b"a" * 1998 + b"\r\n.\r\n" + NEXT, [500] * 10, limit=2000) == (b"a" * 1998 + b"\r\n", NEXT)
