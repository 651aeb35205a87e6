"""Writes the words of a notification: a text, and the same as HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from hero_assistance_server.mail.printable import make_line, make_text
from hero_assistance_server.notifications.model import Reason

# The text of a message that a letter has; the rest is on the page.
BODY_LIMIT = 20_000
_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]]+[^\s<>\"'()\[\].,;:!?]")
# Longer than a title or a name that is shown in one line.
TITLE_LIMIT = 200
NAME_LIMIT = 100
# No colour of the text or behind it: dark mail programs choose both, and a grey that is read on white is not on black.
_HEAD = '<meta charset="utf-8"><meta name="color-scheme" content="light dark">'
_STYLE = "font: 15px/1.5 system-ui, sans-serif; max-width: 42em"
_QUOTE = "white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid #888; padding-left: 1em"
_SMALL = "font-size: 13px; opacity: 0.8"

_OPENINGS = {
    Reason.REPLIED: "{actor} answered your ticket “{title}”.",
    Reason.FILED: "{actor} filed the ticket “{title}” for you.",
    Reason.ANSWERED: "{actor} answered on ticket {number}, “{title}”.",
    Reason.ASSIGNED: "{actor} assigned ticket {number}, “{title}”, to you.",
    Reason.MENTIONED: "{actor} mentioned you on ticket {number}, “{title}”.",
    Reason.NEW_TICKET: "{actor} filed ticket {number}, “{title}”.",
}


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that a letter tells: a message, or that of a new ticket; `files` are attachments that do not fit."""

    author: str
    at: datetime
    body: str
    is_note: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """What a letter tells: why it comes, what was written, and where it goes on.

    `link` leads to the ticket, `mute_link` mutes it; `marker` is the line above which an answer is written.
    """

    number: int
    title: str
    reasons: tuple[tuple[Reason, str], ...]
    passages: tuple[Passage, ...]
    zone: tzinfo
    link: str | None = None
    mute_link: str | None = None
    marker: str | None = None
    footer: tuple[str, ...] = field(default=())


def write_text(story: Story) -> str:
    """Return the plain text of a letter."""
    parts = [story.marker] if story.marker else []
    parts.append("\n".join(_openings(story)))
    for passage in story.passages:
        quoted = "\n".join(f"> {line}".rstrip() for line in _body(passage).split("\n"))
        parts.append(f"{_caption(story, passage)}\n{quoted}")
        parts += [_name_files(story, passage)] if passage.files else []
    return "\n\n".join([*parts, "-- \n" + "\n".join(_ending(story))]) + "\n"


def write_html(story: Story) -> str:
    """Return the HTML of a letter: everything that users wrote is text in it, and nothing is loaded."""
    parts = [f'<p style="{_SMALL}">{_escape(story.marker)}</p>'] if story.marker else []
    parts += [f"<p>{_escape(line)}</p>" for line in _openings(story)]
    for passage in story.passages:
        parts.append(f"<p><strong>{_escape(_caption(story, passage))}</strong></p>")
        parts.append(f'<div dir="auto" style="{_QUOTE}">{_linked(_body(passage))}</div>')
        parts += [f"<p>{_linked(_name_files(story, passage))}</p>"] if passage.files else []
    ending = "<br>".join(_linked(line) for line in _ending(story))
    parts.append(f'<hr><p style="{_SMALL}">{ending}</p>')
    return (
        f'<!DOCTYPE html>\n<html><head>{_HEAD}</head><body style="{_STYLE}">\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def choose_subject(number: int, title: str, reasons: Sequence[Reason]) -> str:
    """Return the subject, the same for every letter about a ticket: mail software keeps them together by it."""
    outside, title = {Reason.REPLIED, Reason.FILED}, make_line(title, TITLE_LIMIT)
    return f"Re: {title}" if outside & set(reasons) else f"[#{number}] {title}"


def _openings(story: Story) -> list[str]:
    """One line for each reason and person, each once."""
    title = make_line(story.title, TITLE_LIMIT)
    lines = (
        _OPENINGS[reason].format(actor=make_line(actor, NAME_LIMIT), title=title, number=story.number)
        for reason, actor in story.reasons
    )
    return list(dict.fromkeys(lines))


def _caption(story: Story, passage: Passage) -> str:
    at = passage.at.astimezone(story.zone)
    kind = ", note among agents" if passage.is_note else ""
    return f"{make_line(passage.author, NAME_LIMIT)}, {at:%Y-%m-%d %H:%M %Z}{kind}:"


def _body(passage: Passage) -> str:
    body = make_text(passage.body)
    if len(body) <= BODY_LIMIT:
        return body
    return f"{body[:BODY_LIMIT]}…\n(The text goes on; the page has all of it.)"


def _name_files(story: Story, passage: Passage) -> str:
    """The attachments that are too large for a mail, and where they are."""
    where = f" {story.link}" if story.link else ""
    names = ", ".join(make_line(name, TITLE_LIMIT) for name in passage.files)
    return f"Attached on the page: {names}{where}"


def _ending(story: Story) -> list[str]:
    lines = [f"Ticket {story.number}: {story.link}" if story.link else f"Ticket {story.number}", *story.footer]
    if story.mute_link:
        lines.append(f"No more mails about this ticket: {story.mute_link}")
    return lines


def _escape(text: str) -> str:
    return html.escape(text, quote=True)


def _linked(text: str) -> str:
    """Return a text as HTML, its web addresses as links."""
    parts, at = [], 0
    for match in _ADDRESS.finditer(text):
        address = _escape(match[0])
        parts += [_escape(text[at : match.start()]), f'<a href="{address}">{address}</a>']
        at = match.end()
    return "".join([*parts, _escape(text[at:])])
