"""The check of the catalogues: what it reads of the sources, what it finds, and what merging keeps."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from scripts.build.checks import catalogues
from scripts.build.checks.written_words import SERVER, Source, read_sources
from scripts.build.npm import node_executable
from tests.builds import ROOT

FRENCH = ROOT / catalogues.PAGE.folder / "fr.po"
TIMEOUT_S = 60


def _template(code: str, name: str = "packages/ui/frontend/a.tsx") -> Catalog:
    return catalogues.extract_words([Source(name, code)])


def _words(code: str, name: str = "a.tsx") -> list[str]:
    return sorted(str(message.id) for message in _template(code, name) if message.id)


def test_every_word_of_the_repository_is_translated() -> None:
    assert catalogues.check_catalogues(ROOT) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('const a = t("One {x}", { x: 1 });', ["One {x}"]),
        (
            'return <p title={t("Two")}>{a < 3 ? t("Three") : tx("Four {b}", { b: <b /> })}</p>;',
            ["Four {b}", "Three", "Two"],
        ),
        ('const s = `${t("Inside")} x`;', ["Inside"]),
        ('t(\n  "Several lines",\n)', ["Several lines"]),
        ('t("With \\"quotes\\" and …")', ['With "quotes" and …']),
        (
            't("{a} of {b}", { a: 1, b: tn("{count} x", "{count} xs", 2) })',
            ["('{count} x', '{count} xs')", "{a} of {b}"],
        ),
        ('// t("Not this")\n/* t("nor this") */', []),
        ('start("no"); at("no")', []),
    ],
)
def test_words_are_read_from_typescript(code: str, words: list[str]) -> None:
    assert _words(code) == words


def test_words_that_count_have_two_forms() -> None:
    (message,) = [message for message in _template('tn("{count} ticket", "{count} tickets", n)') if message.id]
    assert message.id == ("{count} ticket", "{count} tickets")


def test_words_are_read_from_python() -> None:
    assert _words('A = t("One")\nB = (t("Two"), translate("no"))  # t("no")\n', "a.py") == ["One", "Two"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('x = language.t("One {x}", x=1)', ["One {x}"]),
        ('return self.language.tn("{count} x", "{count} xs", n)', ["('{count} x', '{count} xs')"]),
        ('x = language.t(\n    "One "\n    "two"\n)', ["One two"]),
        ('A = t("not a call of a language"), other.t("nor this")  # language.t("nor this")', []),
    ],
)
def test_words_of_letters_are_read_from_the_server(code: str, words: list[str]) -> None:
    assert _words(code, "packages/server/src/hero_assistance_server/a.py") == words


def test_a_text_of_a_letter_is_a_literal(tmp_path: Path) -> None:
    source = tmp_path / "packages" / "server" / "src" / "hero_assistance_server" / "a.py"
    source.parent.mkdir(parents=True)
    source.write_text("x = language.t(f'Hello {name}')\n")
    assert "a.py: 1 calls of t() and tn(), of which 0 have a literal text" in " ".join(
        catalogues.check_catalogues(tmp_path)
    )


@pytest.mark.parametrize(
    ("code", "is_fault"),
    [
        ('french.t("Hello")', True),
        ('say = language.t\nsay("Hello")', True),
        ('reader_language.tn("a", "b", 1)', True),
        ('self.language.t("Hello")', False),
        ("# french.t(...) is not read", False),
        ("a.test(); b.t.c()", False),
    ],
)
def test_a_letter_asks_for_words_in_one_way(code: str, is_fault: bool) -> None:
    source = Source("packages/server/src/hero_assistance_server/a.py", f"x = 1\n{code}\n")
    assert bool(list(source.faults())) is is_fault


def test_a_language_has_a_catalogue_of_the_page_and_of_letters(tmp_path: Path) -> None:
    for one in catalogues.SETS:
        shutil.copytree(ROOT / one.folder, tmp_path / one.folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copy(FRENCH, tmp_path / catalogues.PAGE.folder / "de.po")
    faults = [fault for fault in catalogues.check_catalogues(tmp_path) if "speaks this language" in fault]
    assert faults == [
        "packages/server/src/hero_assistance_server/languages/de.po is missing: another program speaks this language"
    ]


def test_the_page_offers_the_languages_that_have_catalogues() -> None:
    offered = re.findall(r'code: "(\w+)"', (ROOT / "packages/ui/frontend/i18n/languages.ts").read_text("utf-8"))
    assert sorted(offered) == sorted(["en", *(path.stem for path in catalogues.PAGE.list_paths(ROOT))])


@pytest.mark.parametrize("one", catalogues.SETS, ids=lambda one: one.template)
def test_french_has_no_plain_space_before_a_mark(one: catalogues.CatalogueSet) -> None:
    texts = [
        form
        for message in catalogues.read_catalogue(ROOT / one.folder / "fr.po")
        for form in ([message.string] if isinstance(message.string, str) else list(message.string or ()))
        if message.id
    ]
    assert len(texts) > 50
    assert [text for text in texts if re.search(r" [:;!?»]|« |[^\s\d\W][;!?](\s|$)|[^\s\d\W]: ", text)] == []


@pytest.mark.parametrize("code", ["t(name)", "t(`a ${b}`)", 'tn("one", many, 2)', 't<string>(x ? "a" : "b")'])
def test_a_call_without_a_literal_text_is_found(tmp_path: Path, code: str) -> None:
    assert "have a literal text" in " ".join(_faults(tmp_path, code))


@pytest.mark.parametrize(
    "code", ['<img alt="A picture" />', '<p title={"Words"} />', '<input\n  placeholder="Type here"\n/>']
)
def test_a_shown_attribute_without_t_is_found(tmp_path: Path, code: str) -> None:
    assert "is no t(...)" in " ".join(_faults(tmp_path, code))


@pytest.mark.parametrize("code", ['<img alt="" />', '<p title={t("Words")} />', '<i class="label" data-label="x y" />'])
def test_what_is_not_shown_is_no_fault(tmp_path: Path, code: str) -> None:
    assert "is no t(...)" not in " ".join(_faults(tmp_path, code))


def _faults(root: Path, code: str) -> list[str]:
    source = root / "packages" / "ui" / "frontend" / "a.tsx"
    source.parent.mkdir(parents=True)
    source.write_text(code)
    (root / catalogues.PAGE.folder).mkdir()
    return catalogues.check_catalogues(root)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "Hello {name}"\nmsgstr ""', "is not translated"),
        ('msgid "Hello {name}"\nmsgstr "Bonjour {nom}"', "has other placeholders"),
        ('#, fuzzy\nmsgid "Hello {name}"\nmsgstr "Bonjour {name}"', "is marked as fuzzy"),
        ('msgid "Hello"\nmsgstr "Bonjour"', "is used nowhere"),
        ("", "is missing"),
        ('msgid "Hello {name}"\nmsgstr "Bonjour {name}"', None),
    ],
)
def test_a_catalogue_says_everything_as_the_sources_do(tmp_path: Path, entry: str, fault: str | None) -> None:
    (tmp_path / "fr.po").write_text(f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n{entry}\n')
    catalogue = catalogues.read_catalogue(tmp_path / "fr.po")
    faults = list(catalogues.find_faults(catalogue, _template('t("Hello {name}", { name })')))
    assert ([fault is not None and fault in found for found in faults] or [fault is None]) != [False]


def test_one_thing_may_be_said_without_its_number() -> None:
    template = _template('tn("{count} ticket", "{count} tickets", n)')
    catalogue = Catalog(locale="fr")
    catalogue.add(("{count} ticket", "{count} tickets"), ("un ticket", "{count} tickets"))
    assert list(catalogues.find_faults(catalogue, template)) == []


def test_a_word_that_comes_back_has_its_translation_again() -> None:
    catalogue = Catalog(locale="fr")
    catalogue.add("Hello", "Bonjour")
    catalogues.merge(catalogue, _template('t("Goodbye")'))
    assert catalogue.get("Hello") is None
    assert '#~ msgstr "Bonjour"' in catalogues.render(catalogue)
    catalogues.merge(catalogue, _template('t("Hello")'))
    assert catalogue["Hello"].string == "Bonjour"


def test_a_new_word_is_not_guessed_from_a_similar_one() -> None:
    catalogue = Catalog(locale="fr")
    catalogue.add("Delete the ticket", "Supprimer le ticket")
    catalogues.merge(catalogue, _template('t("Delete the tickets")'))
    assert not catalogue["Delete the tickets"].string


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "packages" / "ui" / "frontend", tmp_path / "packages" / "ui" / "frontend")
    shutil.copytree(ROOT / "packages" / "ui" / "src", tmp_path / "packages" / "ui" / "src")
    shutil.copytree(ROOT / catalogues.PAGE.folder, tmp_path / catalogues.PAGE.folder)
    shutil.copytree(ROOT / SERVER, tmp_path / SERVER)
    catalogues.write_catalogues(tmp_path)
    for one in catalogues.SETS:
        written = (tmp_path / one.folder / "fr.po").read_text("utf-8")
        assert written == (ROOT / one.folder / "fr.po").read_text("utf-8")


def test_the_build_of_the_page_reads_a_catalogue_as_babel_does() -> None:
    script = (
        "import { readCatalogue } from './catalogues.mjs'; import { readFileSync } from 'node:fs';"
        "const { entries } = readCatalogue(readFileSync(process.argv[1], 'utf8'));"
        "console.log(JSON.stringify(entries.map(({ id, plural, strings }) => [id, plural, strings])));"
    )
    command = [str(node_executable()), "--input-type=module", "-e", script, str(FRENCH)]
    run = subprocess.run(command, cwd=ROOT / "packages" / "ui", capture_output=True, check=True, timeout=TIMEOUT_S)
    expected = []
    for message in catalogues.read_catalogue(FRENCH):
        if message.id:
            one, many = (message.id, None) if isinstance(message.id, str) else message.id
            forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
            expected.append([one, many, forms])
    assert len(expected) > 100
    assert sorted(json.loads(run.stdout)) == sorted(expected)


def test_every_source_of_the_page_is_read() -> None:
    names = {source.name for source in read_sources(ROOT)}
    assert {"packages/ui/frontend/main.tsx", "packages/ui/src/hero_assistance_ui/unsubscribe.py"} <= names
    assert not [name for name in names if ".test." in name or name.endswith("wire.ts")]
