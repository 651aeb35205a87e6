"""The languages that a mail says it is written in, or that its sender reads: the most wanted first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hero_assistance_server.languages.registry import TAG, TAG_LIMIT
from hero_assistance_server.mail.receiving.parsing.header import Header

# A header names one or two.
LANGUAGES_LIMIT = 20
_COMMENT = re.compile(r"\([^()]*\)")
_TAG = re.compile(TAG)
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.[0-9]{0,3})?)", re.IGNORECASE)


def read_languages(header: Header) -> tuple[str, ...]:
    """Return the tags of `Content-Language`, then those of `Accept-Language` by their weights (RFC 3282)."""
    tags = [tag for name in ("content-language", "accept-language") for tag in _read_field(header.get(name))]
    return tuple(dict.fromkeys(tags))


def _read_field(value: str) -> list[str]:
    # Sorting keeps the order of those that are wanted as much.
    return [tag for weight, tag in sorted(_read_items(value), key=lambda item: -item[0]) if weight > 0]


def _read_items(value: str) -> Iterator[tuple[float, str]]:
    for item in _COMMENT.sub(" ", value).split(",", LANGUAGES_LIMIT)[:LANGUAGES_LIMIT]:
        tag, _, parameters = item.partition(";")
        if len(tag.strip()) <= TAG_LIMIT and _TAG.fullmatch(tag.strip()):
            weight = _WEIGHT.fullmatch(parameters.strip())
            yield (float(weight[1]) if weight else 1.0 if not parameters.strip() else 0.0), tag.strip()
