"""Whether a program wrote a mail: automatic answers are not filed, and nothing automatic gets a receipt."""

from __future__ import annotations

import re
from enum import Enum

from hero_assistance_server.mail.receiving.parsing.header import Header, join_values
from hero_assistance_server.mail.receiving.parsing.parts import Part

_ANSWERS = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mail-autoreply")
_SYSTEMS = frozenset({"mailer-daemon", "mail-daemon"})
_END_OF_WORD = re.compile(r"[\s;(]")
_QUIET_PRECEDENCE = frozenset({"bulk", "junk", "list"})


class Automatic(Enum):
    """What kind of program wrote a mail, as far as it matters here."""

    # A person, or a program that does not say so.
    NO = "no"
    # A program that reports something, or writes to many: filed without a receipt.
    SENT = "sent"
    # The answer of a program: two that answer each other would never stop.
    ANSWER = "an automatic answer"
    # A mail system that says it could not deliver, or that something was read.
    REPORT = "a report of a mail system"


def find_automatic(mail: Part, sender: str) -> Automatic:
    """Return which kind of automatic mail this is, by what mail programs put into the header."""
    header = mail.header
    if mail.media_type == "multipart/report" or sender.partition("@")[0].lower() in _SYSTEMS:
        return Automatic.REPORT
    submitted = _first_word(header.get("auto-submitted"))
    precedence = _first_word(header.get("precedence"))
    if submitted == "auto-replied" or precedence == "auto_reply" or any(header.all(name) for name in _ANSWERS):
        return Automatic.ANSWER
    if submitted not in {"", "no"} or precedence in _QUIET_PRECEDENCE or _is_quiet(header):
        return Automatic.SENT
    return Automatic.NO


def _first_word(value: str) -> str:
    """Return a value without its comment and parameters."""
    return _END_OF_WORD.split(value.strip(), maxsplit=1)[0].lower()


def _is_quiet(header: Header) -> bool:
    """Return whether a mail asks for no automatic answer, or comes from a list."""
    suppressed = join_values(header.all("x-auto-response-suppress"))
    asks = any(word in suppressed for word in ("all", "oof", "autoreply"))
    return asks or bool(header.all("list-id")) or bool(header.all("list-unsubscribe")) or _has_null_sender(header)


def _has_null_sender(header: Header) -> bool:
    return header.get("return-path").replace(" ", "") == "<>"
