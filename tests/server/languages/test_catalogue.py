"""What a catalogue says, as the server reads it, and what is no catalogue."""

from __future__ import annotations

import io

import pytest
from babel.core import Locale
from babel.messages.pofile import read_po

from hero_assistance_server.languages.catalogue import CatalogueFault, parse_catalogue
from hero_assistance_server.languages.registry import LANGUAGES
from tests.builds import ROOT

HEADER = 'msgid ""\nmsgstr "Language: xx\\n"\n"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n'
FOLDER = ROOT / "packages" / "server" / "src" / "hero_assistance_server" / "languages"
COUNTS = [*range(201), 1_000, 1_000_000]


def forms_of(entry: str) -> dict[str, tuple[str, ...]]:
    return dict(parse_catalogue(f"{HEADER}\n{entry}\n").forms)


@pytest.mark.parametrize(
    ("entry", "forms"),
    [
        ('msgid "One"\nmsgstr "Un"', {"One": ("Un",)}),
        ('#: a.py\n#. a comment\n#, python-brace-format\nmsgid "{x}"\nmsgstr "{x} !"', {"{x}": ("{x} !",)}),
        ('msgid ""\n"One "\n"two"\nmsgstr ""\n"Un "\n"deux"', {"One two": ("Un deux",)}),
        ('msgid "a\\n\\"b\\" \\\\ \\t"\nmsgstr "c\\n\\"d\\" \\\\ \\t"', {'a\n"b" \\ \t': ('c\n"d" \\ \t',)}),
        (
            'msgid "{count} day"\nmsgid_plural "{count} days"\nmsgstr[0] "un jour"\nmsgstr[1] "{count} jours"',
            {"{count} days": ("un jour", "{count} jours")},
        ),
        ('msgid "One"\nmsgstr ""', {}),
        ('#, fuzzy\nmsgid "One"\nmsgstr "Un"', {}),
        ('#~ msgid "One"\n#~ msgstr "Un"', {}),
        ("", {}),
    ],
)
def test_what_an_entry_says(entry: str, forms: dict[str, tuple[str, ...]]) -> None:
    assert forms_of(entry) == forms


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "One"\nmsgstr "Un', "line 6: 'msgstr \"Un' is no line"),
        ('msgid "One"\nmsgstr "U\\n" "', "is no text between quotes"),
        ('msgid "One"\nmsgstr "U\\q"', "is no text between quotes"),
        ("msgid One\nmsgstr Un", "line 5: 'msgid One' is no line"),
        ('msgctxt "menu"\nmsgid "One"\nmsgstr "Un"', "line 5: 'msgctxt"),
        ('msgid "One"', "an entry of msgid, not of msgid, msgstr"),
        ('msgstr "Un"', "an entry of msgstr"),
        ('msgid "One"\nmsgstr "Un"\nmsgstr "Une"', "a second msgstr"),
        ('"Un"', "a text without a keyword"),
        ('msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"', "not of msgid, msgid_plural, msgstr[0], msgstr[1]"),
        ('msgid "a"\nmsgid_plural "b"\nmsgstr[1] "c"\nmsgstr[0] "d"', "not of msgid"),
        ('msgid "a"\nmsgstr[0] "c"', "not of msgid, msgstr"),
        ('msgid "One"\nmsgstr "Un"\n\nmsgid "One"\nmsgstr "Une"', "line 8: 'One' is there twice"),
        ('msgid ""\nmsgstr "again"', "not of msgid, msgstr"),
    ],
)
def test_what_is_no_entry(entry: str, fault: str) -> None:
    with pytest.raises(CatalogueFault) as raised:
        forms_of(entry)
    assert fault in str(raised.value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no header"),
        ('msgid "One"\nmsgstr "Un"\n', "no header"),
        ('msgid ""\nmsgstr "Language: xx\\n"\n', "no Plural-Forms"),
        ('msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=import os;\\n"\n', "cannot be read"),
        ('msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=__import__(n);\\n"\n', "cannot be read"),
        ('msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=n%10;\\n"\n', "none of its 2"),
        ('msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=1-n;\\n"\n', "none of its 2"),
    ],
)
def test_what_has_no_header_of_a_catalogue(text: str, fault: str) -> None:
    with pytest.raises(CatalogueFault) as raised:
        parse_catalogue(text)
    assert fault in str(raised.value)


@pytest.mark.parametrize("code", ["ar", "cy", "de", "fr", "ja", "lt", "pl", "ru", "sl"])
def test_the_plural_form_of_each_count_is_that_of_babel(code: str) -> None:
    rule = read_po(io.BytesIO(b""), locale=code)
    header = f'msgid ""\nmsgstr "Plural-Forms: nplurals={rule.num_plurals}; plural={rule.plural_expr};\\n"\n'
    catalogue = parse_catalogue(header)
    categories: dict[int, set[str]] = {}
    for count in COUNTS:
        categories.setdefault(catalogue.choose_form(count), set()).add(Locale.parse(code).plural_form(count))
    assert set(categories) <= set(range(rule.num_plurals))
    # A form has the counts of one category of the language, or of some that gettext does not tell apart.
    assert sum(map(len, categories.values())) == len(set().union(*categories.values()))


@pytest.mark.parametrize("code", sorted(set(LANGUAGES) - {"en"}))
def test_each_catalogue_of_the_server_is_read_as_babel_reads_it(code: str) -> None:
    with (FOLDER / f"{code}.po").open("rb") as file:
        expected = {
            (message.id if isinstance(message.id, str) else message.id[-1]): (
                (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            )
            for message in read_po(file, locale=code)
            if message.id
        }
    catalogue = LANGUAGES[code].catalogue
    assert catalogue is not None
    assert catalogue.forms == expected
    assert len(expected) > 50
