"""The words of a notification: why it comes, who wrote what when, and where it goes on, in its reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from hero_assistance_server.languages.dates import write_moment
from hero_assistance_server.languages.language import Language
from hero_assistance_server.languages.sentence import Sentence
from hero_assistance_server.mail.printable import make_line
from hero_assistance_server.notifications.model import Reason

# Longer than a title or a name that is shown in one line.
TITLE_LIMIT = 200
NAME_LIMIT = 100
MIB = 1024 * 1024


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

    `link` leads to the ticket, `mute_link` mutes it; `marker` is the line above which an answer is written, and `None`
    where answers are not read.
    """

    number: int
    title: str
    reasons: tuple[tuple[Reason, str], ...]
    passages: tuple[Passage, ...]
    language: Language
    zone: tzinfo
    link: str | None = None
    mute_link: str | None = None
    marker: str | None = None


def list_openings(story: Story) -> list[Sentence]:
    """Return one sentence for each reason and person, each once."""
    texts, title = _openings(story.language, story.number), make_line(story.title, TITLE_LIMIT)
    actors = dict.fromkeys((reason, make_line(actor, NAME_LIMIT)) for reason, actor in story.reasons)
    return [Sentence(texts[reason], {"actor": actor, "title": title}) for reason, actor in actors]


def write_caption(story: Story, passage: Passage) -> Sentence:
    """Return whose a passage is, and when they wrote it."""
    language = story.language
    moment = write_moment(language, passage.at, story.zone)
    if passage.is_note:
        text = language.t("{author}, {moment}, note among agents:", moment=moment)
    else:
        text = language.t("{author}, {moment}:", moment=moment)
    return Sentence(text, {"author": make_line(passage.author, NAME_LIMIT)})


def name_files(story: Story, passage: Passage) -> Sentence:
    """Return the attachments that are too large for a mail, and where they are."""
    language = story.language
    if story.link:
        text = language.t("Attached on the page: {names} {link}")
    else:
        text = language.t("Attached on the page: {names}")
    return Sentence(text, {"names": ", ".join(make_line(name, TITLE_LIMIT) for name in passage.files)}, story.link)


def describe_file(language: Language, name: str, size: int) -> str:
    """Return the name of a file with its size."""
    whole, tenth = divmod(round(size * 10 / MIB), 10)
    return language.t("{name} ({whole}.{tenth} MiB)", name=name, whole=whole, tenth=tenth)


def list_endings(story: Story) -> list[Sentence]:
    """Return what stands below the passages: the ticket, where to answer, and how its letters end."""
    language = story.language
    if story.link:
        ticket = language.t("Ticket {number}: {link}", number=story.number)
    else:
        ticket = language.t("Ticket {number}", number=story.number)
    endings = [Sentence(ticket, link=story.link)]
    if story.marker is None:
        endings.append(Sentence(language.t("Answers to this mail are not read; please answer on the page.")))
    if story.mute_link:
        endings.append(Sentence(language.t("No more mails about this ticket: {link}"), link=story.mute_link))
    return endings


def _openings(language: Language, number: int) -> Mapping[Reason, str]:
    return {
        Reason.REPLIED: language.t("{actor} answered your ticket “{title}”."),
        Reason.FILED: language.t("{actor} filed the ticket “{title}” for you."),
        Reason.ANSWERED: language.t("{actor} answered on ticket {number}, “{title}”.", number=number),
        Reason.ASSIGNED: language.t("{actor} assigned ticket {number}, “{title}”, to you.", number=number),
        Reason.MENTIONED: language.t("{actor} mentioned you on ticket {number}, “{title}”.", number=number),
        Reason.NEW_TICKET: language.t("{actor} filed ticket {number}, “{title}”.", number=number),
    }
