"""The text of a message that is made of a mail: the answer, the quote below it, and what is not attached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hero_assistance_sdk.size_limits import TEXT_BYTES
from hero_assistance_server.mail.receiving.parsing.quoted_text import split_quote
from hero_assistance_server.rpc.params import TITLE_LIMIT
from hero_assistance_server.texts import TextFault, clean_line, is_blank

NO_SUBJECT = "(no subject)"
NO_TEXT = "(a mail without text)"
# What a quote may take of a text: the thread has it already.
QUOTE_BYTES = 8 * 1024
# Far more than a message and its quote have: what is behind it is neither.
SOURCE_LIMIT = 4 * TEXT_BYTES
_CUT = "\n\n[The text goes on in the stored mail.]"


@dataclass(frozen=True, slots=True)
class MessageParts:
    """What a text is made of; each line of `remarks` says what happened to the mail."""

    answer: str
    quote: str = ""
    warning: str = ""
    remarks: Sequence[str] = ()


def make_title(subject: str) -> str:
    """Return the title of a ticket that a mail opens."""
    try:
        return clean_line(subject)[:TITLE_LIMIT].rstrip()
    except TextFault:
        return NO_SUBJECT


def split_text(text: str, is_own: Callable[[str], bool]) -> tuple[str, str]:
    """Return what a mail says itself, and what it quotes."""
    return split_quote(text[:SOURCE_LIMIT], is_own)


def make_body(parts: MessageParts) -> str:
    """Return the text of a message, within what a text may have; the page folds a quote at its end."""
    answer, quote = NO_TEXT if is_blank(parts.answer) else parts.answer, parts.quote
    folded = _quote(cut_to_bytes(quote, QUOTE_BYTES)) if quote else ""
    above = f"{parts.warning}\n\n" if parts.warning else ""
    below = "".join(f"\n\n[{remark}]" for remark in parts.remarks)
    room = TEXT_BYTES - len(f"{above}{below}\n\n{folded}{_CUT}".encode())
    kept = cut_to_bytes(answer, room)
    below = below if kept == answer else f"{_CUT}{below}"
    return f"{above}{kept}{below}\n\n{folded}".rstrip()


def cut_to_bytes(text: str, limit: int) -> str:
    """Return the beginning of a text that has at most so many bytes in UTF-8."""
    raw = text.encode()
    return text if len(raw) <= limit else raw[: max(0, limit)].decode(errors="ignore").rstrip()


def _quote(quote: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in quote.split("\n"))
