"""What can be wrong with an installation, each found by one check that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hero_assistance.doctor import backups, clock, installation, network, settings, supervision
from hero_assistance.doctor.findings import Finding, Verdict, worst
from hero_assistance_sdk.errors import HeroError, Unreachable
from hero_assistance_sdk.paths import Paths

__all__ = ["Finding", "Verdict", "examine", "worst"]

Check = Callable[[Paths], Iterator[Finding]]

ALONE: tuple[Check, ...] = (
    installation.release,
    installation.links,
    installation.search_path,
    installation.leftovers,
    installation.disk,
    network.folders,
    clock.jump,
    backups.backups,
)
# These ask a supervisor.
ASKING: tuple[Check, ...] = (
    supervision.service,
    supervision.supervisors,
    network.sockets,
    network.ports,
    settings.secrets,
)
_SEE = "see: hero_assistance logs supervisor"


def examine(paths: Paths) -> list[Finding]:
    """Run every check; a check that cannot be made is a finding, too."""
    found = [finding for check in ALONE for finding in _guarded(check, paths)]
    try:
        for check in ASKING:
            found += _guarded(check, paths)
    except Unreachable as error:
        # Each check that is left would wait as long for the same answer.
        found.append(Finding("supervisor", Verdict.FAULT, error.message, error.hint or _SEE))
    return found


def _guarded(check: Check, paths: Paths) -> list[Finding]:
    """What a check found, also that it cannot be made; raises `Unreachable` for a supervisor that does not answer."""
    try:
        return list(check(paths))
    except Unreachable:
        raise
    except HeroError as error:
        return [Finding(check.__name__, Verdict.FAULT, error.message, error.hint or _SEE)]
    except OSError as error:
        return [Finding(check.__name__, Verdict.FAULT, str(error), "run doctor as the user that owns the installation")]
