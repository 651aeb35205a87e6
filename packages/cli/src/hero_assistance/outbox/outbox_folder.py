"""The letters of a desk without a mail server: `.eml` files in the outbox folder, read from a shell."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from hero_assistance_sdk.errors import NotFound

SUFFIX = ".eml"
_NO_TEXT = "(no text)"


@dataclass(frozen=True, slots=True)
class FiledLetter:
    """One letter; `number` is its delivery's in the outbox."""

    number: int
    path: Path
    date: str
    to: str
    subject: str
    text: str


def iterate_letters(folder: Path) -> Iterator[FiledLetter]:
    """Yield the letters, newest first, each read when it is asked for."""
    for path in sorted(folder.glob(f"[!.]*{SUFFIX}"), reverse=True):
        yield _read(path)


def find_letter(folder: Path, word: str) -> FiledLetter:
    """Return the letter with this number or file name, or the newest for `last`; raises `NotFound`."""
    for path in sorted(folder.glob(f"[!.]*{SUFFIX}"), reverse=True):
        if word in {"last", path.name, path.stem, str(_number(path))}:
            return _read(path)
    raise NotFound(f"there is no letter {word} in {folder}", hint="hero_assistance mail lists them")


def _read(path: Path) -> FiledLetter:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    headers = {name: str(message.get(name, "")) for name in ("date", "to", "subject")}
    return FiledLetter(_number(path), path, headers["date"], headers["to"], headers["subject"], _text(message))


def _text(message: object) -> str:
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    content = body.get_content() if body is not None else _NO_TEXT
    # A letter's lines end as those of mails do.
    return content.replace("\r\n", "\n") if isinstance(content, str) else _NO_TEXT


def _number(path: Path) -> int:
    last = path.stem.rpartition("-")[2]
    return int(last) if last.isdecimal() else 0
