"""The embedders: the origins whose pages may show the desk in a frame, as an operator writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

# With the port that browsers leave out of an origin.
_SCHEMES = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
# A name, with a star for every name below it, or an IPv4 address: policies cannot name an IPv6 address.
_HOST = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_SEPARATORS = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class Embedders:
    """Origins such as `https://app.example.org` or `https://*.example.org`, and the entries that are none."""

    origins: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()

    @property
    def frame_ancestors(self) -> str:
        """The directive of a policy: the page's own origin and these."""
        return " ".join(("frame-ancestors 'self'", *self.origins))


def parse_embedders(text: str) -> Embedders:
    """Read origins that are split by spaces or commas, each once, in their order."""
    origins: dict[str, None] = {}
    invalid = []
    for entry in filter(None, _SEPARATORS.split(text)):
        origin = _parse_origin(entry)
        if origin is None:
            invalid.append(entry)
        else:
            origins[origin] = None
    return Embedders(tuple(origins), tuple(invalid))


def _parse_origin(entry: str) -> str | None:
    """Return the origin in one spelling; `None` for what is none, such as a path, a user or a star alone."""
    text = entry.lower().removesuffix("/")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = parts.netloc if port is None else parts.netloc.removesuffix(f":{port}")
    if parts.scheme not in _SCHEMES or not _HOST.fullmatch(host):
        return None
    origin = f"{parts.scheme}://{host}"
    if (origin if port is None else f"{origin}:{port}") != text:
        return None
    return origin if port in {None, _SCHEMES[parts.scheme]} else text
