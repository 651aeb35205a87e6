"""Where a reply ends and what it quotes begins.

Letters of ours carry a marker, and mail programs write our address where they quote a letter: the first line with
either begins the quote. Only where neither is found, the general rules of mail programs in many languages are asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.mail.reply_marker import REPLY_MARKER

# Mail programs change its blanks and dashes.
_MARKER = re.compile(r"\s+".join(map(re.escape, REPLY_MARKER.strip("- ").split())))
# The rules of mail programs try many patterns on each line.
GENERAL_RULES_LIMIT = 20_000
# As in `On Monday, Bob from Support` / `<support@example.org> wrote:`.
_WRAPPED_LINES = 2
_SENTENCE_END = re.compile(r"[.!?:;,)\]]\s*$")
_SEPARATOR = re.compile(r"\s*(?:[-_=*]{5,}.*|>+\s*)?$")
_HEADER_LINE = re.compile(
    r"\s*(?:>\s*)?\*?(?:From|Von|De|Da|Van|Från|Fra|Od|От|差出人|发件人|寄件者)\s*:", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s<>()\[\]:,;\"']+@[^\s<>()\[\]:,;\"'*]+")
# All that it knows; a language that is left out is a quote that is not found.
_LANGUAGES = [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "nl",
    "pt",
    "pl",
    "sv",
    "da",
    "no",
    "fi",
    "cs",
    "ro",
    "ja",
    "zh",
    "ko",
    "he",
]

_log = get_log("mail")


def split_quote(text: str, is_own: Callable[[str], bool]) -> tuple[str, str]:
    """Return the answer and the quote below it; `is_own` tells whether an address is one of this desk.

    A text that would become empty is left whole: it answers below the quote, or between its lines.
    """
    lines = text.split("\n")
    start = _find_start(lines, is_own)
    if start is None:
        return _split_by_general_rules(text)
    answer, quote = "\n".join(lines[:start]).rstrip(), "\n".join(lines[start:]).strip("\n")
    return (answer, quote) if answer.strip() else (text, "")


def _find_start(lines: list[str], is_own: Callable[[str], bool]) -> int | None:
    """Return the first line of the quote, by the marker or an address of ours."""
    for number, line in enumerate(lines):
        if _MARKER.search(line):
            return _include_introduction(lines, number)
        if "@" in line and any(is_own(address) for address in _ADDRESS.findall(line)):
            if _is_mention(line):
                continue
            return _include_introduction(lines, number)
    return None


def _is_mention(line: str) -> bool:
    """Return whether a line names an address in a sentence: it neither ends as an introduction nor is a header."""
    stripped = line.strip().strip("*>")
    introduces = stripped.endswith((":", "：", ">")) or _ADDRESS.sub("", stripped).strip(" <>()[]*") == ""
    return not introduces and _HEADER_LINE.match(line) is None


def _include_introduction(lines: list[str], number: int) -> int:
    """Return where a quote begins whose first known line this is: with the lines that introduce it."""
    start = number
    for _ in range(_WRAPPED_LINES):
        before = lines[start - 1] if start else ""
        if not before.strip() or _SENTENCE_END.search(before):
            break
        if not _opens_introduction(before):
            break
        start -= 1
    while start and _SEPARATOR.fullmatch(lines[start - 1]):
        start -= 1
    return start


def _opens_introduction(line: str) -> bool:
    """Return whether a line may be the first half of `On Monday at 10:00, Bob wrote:`: it has a number, or a quote."""
    return bool(re.search(r"\d", line)) or line.lstrip().startswith(
        (">", "On ", "Am ", "Le ", "El ", "Il ", "Op ", "Em ")
    )


def _split_by_general_rules(text: str) -> tuple[str, str]:
    """Return the answer as the rules of mail programs see it."""
    if len(text) > GENERAL_RULES_LIMIT:
        return text, ""
    from mailparser_reply import EmailReplyParser

    try:
        answer = EmailReplyParser(languages=_LANGUAGES).parse_reply(text=text)
    except Exception as error:  # noqa: BLE001
        # The patterns of a library on a text of a stranger: a fault there leaves the text whole.
        _log.warning("mail.quote-unread", error=repr(error))
        return text, ""
    answer = (answer or "").rstrip()
    if not answer.strip() or not text.startswith(answer):
        return text, ""
    return answer, text[len(answer) :].strip("\n")
