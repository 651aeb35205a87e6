"""Every language that letters are written in, and which of them is a reader's."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Protocol

from hero_assistance_server.languages.catalogue import CatalogueFault, parse_catalogue
from hero_assistance_server.languages.language import ENGLISH, Language

# Of a language tag, such as `fr` or `pt-BR` (RFC 5646), and how long one may be.
TAG = "[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"
TAG_LIMIT = 35
_SUFFIX = ".po"


class ChoosesLanguage(Protocol):
    """A user or a project, as far as languages go."""

    @property
    def language(self) -> str | None:
        """The tag that was chosen, such as `fr` or `pt-BR`; `None` for none."""
        ...


def find_language(tag: str | None) -> Language | None:
    """Return the language of a tag, of any region; `None` where letters are not written in it."""
    return None if tag is None else LANGUAGES.get(tag.lower().partition("-")[0])


def choose_language(user: ChoosesLanguage | None, project: ChoosesLanguage, asked_in: str | None = None) -> Language:
    """Return the language of letters to a user: their own, else the one they asked in, the project's, or English."""
    own = None if user is None else find_language(user.language)
    return own or find_language(asked_in) or find_language(project.language) or ENGLISH


def _read_languages() -> Mapping[str, Language]:
    """Read every catalogue that comes with the server; raises `CatalogueFault`."""
    found = {ENGLISH.code: ENGLISH}
    for path in sorted(files(__package__).iterdir(), key=lambda path: path.name):
        if not path.name.endswith(_SUFFIX):
            continue
        code = path.name.removesuffix(_SUFFIX)
        try:
            found[code] = Language(code, parse_catalogue(path.read_text("utf-8")))
        except CatalogueFault as error:
            raise CatalogueFault(f"{path.name}: {error}") from error
    return found


# By their codes. Read once, when the server starts: a letter meets no catalogue that cannot be read.
LANGUAGES = _read_languages()
