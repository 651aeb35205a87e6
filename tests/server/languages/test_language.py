"""What is said in a language, in which one, and how dates and sentences are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hero_assistance_server.languages.catalogue import parse_catalogue
from hero_assistance_server.languages.dates import write_moment
from hero_assistance_server.languages.language import ENGLISH, Language
from hero_assistance_server.languages.registry import LANGUAGES, choose_language
from hero_assistance_server.languages.sentence import Sentence

pytestmark = pytest.mark.pure

POLISH = Language(
    "pl",
    parse_catalogue(
        'msgid ""\nmsgstr "Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20)'
        ' ? 1 : 2);\\n"\n\nmsgid "{count} day"\nmsgid_plural "{count} days"\nmsgstr[0] "{count} dzień"\n'
        'msgstr[1] "{count} dni"\nmsgstr[2] "{count} dni!"\n\nmsgid "Hello {name}"\nmsgstr "Cześć, {name}"\n'
    ),
)
FRENCH = LANGUAGES["fr"]
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Chosen:
    language: str | None


def test_a_text_is_said_in_the_language() -> None:
    assert (ENGLISH.t("Hello {name}", name="Zoë"), POLISH.t("Hello {name}", name="Zoë")) == ("Hello Zoë", "Cześć, Zoë")


def test_a_text_without_a_translation_is_said_in_english() -> None:
    assert POLISH.t("Goodbye {name}", name="Zoë") == "Goodbye Zoë"
    assert POLISH.tn("{count} hour", "{count} hours", 1) == "1 hour"
    assert POLISH.tn("{count} hour", "{count} hours", 5) == "5 hours"


def test_a_value_is_not_looked_into() -> None:
    assert ENGLISH.t("{a} and {b}", a="{b}", b="{a}") == "{b} and {a}"


def test_a_placeholder_without_a_value_stays() -> None:
    assert ENGLISH.t("{a} and {b}", a=1) == "1 and {b}"


@pytest.mark.parametrize(("count", "text"), [(0, "0 days"), (1, "1 day"), (2, "2 days")])
def test_english_has_one_and_many(count: int, text: str) -> None:
    assert ENGLISH.tn("{count} day", "{count} days", count) == text


@pytest.mark.parametrize(
    ("count", "text"), [(1, "1 dzień"), (2, "2 dni"), (5, "5 dni!"), (12, "12 dni!"), (22, "22 dni"), (0, "0 dni!")]
)
def test_a_count_has_the_form_of_its_language(count: int, text: str) -> None:
    assert POLISH.tn("{count} day", "{count} days", count) == text


@pytest.mark.parametrize(("count", "unit"), [(0, "jour"), (1, "jour"), (2, "jours"), (7, "jours")])
def test_in_french_nothing_is_said_as_one_is(count: int, unit: str) -> None:
    said = FRENCH.tn("You can join it for {count} day.", "You can join it for {count} days.", count)
    assert said == f"Vous pouvez le rejoindre pendant {count} {unit}."


@pytest.mark.parametrize(
    ("own", "project", "code"),
    [
        ("fr", "en", "fr"),
        ("en", "fr", "en"),
        ("FR-ca", "en", "fr"),
        (None, "fr", "fr"),
        ("xx", "fr", "fr"),
        ("pt-BR", "en", "en"),
        (None, "xx", "en"),
    ],
)
def test_the_language_is_the_users_own_else_the_projects(own: str | None, project: str, code: str) -> None:
    assert choose_language(Chosen(own), Chosen(project)).code == code


def test_who_is_no_user_has_the_language_of_the_project() -> None:
    assert choose_language(None, Chosen("fr")).code == "fr"


@pytest.mark.parametrize(
    ("at", "english", "french"),
    [
        (datetime(2026, 11, 28, 9, 5, tzinfo=UTC), "28 November 2026, 10:05 CET", "28 novembre 2026 à 10:05 CET"),
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), "1 August 2026, 00:00 CEST", "1er août 2026 à 00:00 CEST"),
    ],
)
def test_a_moment_has_the_clocks_of_its_reader(at: datetime, english: str, french: str) -> None:
    assert (write_moment(ENGLISH, at, BERLIN), write_moment(FRENCH, at, BERLIN)) == (english, french)


def test_every_month_has_its_name() -> None:
    dates = [write_moment(FRENCH, datetime(2026, month, 2, tzinfo=UTC), UTC) for month in range(1, 13)]
    assert [date.split()[1] for date in dates] == [
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ]


def test_a_sentence_isolates_the_words_of_people_in_html() -> None:
    sentence = Sentence("<{name}> & {link}", {"name": "{link} <b>"}, "https://a.example/?a&b")
    assert sentence.as_text() == "<{link} <b>> & https://a.example/?a&b"
    link = "https://a.example/?a&amp;b"
    assert sentence.as_html() == f'&lt;<bdi>{{link}} &lt;b&gt;</bdi>&gt; &amp; <a href="{link}">{link}</a>'


@pytest.mark.parametrize(("code", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl"), ("he", "rtl")])
def test_a_language_has_a_direction(code: str, direction: str) -> None:
    assert Language(code).direction == direction
