"""Folds texts, so that a word is found in any case, with any accents and in any normal form.

A folded text has the characters of its words, spaces between them, and two characters of its own:

* `JOINER` stands where an invisible character may part a word: it is one word, and its parts can be found as well.
* `SYMBOL` stands before each emoji, currency sign or other symbol, and a space after it.

Sources: full case folding and compatibility decomposition of the Unicode standard, and the names of its letters, which
say what a letter with a stroke or hook is.
"""

from __future__ import annotations

import re
import unicodedata

from hero_assistance_server.texts import INVISIBLE

JOINER = "\u200c"
SYMBOL = "\ue001"
# A word of its own between two texts; no text and no query has it.
BREAK = "\ue000"
_RESERVED = frozenset({SYMBOL, BREAK})

# Soft hyphen, zero-width space and non-joiner.
_JOINERS = frozenset("\u00ad\u200b\u200c")
# What has no look, the mark that stretches Arabic words, and the colours of skin.
_INVISIBLE = re.compile(f"[{INVISIBLE}\u0640\U0001f3fb-\U0001f3ff]")
# Combining classes of marks that are part of a spelling: of Indic scripts, kana, Thai, Lao and Tibetan. Those of other
# classes are accents, points and tones, which many leave out.
_SPELLED = frozenset({0, 8, 9, 84, 91, 103, 118, 129, 130, 132})
# What no name tells, and what people without such a keyboard write for it.
_LETTERS = {"ð": "d", "þ": "th", "ŋ": "n"}
_LATIN = re.compile(r"LATIN SMALL (?:LETTER|LIGATURE) (?:BARRED |DOTLESS )?([A-Z]{1,2})(?: WITH .+)?")
# Blank pictures: of braille without a dot, and of what was replaced by an object.
_BLANK = frozenset("\u2800\ufffc")
# Many of these are not in use: keeping what they become would cost memory.
_UNKNOWN = frozenset({"Cn", "Co", "Cs"})


class _Table(dict[int, str]):
    """What each character becomes, found when it is first asked for."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _fold_character(character)
        if unicodedata.category(character) not in _UNKNOWN:
            self[code] = folded
        return folded


def fold(text: str) -> str:
    """Return the folded text."""
    return (text if text.isascii() else unicodedata.normalize("NFKD", text)).translate(_TABLE)


def fold_with_places(text: str) -> tuple[str, range | list[int]]:
    """Return the folded text, and for each of its characters where it was; one more for the end."""
    if text.isascii():
        return text.translate(_TABLE), range(len(text) + 1)
    pieces: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        piece = _TABLE[ord(character)]
        pieces.append(piece)
        places += [place] * len(piece)
    return "".join(pieces), [*places, len(text)]


def _fold_character(character: str) -> str:
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(map(_fold_part, parts))


def _fold_part(part: str) -> str:
    """Return what a character becomes that is in small letters and not composed."""
    if part.isascii():
        return part if part.isalnum() else " "
    if part in _JOINERS:
        return JOINER
    category = unicodedata.category(part)
    if category in {"Cf", "Me"} or _INVISIBLE.match(part):
        return ""
    return _fold_visible(part, category)


def _fold_visible(part: str, category: str) -> str:
    match category[0]:
        case "M":
            return part if unicodedata.combining(part) in _SPELLED else ""
        case "L" | "N":
            return _LETTERS.get(part) or _plain_letter(part)
        case "S" | "C" if category not in {"Sk", "Cc", "Cs"} and part not in _BLANK and part not in _RESERVED:
            return f"{SYMBOL}{part} "
    return " "


def _plain_letter(letter: str) -> str:
    """Return a Latin letter without its stroke, hook or tail, a ligature as its letters, and others as they are."""
    named = _LATIN.fullmatch(unicodedata.name(letter, ""))
    return named[1].lower() if named else letter


_TABLE = _Table()
