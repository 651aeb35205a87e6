"""Which languages a mail says that its sender reads."""

from __future__ import annotations

import pytest

from hero_assistance_server.mail.receiving.parsing.header import Header
from hero_assistance_server.mail.receiving.parsing.languages import LANGUAGES_LIMIT, read_languages
from tests.bounded_work import bounded_work

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("content", "accept", "languages"),
    [
        ("fr", "", ("fr",)),
        ("fr-CA, en", "", ("fr-CA", "en")),
        ("", "en;q=0.2, fr;q=0.9, de", ("de", "fr", "en")),
        ("", "fr; q=1.0, de;q=0, es ; q=0.5", ("fr", "es")),
        ("fr", "en, fr", ("fr", "en")),
        ("fr (Canadian)", "", ("fr",)),
        ("f, fr_FR, français, x" + "y" * 40, "*", ()),
        ("", "en;q=high, fr;level=1, de", ("de",)),
        ("", "", ()),
        (",;,", ";q=1", ()),
    ],
)
def test_the_language_of_a_mail_comes_first(content: str, accept: str, languages: tuple[str, ...]) -> None:
    header = Header((("content-language", content), ("accept-language", accept)))
    assert read_languages(header) == languages


def test_a_long_field_takes_no_long_time() -> None:
    with bounded_work():
        for text in ("a" * 200_000, "en;q=" * 40_000, "(" * 200_000, "en," * 60_000, "a-" * 100_000):
            assert len(read_languages(Header((("accept-language", text),)))) <= LANGUAGES_LIMIT
