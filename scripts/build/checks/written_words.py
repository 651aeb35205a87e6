"""The sources of the page and of letters as texts that hold words, and words that stand in them without `t()`."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FRONTEND = Path("packages/ui/frontend")
DAEMON = Path("packages/ui/src/hero_assistance_ui")
SERVER = Path("packages/server/src/hero_assistance_server")
# Made from the server, the definition of the functions themselves, and names of languages in these.
NOT_READ = ("api/wire.ts", "i18n/translate.ts", "i18n/languages.ts")
# No user sees it.
DESIGN = "design"

# What a browser shows or reads aloud of an element.
_SHOWN_ATTRIBUTES = "title|alt|placeholder|aria-label|aria-description|aria-roledescription|label|hint|caption"
_ATTRIBUTE = re.compile(rf'(?<=\s)({_SHOWN_ATTRIBUTES})=(?:"([^"]*)"|\{{"([^"]*)"\}})')
_CALL = re.compile(r"(?<![\w.$])t[nx]?(?:<[^<>()]*>)?\(")
# The server writes in many languages at once: `language.t(...)` is a word of the one of a letter's reader.
_METHOD_CALL = re.compile(r"(?<=\blanguage\.)tn?\(")
# The same under another name, or without its call, is not read.
_HIDDEN_CALL = re.compile(r"(?<!\blanguage)\.tn?\(|\blanguage\.tn?\b(?!\()")
_DEFINITION = re.compile(r"\bdef t\(")
_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`\w])//[^\n]*", re.DOTALL)
_PYTHON_COMMENT = re.compile(r"(?m)(?:^|\s)#\s.*$")
_WORD = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True)
class Source:
    """One file that may hold words."""

    name: str
    code: str

    @property
    def is_python(self) -> bool:
        """Whether it is a module of the daemon or of the server."""
        return self.name.endswith(".py")

    @property
    def is_of_server(self) -> bool:
        """Whether it is a module of the server."""
        return self.name.startswith(SERVER.as_posix())

    @functools.cached_property
    def calls(self) -> list[str]:
        """The code from each call for a word on: calls may stand within calls."""
        comment = _PYTHON_COMMENT if self.is_python else _COMMENT
        code = _DEFINITION.sub("", comment.sub(" ", self.code))
        call = _METHOD_CALL if self.is_of_server else _CALL
        return [code[match.start() :] for match in call.finditer(code)]

    def faults(self) -> Iterator[str]:
        """Yield the words that are shown without being translated, and calls for words that are not read."""
        if self.is_of_server:
            for match in _HIDDEN_CALL.finditer(_PYTHON_COMMENT.sub("", self.code)):
                yield f"{self.name}: {match[0]!r}: write language.t(...) or language.tn(...)"
        if not self.name.endswith(".tsx"):
            return
        for match in _ATTRIBUTE.finditer(self.code):
            text = match[2] if match[2] is not None else match[3]
            if _WORD.search(text):
                yield f"{self.name}:{self._line(match.start())}: {match[1]}={text!r} is no t(...)"

    def _line(self, position: int) -> int:
        return self.code.count("\n", 0, position) + 1


def read_letter_sources(root: Path) -> Iterator[Source]:
    """Yield every module of the server, which writes letters, in the order of their names."""
    for path in sorted((root / SERVER).rglob("*.py")):
        yield Source(path.relative_to(root).as_posix(), path.read_text("utf-8"))


def read_sources(root: Path) -> Iterator[Source]:
    """Yield every source of the page, its tests left out, in the order of their names."""
    frontend = root / FRONTEND
    not_read = {frontend / name for name in NOT_READ}
    scripts = [path for path in frontend.rglob("*.ts*") if ".test." not in path.name and path not in not_read]
    scripts = [path for path in scripts if not path.is_relative_to(frontend / DESIGN)]
    for path in sorted([*scripts, *(root / DAEMON).rglob("*.py")]):
        if path.suffix in {".ts", ".tsx", ".py"}:
            yield Source(path.relative_to(root).as_posix(), path.read_text("utf-8"))
