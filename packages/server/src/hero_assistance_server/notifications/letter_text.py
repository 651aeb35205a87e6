"""Writes a notification as plain text, and the same as HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from hero_assistance_server.languages.language import Language
from hero_assistance_server.languages.sentence import make_link
from hero_assistance_server.mail.printable import make_line, make_text
from hero_assistance_server.notifications.letter_words import (
    TITLE_LIMIT,
    Passage,
    Story,
    list_endings,
    list_openings,
    name_files,
    write_caption,
)
from hero_assistance_server.notifications.model import Reason

# The text of a message that a letter has; the rest is on the page.
BODY_LIMIT = 20_000
_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]]+[^\s<>\"'()\[\].,;:!?]")
# No colour of the text or behind it: dark mail programs choose both, and a grey that is read on white is not on black.
_HEAD = '<meta charset="utf-8"><meta name="color-scheme" content="light dark">'
_STYLE = "font: 15px/1.5 system-ui, sans-serif; max-width: 42em"
_QUOTE = "white-space: pre-wrap; overflow-wrap: anywhere; border-{side}: 3px solid #888; padding-{side}: 1em"
# By the direction of a letter: not every mail program knows of a line's start.
_SIDES = {"ltr": "left", "rtl": "right"}
_SMALL = "font-size: 13px; opacity: 0.8"


def write_text(story: Story) -> str:
    """Return the plain text of a letter."""
    parts = [story.marker] if story.marker else []
    parts.append("\n".join(one.as_text() for one in list_openings(story)))
    for passage in story.passages:
        quoted = "\n".join(f"> {line}".rstrip() for line in _body(story.language, passage).split("\n"))
        parts.append(f"{write_caption(story, passage).as_text()}\n{quoted}")
        parts += [name_files(story, passage).as_text()] if passage.files else []
    ending = "\n".join(one.as_text() for one in list_endings(story))
    return "\n\n".join([*parts, f"-- \n{ending}"]) + "\n"


def write_html(story: Story) -> str:
    """Return the HTML of a letter: everything that users wrote is text in it, and nothing is loaded."""
    language = story.language
    quote = _QUOTE.format(side=_SIDES[language.direction])
    parts = [f'<p style="{_SMALL}">{html.escape(story.marker)}</p>'] if story.marker else []
    parts += [f"<p>{one.as_html()}</p>" for one in list_openings(story)]
    for passage in story.passages:
        parts.append(f"<p><strong>{write_caption(story, passage).as_html()}</strong></p>")
        parts.append(f'<div dir="auto" style="{quote}">{_link(_body(language, passage))}</div>')
        parts += [f"<p>{name_files(story, passage).as_html()}</p>"] if passage.files else []
    ending = "<br>".join(one.as_html() for one in list_endings(story))
    parts.append(f'<hr><p style="{_SMALL}">{ending}</p>')
    return (
        f'<!DOCTYPE html>\n<html lang="{language.code}" dir="{language.direction}"><head>{_HEAD}</head>'
        f'<body style="{_STYLE}">\n' + "\n".join(parts) + "\n</body></html>\n"
    )


def choose_subject(number: int, title: str, reasons: Sequence[Reason]) -> str:
    """Return the subject, the same for every letter about a ticket: mail software keeps them together by it."""
    outside, title = {Reason.REPLIED, Reason.FILED}, make_line(title, TITLE_LIMIT)
    return f"Re: {title}" if outside & set(reasons) else f"[#{number}] {title}"


def _body(language: Language, passage: Passage) -> str:
    body = make_text(passage.body)
    if len(body) <= BODY_LIMIT:
        return body
    return f"{body[:BODY_LIMIT]}…\n{language.t('(The text goes on; the page has all of it.)')}"


def _link(text: str) -> str:
    """Return a text as HTML, its web addresses as links."""
    parts, at = [], 0
    for match in _ADDRESS.finditer(text):
        parts += [html.escape(text[at : match.start()]), make_link(match[0])]
        at = match.end()
    return "".join([*parts, html.escape(text[at:])])
