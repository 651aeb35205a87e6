"""Where a reply ends and what it quotes begins.

Letters of ours carry a marker, in the language of their reader, and mail programs write our address where they quote
a letter: the first line with either begins the quote. Only where neither is found, the introductions of mail programs
in many languages are looked for, line by line, so that no text takes long.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hero_assistance_server.languages.registry import LANGUAGES
from hero_assistance_server.mail.reply_marker import compile_markers

# Who answers a letter may have another language by now than its reader had.
_MARKER = compile_markers(LANGUAGES.values())
# A longer line introduces nothing.
LINE_LIMIT = 500
# As in `On Monday, Bob from Support` / `<support@example.org> wrote:`.
_WRAPPED_LINES = 2
_SENTENCE_END = re.compile(r"[.!?:;,)\]]\s*$")
_SEPARATOR = re.compile(r"\s*(?:[-_=*]{5,}.*|>+\s*)?$")
_HEADER_LINE = re.compile(
    r"\s*(?:>\s*)?\*?(?:From|Von|De|Da|Van|Från|Fra|Od|От|差出人|发件人|寄件者)\s*:", re.IGNORECASE
)
# Bounded as RFC 5321 bounds them: where every run of characters could begin one, a long line would take for ever.
_ADDRESS = re.compile(r"[^\s<>()\[\]:,;\"']{1,64}@[^\s<>()\[\]:,;\"'*]{1,255}")
_ORIGINAL = re.compile(r"\s*>?\s*-{4,}[ \w\u2019'.:]{3,60}-{4,}\s*")
_DATE_LINE = re.compile(
    r"\s*(?:>\s*)?\*?(?:Sent|Date|To|Gesendet|Datum|An|Envoy\u00e9|Enviado|Fecha|Data|Inviato|Verzonden|Skickat|Sendt"
    r"|Wys\u0142ano|Odesl\u00e1no|L\u00e4hetetty|\u041e\u0442\u043f\u0440\u0430\u0432\u043b\u0435\u043d\u043e"
    r"|\u65e5\u6642|\u9001\u4fe1\u65e5\u6642|\u53d1\u9001\u65f6\u95f4|\u65e5\u671f)\b[^:\uff1a]{0,12}[:\uff1a]",
    re.IGNORECASE,
)
# What stands before the colon of an introduction, in the languages of mail programs.
_VERBS = (
    "wrote",
    "schrieb",
    "a écrit",
    "escribió",
    "ha scritto",
    "schreef",
    "escreveu",
    "napisał",
    "skrev",
    "kirjoitti",
    "napsal",
    "a scris",
    "írta",
    "yazdı",
    "написал",
    "пише",
    "写道",
    "寫道",
    "のメッセージ",
    "書きました",
    "작성",
    "כתב",
)


def split_quote(text: str, is_own: Callable[[str], bool]) -> tuple[str, str]:
    """Return the answer and the quote below it; `is_own` tells whether an address is one of this desk.

    A text that would become empty is left whole: it answers below the quote, or between its lines.
    """
    lines = text.split("\n")
    start = _find_start(lines, is_own)
    if start is None:
        return _split_by_general_rules(text, lines)
    return _cut(text, lines, start)


def _find_start(lines: list[str], is_own: Callable[[str], bool]) -> int | None:
    """Return the first line of the quote, by the marker or an address of ours."""
    for number, line in enumerate(lines):
        if _MARKER.search(line):
            return _include_introduction(lines, number)
        begin = line[:LINE_LIMIT]
        names_us = "@" in begin and any(is_own(address) for address in _ADDRESS.findall(begin))
        if names_us and not _is_mention(begin):
            return _include_introduction(lines, number)
    return None


def _is_mention(line: str) -> bool:
    """Return whether a line names an address in a sentence: it neither ends as an introduction nor is a header."""
    stripped = line.strip().strip("*>- ")
    if _has_verb(stripped):
        return False
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


def _split_by_general_rules(text: str, lines: list[str]) -> tuple[str, str]:
    """Return the answer and the quote as mail programs write quotes of other letters."""
    start = next((number for number in range(len(lines)) if _begins_quote(lines, number)), None)
    if start is None:
        start = _find_marked_end(lines)
    return _cut(text, lines, _include_introduction(lines, start)) if start is not None else (text, "")


def _begins_quote(lines: list[str], number: int) -> bool:
    """Return whether a line introduces a quote: with the verb of a language, or as the first field of a header."""
    line = lines[number][:LINE_LIMIT]
    if _ORIGINAL.fullmatch(line):
        return True
    if _HEADER_LINE.match(line):
        return any(_DATE_LINE.match(after[:LINE_LIMIT]) for after in lines[number + 1 : number + 4])
    return (
        line.rstrip().endswith((":", "：")) and _has_verb(line) and any(map(str.isdigit, _before(lines, number) + line))
    )


def _has_verb(line: str) -> bool:
    words = line.lower()
    return any(verb in words for verb in _VERBS)


def _before(lines: list[str], number: int) -> str:
    return lines[number - 1][:LINE_LIMIT] if number else ""


def _find_marked_end(lines: list[str]) -> int | None:
    """Return where the lines with a `>` begin that a text ends with."""
    start = None
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].startswith(">"):
            start = number
        elif lines[number].strip():
            break
    return start


def _cut(text: str, lines: list[str], start: int) -> tuple[str, str]:
    answer, quote = "\n".join(lines[:start]).rstrip(), "\n".join(lines[start:]).strip("\n")
    return (answer, quote) if answer.strip() else (text, "")
