"""Texts as the index of words takes them, and what a query asks of it.

The index splits texts at everything that is neither letter nor digit, and folds case and diacritics. Scripts that are
written without spaces come to it character by character, so that a word of them is a phrase of characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from hero_assistance_server.search.filters import Key, Term

# A word of its own between two texts, so that no phrase reaches from one into the other; no search can ask for it.
BREAK = "\ue000"

# Thai, Lao, Tibetan, Myanmar, Khmer, kana, Han, and what is next to them.
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaa7f"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3040-\u30ff\u3100-\u318f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U000323af"
)
_SINGLE = re.compile(f"[{_UNSPACED}]")
_TOKEN = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_])+")


def searchable(text: str) -> str:
    """The text with one form for what looks the same, and spaces around each character of a script without them."""
    if text.isascii():
        return text
    same = unicodedata.normalize("NFKC", text).replace(BREAK, " ")
    return _SINGLE.sub(r" \g<0> ", same)


def joined(texts: Iterable[str]) -> str:
    """Several texts as one for the index."""
    return f" {BREAK} ".join(searchable(text) for text in texts if text)


def asked(term: Term) -> str | None:
    """A term of words in the language of the index; `None` when there is no word in it."""
    text = searchable(term.value).replace('"', " ").replace("\x00", " ").replace(BREAK, " ")
    if not any(unicodedata.category(character)[0] in "LN" for character in text):
        return None
    return f'"{text}" *' if term.key is Key.PREFIX else f'"{text}"'


def pattern(term: Term) -> re.Pattern[str] | None:
    """What finds a term in a text that `folded` gave; `None` when there is no word in it."""
    tokens = _TOKEN.findall(folded(searchable(term.value))[0])
    if not tokens:
        return None
    # A character that is a word of its own may stand within a run of others.
    start = "" if _SINGLE.match(tokens[0]) else r"(?<![^\W_])"
    rest = r"[^\W_]*" if term.key is Key.PREFIX else r"(?![^\W_])"
    end = "" if _SINGLE.match(tokens[-1]) else rest
    return re.compile(start + r"[\W_]*".join(map(re.escape, tokens)) + end)


def folded(text: str) -> tuple[str, range | list[int]]:
    """The text without case and diacritics, and for each of its characters where it was; one more for the end."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    pieces: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        piece = _fold(character)
        pieces.append(piece)
        places += [place] * len(piece)
    return "".join(pieces), [*places, len(text)]


def _fold(character: str) -> str:
    if character.isascii():
        return character.lower()
    parts = unicodedata.normalize("NFKD", character)
    return "".join(part for part in parts if not unicodedata.combining(part)).lower()
