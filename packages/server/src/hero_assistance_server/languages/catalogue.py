"""Reads a catalogue: a `.po` file of gettext, as Babel writes it, with the words of letters in one language.

The English text is the key; of words that count it is the plural. An entry that is not translated, or marked as
uncertain, is left out, so that the English text is used.
"""

from __future__ import annotations

import gettext
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

_LINE = re.compile(r'(?:(msgid|msgid_plural|msgstr)(?:\[([0-9])\])? )?(".*")')
_PLURAL_FORMS = re.compile(r"^Plural-Forms: *nplurals *= *([0-9]) *; *plural *= *([^;]+);? *$", re.MULTILINE)
# Together they have every plural form of the languages of the world.
_COUNTS = (*range(201), 1_000, 1_000_000)
_FUZZY = re.compile(r"#,.*\bfuzzy\b")


class CatalogueFault(ValueError):
    """A file that is no catalogue; the message says where."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The translated words: the forms of each, one for a text that does not count.

    `choose_form` returns the number of the form for a count.
    """

    forms: Mapping[str, tuple[str, ...]]
    choose_form: Callable[[int], int]


@dataclass(slots=True)
class _Entry:
    """One entry as far as it is read: its first line, its fields in their order, and whether it is uncertain."""

    line: int
    fields: dict[str, str] = field(default_factory=dict)
    is_fuzzy: bool = False

    @property
    def key(self) -> str:
        return self.fields.get("msgid_plural", self.fields.get("msgid", ""))

    @property
    def translations(self) -> tuple[str, ...]:
        return tuple(text for name, text in self.fields.items() if name.startswith("msgstr"))


def parse_catalogue(text: str) -> Catalogue:
    """Return the catalogue of a file; raises `CatalogueFault`."""
    header, *entries = _read_entries(text) or [_Entry(1)]
    if header.key or not header.translations:
        raise CatalogueFault("line 1: it begins with no header")
    count, choose_form = _read_plural_rule(header.translations[0])
    forms: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        _check(entry, count)
        if entry.key in forms:
            raise CatalogueFault(f"line {entry.line}: {entry.key!r} is there twice")
        if all(entry.translations) and not entry.is_fuzzy:
            forms[entry.key] = entry.translations
    return Catalogue(forms, choose_form)


def _read_entries(text: str) -> list[_Entry]:
    return [entry for entry in map(_read_entry, _split(text)) if entry.fields]


def _split(text: str) -> Iterator[list[tuple[int, str]]]:
    """Yield the lines of each entry with their numbers; an empty line is between two of them."""
    lines: list[tuple[int, str]] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            lines.append((number, line))
        elif lines:
            yield lines
            lines = []


def _read_entry(lines: list[tuple[int, str]]) -> _Entry:
    """Read one entry: a text goes on in the next line, and what is obsolete is a comment."""
    entry, name = _Entry(lines[0][0]), ""
    for number, line in lines:
        if line.startswith("#"):
            entry.is_fuzzy |= _FUZZY.match(line) is not None
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise CatalogueFault(f"line {number}: {line!r} is no line of a catalogue")
        keyword, form, quoted = match.groups()
        if keyword is not None:
            name = keyword if form is None else f"{keyword}[{form}]"
            if name in entry.fields:
                raise CatalogueFault(f"line {number}: a second {name} in one entry")
        elif not name:
            raise CatalogueFault(f"line {number}: a text without a keyword")
        entry.fields[name] = entry.fields.get(name, "") + _unquote(quoted, number)
    return entry


def _unquote(quoted: str, number: int) -> str:
    """Return the text between quotes: what Babel escapes, JSON escapes in the same way."""
    try:
        text = json.loads(quoted)
    except ValueError as error:
        raise CatalogueFault(f"line {number}: {quoted} is no text between quotes") from error
    return str(text)


def _read_plural_rule(header: str) -> tuple[int, Callable[[int], int]]:
    """Return how many forms there are, and the rule among them, which the standard library reads."""
    match = _PLURAL_FORMS.search(header)
    if match is None:
        raise CatalogueFault("line 1: the header has no Plural-Forms")
    count = int(match[1])
    try:
        choose_form = gettext.c2py(match[2])
    except ValueError as error:
        raise CatalogueFault(f"line 1: the rule of Plural-Forms cannot be read: {error}") from error
    if not {choose_form(number) for number in _COUNTS} <= set(range(count)):
        raise CatalogueFault(f"line 1: the rule of Plural-Forms names a form that is none of its {count}")
    return count, choose_form


def _check(entry: _Entry, count: int) -> None:
    """Raise `CatalogueFault` for an entry that lacks a field, or has one too many."""
    if "msgid_plural" in entry.fields:
        expected = ["msgid", "msgid_plural", *(f"msgstr[{number}]" for number in range(count))]
    else:
        expected = ["msgid", "msgstr"]
    if list(entry.fields) != expected or not entry.key:
        raise CatalogueFault(f"line {entry.line}: an entry of {', '.join(entry.fields)}, not of {', '.join(expected)}")
