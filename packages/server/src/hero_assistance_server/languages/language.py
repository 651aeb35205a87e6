"""A language, and what is said in it.

Every word of a letter is an English text that `Language.t` is called with, or `Language.tn` where it counts. `lint`
reads the calls of what is named `language`, and finds the words that a catalogue does not have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hero_assistance_server.languages.catalogue import Catalogue

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its code, such as `fr`; English has no catalogue."""

    code: str
    catalogue: Catalogue | None = None

    @property
    def direction(self) -> str:
        """In which direction it is written, as HTML says it."""
        return "rtl" if self.code in _RIGHT_TO_LEFT else "ltr"

    def t(self, text: str, /, **values: object) -> str:
        """Return a text in this language, each placeholder filled in; one without a value stays."""
        return fill(self._find(text, 1) or text, values)

    def tn(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Return the text of a number of things; `{count}` is that number."""
        text = self._find(many, count) or (one if count == 1 else many)
        return fill(text, {"count": count, **values})

    def _find(self, key: str, count: int) -> str | None:
        """Return the translation of a text, `None` without one: then it is said in English."""
        forms = () if self.catalogue is None else self.catalogue.forms.get(key, ())
        if self.catalogue is None or not forms:
            return None
        return forms[0] if len(forms) == 1 else forms[self.catalogue.choose_form(count)]


ENGLISH = Language("en")


def fill(text: str, values: Mapping[str, object]) -> str:
    """Replace each `{name}` by the value of that name; a value is not looked into."""
    return _PLACEHOLDER.sub(lambda match: str(values.get(match[1], match[0])), text)
