"""The languages of the page: which one a request wants, and the words of what the daemon writes itself.

The page's script has its own catalogue, which the document loads. A browser that has chosen a language says so by a
cookie; else what it accepts counts, else English.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

from starlette.requests import Request

from hero_assistance_ui.preferences.choices import read_choice

COOKIE = "hero_language"
ENGLISH = "en"
# Chosen by cookie alone: a browser that accepts it has not been asked by anybody.
TEST_LANGUAGE = "qps"
_WORDS = "words.json"


def t(text: str) -> str:
    """Mark a text for the catalogues; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the page, with the script that holds its words; English has none."""

    code: str
    direction: str = "ltr"
    script: str | None = None
    words: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def tag(self) -> str:
        """What the document says: the language of tests is English in a dress."""
        return f"{ENGLISH}-x-{self.code}" if self.code == TEST_LANGUAGE else self.code

    def translate(self, text: str, values: Mapping[str, object] | None = None) -> str:
        """Return a text in this language, with `{name}` replaced by the value of that name."""
        found = self.words.get(text) or text
        for name, value in (values or {}).items():
            found = found.replace(f"{{{name}}}", str(value))
        return found


class Languages:
    """Every language that the bundle has."""

    def __init__(self, found: Mapping[str, Language]) -> None:
        self._found = {ENGLISH: Language(ENGLISH), **found}

    @classmethod
    def read(cls, folder: Traversable, listed: Mapping[str, Mapping[str, Any]]) -> Languages:
        """Read the languages that a manifest lists."""
        words = json.loads((folder / _WORDS).read_bytes())
        found = {
            code: Language(code, entry["direction"], entry["script"], words.get(code, {}))
            for code, entry in listed.items()
        }
        return cls(found)

    def choose(self, request: Request) -> Language:
        """Return the language that a request's cookie names, else the first that its browser accepts, else English."""
        chosen = read_choice(request, COOKIE, self._found)
        code = chosen or self._choose_accepted(request.headers.get("accept-language", "")) or ENGLISH
        return self._found[code]

    def _choose_accepted(self, header: str) -> str | None:
        for code in parse_accepted(header):
            if code in self._found and code != TEST_LANGUAGE:
                return code
        return None


def parse_accepted(header: str) -> list[str]:
    """Return the languages of an `Accept-Language` header without their regions, the most wanted first."""
    weighed = []
    for item in header.split(",")[:50]:
        tag, _, weight = item.partition(";")
        weighed.append((_weight(weight), tag.strip().lower().partition("-")[0]))
    # Sorting keeps the order of those that are wanted as much.
    return [code for weight, code in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]


def _weight(text: str) -> float:
    if not text.strip():
        return 1.0
    name, _, value = text.partition("=")
    try:
        found = float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
    # What is no number compares with nothing.
    return found if 0 <= found <= 1 else 0.0
