"""Fetches one mail from a mailbox, and tells a refusal from what is not there any more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hero_assistance_sdk.errors import HeroError
from hero_assistance_server.mail.receiving.intake import MAIL_LIMIT
from hero_assistance_server.mail.receiving.sources.imap_connection import describe_refusal

_SIZE = re.compile(rb"RFC822\.SIZE (\d+)", re.IGNORECASE)
# What may stand behind a mail in its answer: nothing, or other items of it.
_END_OF_FETCH = re.compile(rb"(?: (?:UID|FLAGS|INTERNALDATE|RFC822|MODSEQ|BODY|ENVELOPE|X-)[^\r\n]*)?\)", re.IGNORECASE)
_ALL = f"BODY.PEEK[]<0.{MAIL_LIMIT + 1}>"
_HEADER = "BODY.PEEK[HEADER]"


class MailUnreadable(HeroError):
    """A mail that a mailbox lists and does not hand over."""

    reason = "mail-unreadable"


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """The bytes of a mail, or of its header alone where it is too large, and its size."""

    raw: bytes
    size: int


async def fetch_mail(client: Any, uid: int) -> FetchedMail | None:
    """Return a mail; `None` for one that another program has deleted. Raises `MailUnreadable`.

    A server may say a smaller size than a mail has, so that no more is asked for than is read.
    """
    lines = await _fetch(client, uid, "RFC822.SIZE")
    found = _SIZE.search(b"\n".join(bytes(line) for line in lines))
    if found is None:
        return None
    size = int(found[1])
    if size <= MAIL_LIMIT:
        raw = _read_literal(await _fetch(client, uid, _ALL))
        if len(raw) <= MAIL_LIMIT:
            return FetchedMail(raw, len(raw))
        size = max(size, len(raw))
    return FetchedMail(_read_literal(await _fetch(client, uid, _HEADER))[:MAIL_LIMIT], size)


async def _fetch(client: Any, uid: int, item: str) -> Sequence[bytes | bytearray]:
    answer = await client.uid("fetch", str(uid), f"({item})")
    if answer.result != "OK":
        raise MailUnreadable(describe_refusal(answer))
    lines: Sequence[bytes | bytearray] = answer.lines
    return lines


def _read_literal(lines: Sequence[bytes | bytearray]) -> bytes:
    """Return what a mail says; the library keeps it as the only bytearray. Raises `MailUnreadable`."""
    at = next((number for number, line in enumerate(lines) if isinstance(line, bytearray)), None)
    if at is None:
        raise MailUnreadable("the server says that it has a mail, and sends none")
    if at + 1 >= len(lines) or not _END_OF_FETCH.fullmatch(bytes(lines[at + 1])):
        raise MailUnreadable("the server sends more than it says")
    return bytes(lines[at])
