"""The projects that a page shows, and the address of each ticket server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.project.address_book import AddressBook

# An id becomes a part of a path, so it holds nothing that a URL or a proxy would rewrite.
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Sockets:
    """A ticket server on this machine: one Unix socket for calls, one for events."""

    rpc: Path
    events: Path

    def __str__(self) -> str:
        return str(self.rpc)


# `host:port` or `[v6]:port`: calls and events come from the same TCP listener. Several of these, or one whose project
# is known by its id, are in a book.
Target = Sockets | str | AddressBook


@dataclass(frozen=True, slots=True)
class ShownProject:
    """One ticket server: its id in URLs, its name on the page, and its target."""

    id: str
    name: str
    target: Target

    @property
    def is_foreign(self) -> bool:
        """Return whether the server is reached over a network: it may be anybody's, and lie."""
        return not isinstance(self.target, Sockets)

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise UsageError(f"{self.id!r} cannot be the id of a project", hint="use a-z, 0-9, '.', '_' and '-'")
