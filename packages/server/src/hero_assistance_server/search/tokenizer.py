"""The words of texts: those that the index has of a text, and those that a query asks for.

Words are what stands between spaces and punctuation in a folded text. Scripts that are written without spaces, and
Hangul, whose words are written together with what follows them, are taken character by character, so that a word of
them is a phrase of characters. Symbols such as emoji stand apart from the words, and part none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from hero_assistance_server.search.filters import FilterKey, Term
from hero_assistance_server.search.folding import BREAK, JOINER, SYMBOL, fold

# Raise it when the same text gets other words, or they are for other readers: every ticket is indexed once more.
WORDS_VERSION = 2

# Thai, Lao, Tibetan, Myanmar, Khmer, kana, Han, and what is next to them.
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaa7f"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u302f\u3031-\u303c\u3040-\u30ff\u3100-\u318f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U000323af"
)
_LEADING, _VOWEL, _TRAILING = "\u1100-\u115e\ua960-\ua97c", "\u1161-\u11a7\ud7b0-\ud7c6", "\u11a8-\u11ff\ud7cb-\ud7fb"
_VOICED = "\u3099\u309a"
_ALONE = f"{_UNSPACED}{_LEADING}{_VOWEL}{_TRAILING}{_VOICED}"
_RUN = re.compile(f"[{_ALONE}]+")
_COMPOSED = re.compile(f"[{_LEADING}{_VOWEL}{_TRAILING}{_VOICED}]")
# One character as people see it: a syllable of Hangul, a kana with its sound mark, or any other of these scripts.
_SINGLE = re.compile(
    f"[{_LEADING}][{_VOWEL}]?[{_TRAILING}]?|[{_VOWEL}][{_TRAILING}]?|[{_UNSPACED}][{_VOICED}]?|[{_TRAILING}{_VOICED}]"
)
_SYMBOL_RUN = re.compile(f"(?:{SYMBOL}. )+", re.DOTALL)
_PARTED = re.compile(f"(?<![^ {JOINER}{SYMBOL}])[^ {JOINER}{SYMBOL}]+(?:{JOINER}+[^ {JOINER}{SYMBOL}]+)+")

# In patterns: what goes on with a word, and what may stand between two words of a phrase.
_REST = f"[^ {JOINER}{SYMBOL}{_ALONE}]"
_BETWEEN = f"(?:[ {JOINER}]|{SYMBOL}. )*"


class Words(NamedTuple):
    """The words of a text in order, and apart from them the symbols that stand next to each other."""

    phrase: tuple[str, ...]
    symbols: tuple[tuple[str, ...], ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that can be looked for."""
        return not self.phrase and not self.symbols


def words_of(text: str) -> Words:
    """Return what is to be looked for when a text is asked for."""
    folded = fold(text)
    return Words(tuple(_split(folded).split()), tuple(tuple(run.split()) for run in _symbol_runs(folded)))


def index_text(text: str) -> str:
    """Return a text of words in small letters, spaces between them: all that the index has of `text`."""
    if text.isascii():
        return text
    folded = fold(text)
    parts = dict.fromkeys(_PARTED.findall(folded)) if JOINER in folded else {}
    parted = [_split(part.replace(JOINER, " ")) for part in parts]
    return f" {BREAK} ".join([_split(folded), *parted, *_symbol_runs(folded)])


def join_texts(texts: Iterable[str]) -> str:
    """Return several texts as one for the index; no phrase reaches from one into the other."""
    return f" {BREAK} ".join(index_text(text) for text in texts if text)


def unsearchable(terms: Iterable[Term]) -> list[str]:
    """Return the texts of these terms in which nothing can be looked for."""
    return [term.value for term in terms if words_of(term.value).is_empty]


def patterns_of(term: Term) -> list[re.Pattern[str]]:
    """Return what finds a term in a folded text; nothing when there is nothing in it to look for."""
    words = words_of(term.value)
    found = [re.compile("".join(f"{SYMBOL}{re.escape(one)} " for one in run)) for run in words.symbols]
    if words.phrase:
        start = "" if _SINGLE.match(words.phrase[0]) else f"(?<!{_REST})"
        end = _end_of(words.phrase[-1], is_prefix=term.key is FilterKey.PREFIX)
        found.append(re.compile(start + _BETWEEN.join(map(_spell, words.phrase)) + end))
    return found


def _split(folded: str) -> str:
    """Return the words of a folded text, and what is a word of its own apart."""
    words = _SYMBOL_RUN.sub(" ", folded) if SYMBOL in folded else folded
    return _RUN.sub(_part_run, words.replace(JOINER, ""))


def _part_run(run: re.Match[str]) -> str:
    # Most of these scripts compose nothing, and are many times faster so.
    singles = _SINGLE.findall(run[0]) if _COMPOSED.search(run[0]) else run[0]
    return f" {' '.join(singles)} "


def _symbol_runs(folded: str) -> list[str]:
    """Return the symbols that stand next to each other, each run once."""
    runs = _SYMBOL_RUN.findall(folded) if SYMBOL in folded else []
    return [run.replace(SYMBOL, "") for run in dict.fromkeys(runs)]


def _spell(word: str) -> str:
    """Return the pattern of a word that joiners may part."""
    return f"{JOINER}*".join(map(re.escape, word))


def _end_of(word: str, *, is_prefix: bool) -> str:
    """Return what has to follow the last word of a phrase."""
    if is_prefix:
        return "" if _SINGLE.match(word) else f"{_REST}*"
    return f"(?![{_VOWEL}{_TRAILING}{_VOICED}])" if _SINGLE.match(word) else f"(?!{_REST})"
