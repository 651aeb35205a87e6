"""Whether the system lets a program open as many files as a server needs."""

from __future__ import annotations

import resource
from collections.abc import Iterator

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.limits import Limits, room_for
from hero_assistance_sdk.paths import Paths


def check_open_files(_paths: Paths) -> Iterator[Finding]:
    """What is started from here has the limit of here."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        room = room_for(Limits.from_environ())
    except HeroError as error:
        yield Finding("open_files", Verdict.FAULT, error.message, error.hint or "")
    else:
        yield Finding("open_files", Verdict.OK, f"there is room for {room} connections")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
