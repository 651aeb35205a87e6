"""Each kind of letter in each language, word for word: `letters/KIND.LANGUAGE.txt` is what its reader gets."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path

import pytest

from hero_assistance_server.languages.language import Language
from hero_assistance_server.languages.registry import LANGUAGES
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.sending.mime_message import make_message
from hero_assistance_server.notifications.letter_text import write_html
from hero_assistance_server.notifications.letter_words import Passage, Story
from hero_assistance_server.notifications.model import Reason
from tests.server.languages.letter_kinds import KINDS, make_letter
from tests.server.notifications.letter_desk import MAIL, NOON, LetterDesk, letter_desk

pytestmark = pytest.mark.anyio

EXPECTED = Path(__file__).parent / "letters"


@pytest.fixture
async def letters(hero_root: Path) -> AsyncIterator[LetterDesk]:
    async with letter_desk(hero_root) as desk:
        yield desk


def read_as_receiver(letter: Letter) -> str:
    """Return what a mail program shows of a letter: its headers in words, its text, and its HTML."""
    message = make_message(letter, MAIL.sender, "Support", NOON)
    headers = "".join(f"{name}: {message[name]}\n" for name in ("To", "Subject", "Content-Language"))
    parts = [part.get_content() for part in (message.iter_parts() if message.is_multipart() else [message])]
    return "\n".join([headers, *parts])


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("kind", KINDS)
async def test_a_letter_is_in_its_readers_language(letters: LetterDesk, kind: str, language: str) -> None:
    letter = await make_letter(letters, kind, language)
    assert read_as_receiver(letter) == (EXPECTED / f"{kind}.{language}.txt").read_text("utf-8")


def test_a_letter_from_right_to_left_says_so() -> None:
    passage = Passage("Zoë", NOON, "Hello")
    story = Story(1, "No network", ((Reason.REPLIED, "Zoë"),), (passage,), Language("ar"), UTC)
    html = write_html(story)
    assert '<html lang="ar" dir="rtl">' in html
    assert "<bdi>Zoë</bdi> answered your ticket “<bdi>No network</bdi>”." in html
    assert re.findall(r"(?:border|padding)-(\w+)", html) == ["right", "right"]


def test_every_expected_letter_is_of_a_kind() -> None:
    names = {path.name for path in EXPECTED.iterdir()}
    assert names == {f"{kind}.{language}.txt" for kind in KINDS for language in LANGUAGES}
