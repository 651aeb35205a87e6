"""Decides whether the server takes what a call adds: the caller's rate, and the space that is left."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_sdk.limits import DEFAULTS
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.quotas.rates import Rates
from hero_assistance_server.quotas.usage import Usage


class Space(Protocol):
    """Where what is added is stored."""

    def check(self, usage: Usage) -> None:
        """Return when there is room for such a use; raises `DiskFull`."""
        ...

    def check_files(self, claimed: int) -> None:
        """Return when `claimed` bytes of files can still be written; raises `DiskFull`."""
        ...


class Admission:
    """Asked before a call does its work; it takes a microsecond."""

    def __init__(self, rates: Rates | None = None, space: Space | None = None) -> None:
        self._rates = rates or Rates(DEFAULTS)
        self._space = space

    def admit(self, caller: Caller, usage: Usage) -> None:
        """Count a use of this caller's; raises `TooOften` or `DiskFull`.

        Staff have no rate. An admin or the operator, who has to make room, can write even when the disk is nearly full.
        """
        if self._space is not None and (usage is Usage.FILES or not caller.administers):
            self._space.check(usage)
        if not caller.is_staff:
            self._rates.count(caller.known().user_id, usage)

    def check_files(self, claimed: int) -> None:
        """Return when `claimed` bytes of files can still be written; raises `DiskFull`."""
        if self._space is not None:
            self._space.check_files(claimed)

    def admit_call(self, caller: Caller) -> None:
        """Count a call when its user is not known; raises `TooOften`."""
        if caller.user is None and not caller.is_operator:
            self._rates.count_stranger(caller.origin)
