"""The text of a message that is made of a mail: the answer, the quote below it, and what is not attached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hero_assistance_sdk.size_limits import TEXT_BYTES
from hero_assistance_server.languages.language import Language
from hero_assistance_server.mail.receiving.parsing.quoted_text import split_quote
from hero_assistance_server.rpc.params import TITLE_LIMIT
from hero_assistance_server.texts import TextFault, clean_line, is_blank

# What a quote may take of a text: the thread has it already.
QUOTE_BYTES = 8 * 1024
# Far more than a message and its quote have: what is behind it is neither.
SOURCE_LIMIT = 4 * TEXT_BYTES


@dataclass(frozen=True, slots=True)
class MessageParts:
    """What a text is made of; each line of `remarks` says what happened to the mail."""

    answer: str
    quote: str = ""
    warning: str = ""
    remarks: Sequence[str] = ()


def make_title(subject: str, language: Language) -> str:
    """Return the title of a ticket that a mail opens; the language is that of the desk."""
    try:
        return clean_line(subject)[:TITLE_LIMIT].rstrip()
    except TextFault:
        return language.t("(no subject)")


def split_text(text: str, is_own: Callable[[str], bool]) -> tuple[str, str]:
    """Return what a mail says itself, and what it quotes."""
    return split_quote(text[:SOURCE_LIMIT], is_own)


def make_body(parts: MessageParts, language: Language) -> str:
    """Return the text of a message, within what a text may have; the page folds a quote at its end."""
    answer = language.t("(a mail without text)") if is_blank(parts.answer) else parts.answer
    quote, cut = parts.quote, f"\n\n[{language.t('The text goes on in the stored mail.')}]"
    folded = _quote(cut_to_bytes(quote, QUOTE_BYTES)) if quote else ""
    above = f"{parts.warning}\n\n" if parts.warning else ""
    below = "".join(f"\n\n[{remark}]" for remark in parts.remarks)
    room = TEXT_BYTES - len(f"{above}{below}\n\n{folded}{cut}".encode())
    kept = cut_to_bytes(answer, room)
    below = below if kept == answer else f"{cut}{below}"
    return f"{above}{kept}{below}\n\n{folded}".rstrip()


def cut_to_bytes(text: str, limit: int) -> str:
    """Return the beginning of a text that has at most so many bytes in UTF-8."""
    raw = text.encode()
    return text if len(raw) <= limit else raw[: max(0, limit)].decode(errors="ignore").rstrip()


def _quote(quote: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in quote.split("\n"))
