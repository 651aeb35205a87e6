"""What tells one process from every other that ever ran: a pid alone is used again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """One process of one boot; `started` is the start time as the system writes it."""

    pid: int
    started: str
    boot: str
