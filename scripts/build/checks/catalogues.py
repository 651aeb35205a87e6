"""The catalogues of the page and of letters: every word that a user reads, and its translation.

python -m scripts.build.checks.catalogues             exit 1 and name what is missing or wrong
python -m scripts.build.checks.catalogues --write     take the words of the sources into templates and catalogues

Words stand as English text in `t("...")`, `tx("...")` and `tn("one", "many", count)`, in TypeScript and in Python; in
the server, in `language.t("...")` and `language.tn(...)`. `page.pot` and `letters.pot` list them; each `LANGUAGE.po`
next to one translates them. What the sources use no longer stays at the end of a catalogue, commented out, and is taken
back when the word comes back.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from scripts.build.checks.written_words import SERVER, Source, read_letter_sources, read_sources
from scripts.build.workspace import REPOSITORY


@dataclass(frozen=True)
class CatalogueSet:
    """The catalogues of a folder, one a language, and the sources whose words they translate."""

    folder: Path
    template: str
    words: str
    read_sources: Callable[[Path], Iterator[Source]]

    @property
    def header(self) -> str:
        """The comment at the top of the template."""
        return f"# Words of {self.words}. Made from the sources: python -m scripts.build.checks.catalogues --write"

    def list_paths(self, root: Path) -> list[Path]:
        """Return the catalogues in the order of their names."""
        return sorted((root / self.folder).glob("*.po"))


PAGE = CatalogueSet(Path("packages/ui/translations"), "page.pot", "the page", read_sources)
LETTERS = CatalogueSet(SERVER / "languages", "letters.pot", "letters", read_letter_sources)
SETS = (PAGE, LETTERS)
PROJECT = "hero_assistance"
KEYWORDS = {"t": None, "tn": (1, 2), "tx": None}
# Template strings are read too: a text may stand within one.
OPTIONS = {"jsx": "true", "template_string": "true", "parse_template_string": "true"}
# A catalogue is the same whenever it is written; who changed it and when, the history says.
DATE = datetime(2026, 1, 1, tzinfo=UTC)
WRITE_HINT = "run: python -m scripts.build.checks.catalogues --write"

_PLACEHOLDER = re.compile(r"\{\w+\}")
_COUNT = "{count}"
_LITERAL = re.compile(r"t[nx]?(?:<[^<>()]*>)?\(\s*[\"'`]")


def check_catalogues(root: Path) -> list[str]:
    """Return one line for each word that no catalogue has, that is not translated, or that stands as plain text."""
    lines = [line for one in SETS for line in _check_set(one, root)]
    languages = {path.name for one in SETS for path in one.list_paths(root)}
    for one in SETS:
        missing = languages - {path.name for path in one.list_paths(root)}
        lines += [f"{one.folder / name} is missing: another program speaks this language" for name in sorted(missing)]
    return lines


def write_catalogues(root: Path) -> None:
    """Write each template, and merge it into every catalogue of its folder."""
    for one in SETS:
        template = extract_words(list(one.read_sources(root)), one.header)
        (root / one.folder / one.template).write_text(render(template), "utf-8")
        for path in one.list_paths(root):
            catalogue = read_catalogue(path)
            merge(catalogue, template)
            path.write_text(render(catalogue), "utf-8")


def extract_words(sources: list[Source], header: str = PAGE.header) -> Catalog:
    """Return the template: every word of the sources, with the files that use it."""
    template = Catalog(project=PROJECT, header_comment=header, creation_date=DATE, fuzzy=False, charset="utf-8")
    for source in sources:
        for words in _extract(source):
            template.add(words, locations=[(source.name, 0)])
    return template


def merge(catalogue: Catalog, template: Catalog) -> None:
    """Give a catalogue the words of the template; a word that is new is not guessed from a similar one."""
    for key, message in list(catalogue.obsolete.items()):
        if template.get(message.id) is not None:
            catalogue[message.id] = message
            del catalogue.obsolete[key]
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)


def find_faults(catalogue: Catalog, template: Catalog) -> Iterator[str]:
    """Yield what a catalogue lacks, has too much, or translates with other placeholders."""
    wanted = {_id(message): message for message in template if message.id}
    given = {_id(message): message for message in catalogue if message.id}
    for text in wanted.keys() - given.keys():
        yield f"{text!r} is missing: {WRITE_HINT}"
    for text in given.keys() - wanted.keys():
        yield f"{text!r} is used nowhere: {WRITE_HINT}"
    for text in sorted(wanted.keys() & given.keys()):
        yield from (f"{text!r} {fault}" for fault in _faults_of(given[text]))


def read_catalogue(path: Path) -> Catalog:
    """Read one catalogue; its language is its name."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    catalogue.revision_date = DATE
    return catalogue


def render(catalogue: Catalog) -> str:
    """Return the text of a catalogue or of the template."""
    file = io.BytesIO()
    write_po(file, catalogue, width=110, sort_output=True, include_lineno=False, ignore_obsolete=False)
    return file.getvalue().decode()


def _check_set(one: CatalogueSet, root: Path) -> Iterator[str]:
    """Yield the faults of one folder of catalogues, and of the sources whose words they translate."""
    sources = list(one.read_sources(root))
    yield from (line for source in sources for line in source.faults())
    yield from _find_uncounted(sources)
    template, path = extract_words(sources, one.header), root / one.folder / one.template
    if not path.is_file() or path.read_text("utf-8") != render(template):
        yield f"{one.folder / one.template} is out of date: {WRITE_HINT}"
    for catalogue in one.list_paths(root):
        yield from (
            f"{catalogue.relative_to(root)}: {fault}" for fault in find_faults(read_catalogue(catalogue), template)
        )


def _extract(source: Source) -> Iterator[str | tuple[str, ...]]:
    """Yield the words of each call that has a literal text; a call within a call is one too."""
    method, options = ("python", {}) if source.is_python else ("javascript", OPTIONS)
    for code in source.calls:
        if _LITERAL.match(code) is None:
            continue
        for _line, words, _comments, _context in extract(method, io.BytesIO(code.encode()), KEYWORDS, options=options):
            yield words if isinstance(words, str) else tuple(words)
            break


def _find_uncounted(sources: list[Source]) -> Iterator[str]:
    """Yield the files in which a call was not read: its text is no literal, or code in front of it confuses."""
    for source in sources:
        found = len([words for words in _extract(source) if "${" not in str(words)])
        calls = len(source.calls)
        if found != calls:
            yield f"{source.name}: {calls} calls of t() and tn(), of which {found} have a literal text that can be read"


def _faults_of(message: Message) -> Iterator[str]:
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if message.fuzzy:
        yield "is marked as fuzzy"
    if not forms or not all(forms):
        yield "is not translated"
        return
    wanted = set(_PLACEHOLDER.findall(_id(message)))
    for form in forms:
        differing = wanted ^ set(_PLACEHOLDER.findall(form))
        # A form for one thing may say it in a word.
        if differing - ({_COUNT} if len(forms) > 1 else set()):
            yield f"has other placeholders than {form!r}"


def _id(message: Message) -> str:
    """Return the key of a message: of one that counts, the plural form."""
    return message.id if isinstance(message.id, str) else message.id[-1]


def main() -> int:
    """Check, or write; returns the exit status."""
    if "--write" in sys.argv[1:]:
        write_catalogues(REPOSITORY)
    faults = check_catalogues(REPOSITORY)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
