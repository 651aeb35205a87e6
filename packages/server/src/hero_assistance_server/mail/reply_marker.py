"""The line of our letters above which an answer is written; what is below it is a quote."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hero_assistance_server.languages.language import Language


def make_marker(language: Language) -> str:
    """Return the line in the language of a letter."""
    return f"--- {_words(language)} ---"


def compile_markers(languages: Iterable[Language]) -> re.Pattern[str]:
    """Return what finds the line of any of these languages: mail programs change its blanks and dashes."""
    texts = {_words(language) for language in languages}
    return re.compile("|".join(r"\s+".join(map(re.escape, text.split())) for text in sorted(texts)))


def _words(language: Language) -> str:
    return language.t("Please write your answer above this line")
