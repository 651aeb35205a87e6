"""What can be wrong with an installation, each found by one check that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hero_assistance.doctor import (
    backups,
    clock,
    data,
    database,
    disks,
    installation,
    mail,
    network,
    open_files,
    ownership,
    replica,
    settings,
    supervision,
)
from hero_assistance.doctor.findings import Finding, Verdict, find_worst
from hero_assistance_sdk.errors import HeroError, Unreachable
from hero_assistance_sdk.os_errors import explain
from hero_assistance_sdk.paths import Paths

__all__ = ["Finding", "Verdict", "examine", "find_worst"]

Check = Callable[[Paths], Iterator[Finding]]

ALONE: tuple[Check, ...] = (
    installation.check_release,
    installation.check_links,
    installation.check_search_path,
    installation.check_leftovers,
    supervision.check_processes,
    disks.check_disk,
    ownership.check_ownership,
    network.check_folders,
    open_files.check_open_files,
    clock.check_jump,
    data.check_data,
    backups.check_backups,
    replica.check_replica,
)
# These ask a supervisor, or the server that runs.
ASKING: tuple[Check, ...] = (
    supervision.check_service,
    supervision.check_admin,
    supervision.check_supervisors,
    network.check_socket_group,
    network.check_sockets,
    network.check_ports,
    settings.check_secrets,
    database.check_database,
    mail.check_mail,
)
# A check that cannot be made is reported under its name without this.
_PREFIX = "check_"
_SEE = "see: hero_assistance logs supervisor"
_RUN_AS_OWNER = "run doctor as the user that owns the installation"


def examine(paths: Paths) -> list[Finding]:
    """Run every check; a check that cannot be made is a finding, too."""
    found = [finding for check in ALONE for finding in _run_check(check, paths)]
    try:
        for check in ASKING:
            found += _run_check(check, paths)
    except Unreachable as error:
        # Each check that is left would wait as long for the same answer.
        found.append(Finding("supervisor", Verdict.FAULT, error.message, error.hint or _SEE))
    return found


def _run_check(check: Check, paths: Paths) -> list[Finding]:
    """What a check found, also that it cannot be made; raises `Unreachable` for a supervisor that does not answer."""
    name = check.__name__.removeprefix(_PREFIX)
    try:
        return list(check(paths))
    except Unreachable:
        raise
    except HeroError as error:
        return [Finding(name, Verdict.FAULT, error.message, error.hint or _SEE)]
    except OSError as error:
        told = explain(error)
        return [Finding(name, Verdict.FAULT, told.message, told.hint or _RUN_AS_OWNER)]
