"""The texts that users write, with one rule for each kind: lines, tags, and texts of many lines.

A line (a title, a name) is trimmed, in NFC, and has something to see in it. Characters that break lines or control a
terminal are refused, because they are mistakes or attacks; characters without a look are removed, because two texts
that look alike are meant alike. They stay where they change how their neighbours look: within emoji, and within words
of Arabic, Indic and other scripts. A text of many lines keeps everything but control characters.
"""

from __future__ import annotations

import re
from unicodedata import category, east_asian_width, is_normalized, normalize

from hero_assistance_sdk.rpc.field_faults import FaultKind, ValueFault

# The characters of a text from which its excerpt is made; a list reads no more of it.
EXCERPT_SOURCE = 500
# Two lines of a list.
EXCERPT_LIMIT = 200

# The C0 and C1 controls, and the separators of lines and paragraphs.
_NOT_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# The same without tabs and what ends a line.
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE_ENDS = re.compile("\r\n|\r|\x85")
# Default_Ignorable_Code_Point of Unicode, and the controls of interlinear annotations.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_ANY_INVISIBLE = re.compile(f"[{INVISIBLE}]")
# The blank of Braille is no space to Unicode.
_VISIBLE = re.compile(f"[^\\s\x00-\x1f\x7f-\x9f\u2800{INVISIBLE}]")

_JOINERS = "\u200c\u200d"
_SELECTORS = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_KEYCAP = "\u20e3"
_FLAG = "\U0001f3f4"
_FLAG_TAGS = re.compile("[\U000e0020-\U000e007f]")
_MONGOLIAN = re.compile("[\u1820-\u18aa]")
_JAMO = re.compile("[\u1100-\u11ff]")
# A cased script whose letters join, unlike those of other cased scripts.
_ADLAM = re.compile("[\U0001e900-\U0001e943]")
_FINAL_SIGMA = re.compile(r"(?<=\w)σ(?!\w)")


class TextFault(ValueFault):
    """A text that its kind does not allow; the message says why."""


def clean_line(text: str) -> str:
    """Return a text as a line: trimmed, in NFC, without invisible characters; raises `TextFault`."""
    if text.isascii() and text.isprintable():
        line = text.strip()
    else:
        _refuse(_NOT_IN_LINE, text, "a line")
        line = normalize("NFC", _without_invisible(text)).strip()
    if is_blank(line):
        raise TextFault("there is nothing to see in it", FaultKind.BLANK)
    return line


def clean_tag(text: str) -> str:
    """Return a text as a tag: a line in one case, with single spaces; raises `TextFault`."""
    return fold_case(" ".join(clean_line(text).split()))


def as_tag(text: str) -> str:
    """Return the tag that a text stands for, as in a filter or in a row of an earlier release; empty for none."""
    try:
        return clean_tag(_NOT_IN_LINE.sub(" ", text))
    except TextFault:
        return ""


def clean_text(text: str) -> str:
    """Return a text of many lines in NFC, its lines ended by line feeds; raises `TextFault` for control characters."""
    if _is_plain(text):
        return text
    _refuse(_NOT_IN_TEXT, text, "a text")
    if "\r" in text or "\x85" in text:
        text = _LINE_ENDS.sub("\n", text)
    return text if text.isascii() or is_normalized("NFC", text) else normalize("NFC", text)


def is_blank(text: str) -> bool:
    """Return whether a text has nothing to see in it."""
    return _VISIBLE.search(text) is None


def fold_case(text: str) -> str:
    """Return a text in the one case in which it is compared: small letters, where there are any."""
    if text.isascii():
        return text.lower()
    folded = normalize("NFC", text.casefold())
    # A few letters have another composition when they are folded.
    again = normalize("NFC", folded.casefold())
    return _FINAL_SIGMA.sub("ς", again)


def excerpt(text: str) -> str:
    """Return the first words of a text as one line, with an ellipsis where it goes on.

    It is the same for a text and for its first `EXCERPT_SOURCE + 1` characters.
    """
    if len(text) <= EXCERPT_LIMIT and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    words = _beginning(text)
    if not words.isprintable():
        # Bidirectional marks, and control characters in rows of earlier releases.
        words = "".join(character for character in words if character.isprintable() or character in _JOINERS)
    if len(words) <= EXCERPT_LIMIT:
        return f"{words}…" if len(text) > EXCERPT_SOURCE and words else words
    cut = words[:EXCERPT_LIMIT]
    end = cut.rfind(" ")
    return f"{cut[: end if end > EXCERPT_LIMIT // 2 else EXCERPT_LIMIT]}…"


def _beginning(text: str) -> str:
    """The words of the excerpt's source; no more of a plain text than tells that an excerpt goes on behind its end."""
    head = text[: EXCERPT_LIMIT + 1]
    goes_on = len(head) > EXCERPT_LIMIT and " " not in (head[0], head[-1])
    if goes_on and head.isascii() and head.isprintable() and "  " not in head:
        return head
    return " ".join(text[:EXCERPT_SOURCE].split())


def _is_plain(text: str) -> bool:
    """Whether a text is one of printable ASCII and line feeds, as most are: there is nothing to refuse or to change."""
    return text.isascii() and (text.isprintable() or text.replace("\n", "").isprintable())


def _refuse(unwanted: re.Pattern[str], text: str, kind: str) -> None:
    found = unwanted.search(text)
    if found is not None:
        name = f"U+{ord(found[0]):04X}"
        raise TextFault(f"the character {name} is not allowed in {kind}", FaultKind.CHARACTER, value=name)


def _without_invisible(text: str) -> str:
    if _ANY_INVISIBLE.search(text) is None:
        return text
    kept: list[str] = []
    for index, character in enumerate(text):
        if _ANY_INVISIBLE.match(character) is None or _has_effect(character, kept, text[index + 1 : index + 2]):
            kept.append(character)
    return "".join(kept)


def _has_effect(character: str, before: list[str], after: str) -> bool:
    """Whether an invisible character changes how the characters before and after it look."""
    if not before:
        return False
    last = before[-1]
    if character in _JOINERS:
        return _joins(before, after)
    if _SELECTORS.match(character):
        return _has_variants(last, after)
    if _FLAG_TAGS.match(character):
        return last == _FLAG or _FLAG_TAGS.match(last) is not None
    if character == "\u180e":
        return bool(_MONGOLIAN.match(last) and _MONGOLIAN.match(after))
    return character in "\u115f\u1160" and bool(_JAMO.match(last) or _JAMO.match(after))


def _joins(before: list[str], after: str) -> bool:
    """Whether a joiner stands between parts of an emoji, or behind a letter whose shape it changes."""
    if not after or _VISIBLE.match(after) is None:
        return False
    base = next((character for character in reversed(before) if not category(character).startswith("M")), "")
    kind = category(base) if base else ""
    if kind in {"So", "Sk"}:
        return category(after) in {"So", "Sm"}
    return (kind == "Lo" and east_asian_width(base) not in "WF") or _ADLAM.match(base) is not None


def _has_variants(last: str, after: str) -> bool:
    """Whether a character has variants to select from: no space and no letter with a case has."""
    if _VISIBLE.match(last) is None:
        return False
    kind = category(last)
    if kind == "Nd" or last in "#*":
        return after == _KEYCAP
    return kind not in {"Lu", "Ll", "Lt"} or last == "\u2139"
