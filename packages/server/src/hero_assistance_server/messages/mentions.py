"""Finds the users whom a note names with an `@`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.users.login_names import LOGIN_LIMIT, fold_name
from hero_assistance_server.users.model import User

# A longer list calls no one in particular, and each name is looked up.
MENTIONS_LIMIT = 20
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_QUOTED = re.compile(r" {0,3}>")
_BACKTICKS = re.compile("`+")
# Not behind a letter, as in an e-mail address, nor within a path.
_MENTION = re.compile(rf"(?<![\w@/.+-])@([\w][\w.@+-]{{0,{LOGIN_LIMIT - 1}}})")
_AT_THE_END = ".@+-_"


def find_mentioned(snapshot: Snapshot, author: User, body: str) -> tuple[UserId, ...]:
    """Return the agents whom a note of this author names, each once: those who can work, and not the author."""
    found: dict[UserId, None] = {}
    for names in find_mentions(body):
        user = next(filter(None, (_find_user(snapshot, name) for name in names)), None)
        if user is not None and user.can_work and user.user_id != author.user_id:
            found[user.user_id] = None
    return tuple(found)


def find_mentions(body: str) -> Iterator[tuple[str, ...]]:
    """Yield, for each mention, the names that it may be: as it is written, then without the signs at its end.

    `@erin-example.` at the end of a sentence is `erin-example.` or `erin-example`.
    """
    if "@" not in body:
        return
    found = dict.fromkeys(match[1] for match in _MENTION.finditer(_without_spans(_prose(body))))
    for name in list(found)[:MENTIONS_LIMIT]:
        yield tuple(dict.fromkeys((name, name.rstrip(_AT_THE_END))))


def _prose(body: str) -> str:
    """Return the lines that address somebody: without quotations, and without blocks of code between fences."""
    lines = []
    fence = ""
    for line in body.split("\n"):
        match = _FENCE.match(line)
        if fence:
            # The same signs, at least as many, and nothing behind them.
            if match and match[1].startswith(fence) and not line[match.end() :].strip():
                fence = ""
        elif match:
            fence = match[1]
        elif not _QUOTED.match(line):
            lines.append(line)
    return "\n".join(lines)


def _without_spans(text: str) -> str:
    """Return a text without its spans of code, which stand between two runs of as many backticks."""
    runs = [(match.start(), match.end()) for match in _BACKTICKS.finditer(text)]
    closing: dict[int, int] = {}
    last: dict[int, int] = {}
    for number in range(len(runs) - 1, -1, -1):
        length = runs[number][1] - runs[number][0]
        if length in last:
            closing[number] = last[length]
        last[length] = number
    kept: list[str] = []
    at = number = 0
    while number < len(runs):
        if number in closing:
            kept.append(text[at : runs[number][0]])
            number = closing[number]
            at = runs[number][1]
        number += 1
    return " ".join((*kept, text[at:]))


def _find_user(snapshot: Snapshot, name: str) -> User | None:
    """Return the user with this id or this login, in any case of letters."""
    user = snapshot.users.find(UserId(name)) or snapshot.users.find(UserId(fold_name(name)))
    if user is not None:
        return user
    login = snapshot.logins.find(name)
    return None if login is None else snapshot.users.find(login.user_id)
