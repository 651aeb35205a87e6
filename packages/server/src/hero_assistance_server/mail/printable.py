"""What of a text goes into a mail: users write it, and mail programs, servers and terminals of others read it."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

# Joins letters of Persian and Indian words, and the parts of an emoji; it is invisible, and belongs to the text.
_JOINERS = frozenset("\u200c\u200d")
# Commands of a terminal, and what turns the direction of the text behind it: a name could turn the words of a letter.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]+", re.ASCII)
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")


def make_line(text: str, limit: int) -> str:
    """Return a text as one line of printable characters, cut where it is too long."""
    printable = "".join(char if char.isprintable() or char in _JOINERS else " " for char in text)
    line = " ".join(printable.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def make_text(text: str) -> str:
    """Return a text of lines without characters that command the program that shows it."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def make_ascii_url(url: str) -> str | None:
    """Return a URL as a header may have it; `None` where its host cannot be written so."""
    parts = urlsplit(url)
    try:
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except UnicodeError:
        return None
    if not _HOST.fullmatch(host):
        return None
    path, query = quote(parts.path, safe="/%:@~+"), quote(parts.query, safe="=&%-_~")
    return parts._replace(netloc=host, path=path, query=query).geturl()
