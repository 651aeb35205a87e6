"""Texts that users write."""

from __future__ import annotations

# The characters of a text from which its excerpt is made; a list reads no more of it.
EXCERPT_SOURCE = 500
# Two lines of a list.
EXCERPT_LIMIT = 200


def excerpt(text: str) -> str:
    """Return the first words of a text as one line, with an ellipsis where it goes on.

    It is the same for a text and for its first `EXCERPT_SOURCE + 1` characters.
    """
    if len(text) <= EXCERPT_LIMIT and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    words = " ".join(text[:EXCERPT_SOURCE].split())
    if not words.isprintable():
        # Bidirectional marks, and control characters in rows of earlier releases.
        words = "".join(character for character in words if character.isprintable() or character in "\u200c\u200d")
    if len(words) <= EXCERPT_LIMIT:
        return f"{words}…" if len(text) > EXCERPT_SOURCE and words else words
    cut = words[:EXCERPT_LIMIT]
    end = cut.rfind(" ")
    return f"{cut[: end if end > EXCERPT_LIMIT // 2 else EXCERPT_LIMIT]}…"
