"""Who supervises the service, and how its actions are."""

from __future__ import annotations

from collections.abc import Iterator

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance.status import ActionRow, Status
from hero_assistance_sdk.paths import SERVICE, Paths
from hero_assistance_sdk.shell_words import quote_command

_TAKES_OVER = "hero_assistance --start takes it over as it is"


def check_processes(_paths: Paths) -> Iterator[Finding]:
    """Whether the system tells which processes run; a supervisor could end none otherwise."""
    from hero_assistance.supervisor.process.required_proc import NoProcessTable, require_proc

    try:
        require_proc()
    except NoProcessTable as error:
        yield Finding("processes", Verdict.FAULT, error.message, error.hint or "")


def check_service(paths: Paths) -> Iterator[Finding]:
    """The supervisor, and the state of each action."""
    from hero_assistance.status import read_status

    found = read_status(paths)
    if found.supervisor == "none":
        yield _describe_absence(paths, found)
        return
    yield Finding("supervisor", Verdict.OK, str(found.supervisor))
    for action in found.actions:
        if action.conditions:
            yield from _describe_conditions(action)
            continue
        verdict = Verdict.OK if action.state == "healthy" else Verdict.FAULT
        hint = "" if verdict is Verdict.OK else quote_command("hero_assistance", "logs", action.name)
        why = f": {action.reason}" if action.reason else ""
        yield Finding("service", verdict, f"{action.name} is {action.state}{why}", hint)


def check_admin(_paths: Paths) -> Iterator[Finding]:
    """Whether the desk that runs has an admin."""
    from hero_assistance.setup.first_admin import COMMAND, MISSING, lacks_admin

    if lacks_admin():
        yield Finding("admin", Verdict.WARNING, MISSING, COMMAND)


def check_supervisors(paths: Paths) -> Iterator[Finding]:
    """Whether two supervisors could each run a copy of the service."""
    from hero_assistance.supervisor_lookup import Double, find_double

    found = find_double(paths)
    if found is not None:
        verdict = Verdict.FAULT if found is Double.REGISTERED_TWICE else Verdict.WARNING
        yield Finding("supervisor", verdict, found.value, "hero_assistance --start moves it to hero_proc")


def _describe_conditions(action: ActionRow) -> Iterator[Finding]:
    """What an action that runs says of itself."""
    for condition in action.conditions:
        detail = f"{action.name} is {action.state}: {condition.message}"
        yield Finding(
            "service", Verdict.FAULT, detail, condition.hint or quote_command("hero_assistance", "logs", action.name)
        )


def _describe_absence(paths: Paths, found: Status) -> Finding:
    from hero_assistance.supervisor.registry.registry import Registry
    from hero_assistance_sdk.hero_proc.wire import Wanted

    left = [f"{action.name} (process {action.pid})" for action in found.actions if action.pid]
    if left:
        detail = f"no supervisor runs, and nobody looks after {', '.join(left)}"
        return Finding("supervisor", Verdict.FAULT, detail, _TAKES_OVER)
    registered = Registry(paths.state).services.get(SERVICE)
    if registered is not None and registered.wanted is Wanted.UP:
        hint = "hero_assistance --start; hero_assistance enable has it come back after a reboot"
        return Finding("supervisor", Verdict.FAULT, "no supervisor runs, though the service was started", hint)
    return Finding("supervisor", Verdict.WARNING, "no supervisor runs, and no service", "hero_assistance --start")
