"""Plain text of mails: soft line breaks joined, and the characters that a text may have."""

from __future__ import annotations

import re
from unicodedata import normalize

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LINE_ENDS = re.compile("\r\n|\r|\x85")
_SURROGATES = re.compile("[\ud800-\udfff]")
_MANY_LINES = re.compile(r"\n{4,}")


def clean_mail_text(text: str) -> str:
    """Return a text as a message may have it: no control characters, in NFC, lines ended by line feeds."""
    plain = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    plain = normalize("NFC", _SURROGATES.sub("\ufffd", plain))
    lines = (line.rstrip() for line in plain.split("\n"))
    return _MANY_LINES.sub("\n\n\n", "\n".join(lines)).strip("\n")


def clean_mail_line(text: str) -> str:
    """Return a text as a line: control characters and line breaks become blanks."""
    return " ".join(normalize("NFC", _SURROGATES.sub("\ufffd", _LINE_CONTROLS.sub(" ", text))).split())


def join_flowed(text: str, *, delete_space: bool) -> str:
    """Return a text of `format=flowed` (RFC 3676) with each paragraph on one line; a signature stays as it is."""
    # The pieces of each paragraph are joined once: one by one, a long one would be copied for each of its lines.
    paragraphs: list[list[str]] = []
    flows, depth_before = False, -1
    for line in _LINE_ENDS.sub("\n", text).split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        rest = line[depth:].removeprefix(" ")
        if flows and depth == depth_before and rest != "-- ":
            if delete_space:
                paragraphs[-1][-1] = paragraphs[-1][-1].removesuffix(" ")
            paragraphs[-1].append(rest)
        else:
            paragraphs.append([">" * depth + (" " if depth else ""), rest])
        flows, depth_before = rest.endswith(" ") and rest != "-- ", depth
    return "\n".join(map("".join, paragraphs))
