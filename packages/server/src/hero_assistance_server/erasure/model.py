"""What an erasure takes away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hero_assistance_sdk.wire import TicketId


class FilePolicy(StrEnum):
    """What becomes of the files that an erased user has sent."""

    KEEP = "keep"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class TicketErasure:
    """What goes with a ticket: `ticket_ids` are the ticket and those that were merged into it."""

    ticket_ids: tuple[TicketId, ...]
    messages: int
    files: int
    bytes: int
    mails: int


@dataclass(frozen=True, slots=True)
class UserErasure:
    """What is deleted of a user, and, of `tickets` and `messages`, what stays without the name."""

    tickets: int
    messages: int
    files: int
    drafts: int
    sign_ins: int
    letters: int
    mails: int


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What goes after the commit, from outside the database.

    `digests` are the SHA-256 of files, and `letters` the ids and times of deliveries that may be in the outbox folder.
    """

    digests: list[str]
    letters: list[tuple[int, datetime]]


@dataclass(frozen=True, slots=True)
class NamedEntries:
    """The entries of the trail up to `until` in which a user may be named, which are looked for beforehand."""

    audit_ids: Sequence[int] = ()
    until: int = 0
