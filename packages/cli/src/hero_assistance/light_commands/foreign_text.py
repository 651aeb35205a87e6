"""Text that others wrote, fit for a terminal: what it obeys, and what moves or hides text, becomes an escape."""

from __future__ import annotations

import re
import unicodedata

# Controls (C1 among them), formats such as U+202E, surrogates, and the separators of lines and paragraphs.
_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# They join letters and emoji, and do nothing else.
_JOINERS = frozenset({"\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}"})
_LAYOUT = frozenset({"\n", "\t"})
_SURROGATE = re.compile("[\ud800-\udfff]")


def sanitize(text: str) -> str:
    r"""The text with escapes such as `\x1b` and `\u202e` for what a terminal would obey; lines and tabs stay."""
    if text.isprintable():
        return text
    return "".join(letter if _is_harmless(letter) else _escape(letter) for letter in text)


def sanitize_json(text: str) -> str:
    r"""The same JSON document, with everything that a terminal would obey written as `\uXXXX`."""
    if text.isprintable():
        return text
    return "".join(letter if _is_harmless(letter) else _escape_json(letter) for letter in text)


def make_encodable(json: str) -> str:
    r"""The same JSON document, with lone surrogates, which have no bytes in UTF-8, written as `\uXXXX`."""
    return _SURROGATE.sub(lambda found: _escape_json(found[0]), json)


def _is_harmless(letter: str) -> bool:
    if letter.isprintable() or letter in _LAYOUT or letter in _JOINERS:
        return True
    return unicodedata.category(letter) not in _OBEYED


def _escape(letter: str) -> str:
    code = ord(letter)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _escape_json(letter: str) -> str:
    code = ord(letter)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
