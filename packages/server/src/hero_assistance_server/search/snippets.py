"""Snippets of search results: the text of a ticket that has most of the words, with its surroundings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hero_assistance_sdk.wire import MessageId, MessageKind
from hero_assistance_server.messages.model import Message
from hero_assistance_server.search.filters import Filter
from hero_assistance_server.search.folding import fold_with_places
from hero_assistance_server.search.tokenizer import patterns_of
from hero_assistance_server.tickets.model import Ticket

# Two lines of a list.
WIDTH = 200
# What stands before the first word, so that it is read in its sentence.
LEAD = 60


Place = Literal["title", "tag", "person", "body", "reply", "note"]


class Segment(NamedTuple):
    """A part of a snippet, which is one of the words or is not."""

    text: str
    match: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The piece of a ticket that is shown, and the message it is of, if it is of one."""

    place: Place
    message_id: MessageId | None
    segments: tuple[Segment, ...]


class _Piece(NamedTuple):
    place: Place
    message_id: MessageId | None
    text: str


def patterns(filter_: Filter) -> list[re.Pattern[str]]:
    """What finds the words that are asked for in a text."""
    return [pattern for term in filter_.texts if not term.negated for pattern in patterns_of(term)]


class SnippetSearch:
    """Looks for the first piece of a ticket that has the most words; first on the ticket itself."""

    def __init__(self, ticket: Ticket, words: list[re.Pattern[str]]) -> None:
        self._words = words
        # With nothing marked, when no piece has any.
        self._best = _Piece("title", None, ticket.title)
        self._most = 0
        self._look_through(_pieces_of_ticket(ticket))

    @property
    def is_finished(self) -> bool:
        """Whether the piece has every word: none of the messages can have more."""
        return self._most == len(self._words)

    def look_through(self, messages: Iterable[Message]) -> None:
        """Look at messages as well; they are only read as far as there are words that are not found yet."""
        if not self.is_finished:
            self._look_through(piece for message in messages for piece in _pieces_of_message(message))

    @property
    def found(self) -> Found:
        """The piece that was found."""
        return Found(self._best.place, self._best.message_id, tuple(_segments(self._best.text, self._words)))

    def _look_through(self, pieces: Iterable[_Piece]) -> None:
        for piece in pieces:
            text, _ = fold_with_places(piece.text)
            count = sum(1 for word in self._words if word.search(text))
            if count > self._most:
                self._best, self._most = piece, count
            if self.is_finished:
                break


def _pieces_of_ticket(ticket: Ticket) -> Iterator[_Piece]:
    yield _Piece("title", None, ticket.title)
    for tag in ticket.tags:
        yield _Piece("tag", None, tag)
    for person in (ticket.customer_name, ticket.customer, *ticket.collaborators):
        yield _Piece("person", None, person)
    yield _Piece("body", None, ticket.body)


def _pieces_of_message(message: Message) -> Iterator[_Piece]:
    yield _Piece("note" if message.kind is MessageKind.NOTE else "reply", message.message_id, message.body)
    yield _Piece("person", message.message_id, message.author_name)


def _segments(text: str, words: list[re.Pattern[str]]) -> Iterator[Segment]:
    """The text around the first word, as one line, with every word in it apart."""
    flat, places = fold_with_places(text)
    found = ((m.start(), m.end()) for word in words for m in word.finditer(flat))
    # A mark after a letter becomes nothing, and belongs to it; of a ligature a part may be the match.
    spans = _merge((places[start], max(places[end], places[end - 1] + 1)) for start, end in found)
    start = max(0, spans[0][0] - LEAD) if spans else 0
    end = min(len(text), start + WIDTH)
    last = start
    for begin, close in spans:
        if close > end:
            break
        yield from _plain(text[last:begin])
        yield Segment(_line(text[begin:close]), match=True)
        last = close
    yield from _plain(text[last:end])


def _merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that touch or overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _plain(text: str) -> Iterator[Segment]:
    if text:
        yield Segment(_line(text), match=False)


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
