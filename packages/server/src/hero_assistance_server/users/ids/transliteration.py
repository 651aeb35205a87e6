"""Names in Latin letters: accents go, and letters of Cyrillic and Greek, and odd ones of Latin, get their usual ones.

Other scripts have no such letters of their own: one character may be read in many ways, so that none is guessed.
"""

from __future__ import annotations

import unicodedata

# Each letter and what it becomes; `-` stands for one that is not written.
_LATIN = "æ ae  œ oe  ø o  ł l  đ d  ð d  ħ h  ı i  ŋ ng  ß ss  þ th"
_CYRILLIC = """
    а a  б b  в v  г g  д d  е e  ж zh  з z  и i  й y  к k  л l  м m  н n  о o  п p  р r  с s  т t  у u  ф f  х kh
    ц ts  ч ch  ш sh  щ shch  ъ -  ы y  ь -  э e  ю yu  я ya
    є ye  і i  ї yi  ґ g  ђ dj  ј j  љ lj  њ nj  ћ c  џ dz  ў u
"""
_GREEK = """
    α a  β v  γ g  δ d  ε e  ζ z  η i  θ th  ι i  κ k  λ l  μ m  ν n  ξ x  ο o  π p  ρ r  σ s  ς s  τ t  υ y  φ f  χ ch
    ψ ps  ω o
"""
# Two letters that are one sound.
_OU = ("ου", "ού")
_WORDS = f"{_LATIN} {_CYRILLIC} {_GREEK}".split()
_LETTERS = {letter: text.strip("-") for letter, text in zip(_WORDS[::2], _WORDS[1::2], strict=True)}


def transliterate(text: str) -> tuple[str, bool]:
    """Return a text in lower-case ASCII, and whether every letter of it is in there."""
    written: list[str] = []
    is_whole = True
    lowered = unicodedata.normalize("NFC", text.lower())
    for digraph in _OU:
        lowered = lowered.replace(digraph, "ou")
    for char in lowered:
        found = _write(char)
        is_whole = is_whole and (found is not None or not char.isalnum())
        written.append("" if found is None else found)
    return "".join(written), is_whole


def _write(char: str) -> str | None:
    """Return a character in ASCII; `None` for one that has no letters there."""
    if char.isascii():
        return char
    if char in _LETTERS:
        return _LETTERS[char]
    parts = [part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)]
    if parts == [char] or not parts:
        # A combining sign changes the letter before it; a sign such as a dash separates two words.
        return "" if not parts else None if char.isalnum() else " "
    written = [_write(part) for part in parts]
    return None if None in written else "".join(one or "" for one in written)
