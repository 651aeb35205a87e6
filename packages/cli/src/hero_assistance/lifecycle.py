"""Starts, stops and restarts the service, for the commands; drawing is theirs.

Every function takes the folders and returns what it did, or raises a `HeroError` that says why it could not.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence

from hero_assistance.errors import NotInstalled
from hero_assistance.results import (
    NotRunning,
    Progress,
    RestartFailed,
    StartFailed,
    StartResult,
    StopFailed,
    StopResult,
)
from hero_assistance.service import build_service_spec, read_settings
from hero_assistance.start_space import require_start_space
from hero_assistance.status import read_status
from hero_assistance.supervisor.connection import (
    LOG_LINES,
    connect_supervisor,
    embedded_if_needed,
    end_embedded,
    hero_proc_or_embedded,
    lock_lifecycle,
    registered_here,
    registered_with,
)
from hero_assistance.supervisor_lookup import Kind, connect_hero_proc, knows_service
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.hero_proc.specs import ServiceSpec, check_service
from hero_assistance_sdk.hero_proc.wire import ActionState, ActionStatus, ServiceStatus
from hero_assistance_sdk.net.socket_group import read_socket_group
from hero_assistance_sdk.paths import SERVICE, Paths

# `--start` answers within 30 s; what is left is for the supervisor's own start and for reading the logs.
START_TIMEOUT_S = 27.0
# Both actions' own time-outs, one after the other, and a margin for a busy machine.
STOP_TIMEOUT_S = 40.0
# With our back-off that many starts take about 2 s; what fails that often does not mend itself.
HOPELESS_ATTEMPTS = 5
_NEEDED = ("service.set", "service.get", "service.list", "service.start", "service.status")


def start(
    paths: Paths,
    *,
    auth_mode: str,
    seed_dev_users: bool,
    ui_tcp: Sequence[str] = (),
    progress: Progress,
    environ: Mapping[str, str] | None = None,
) -> StartResult:
    """Start the service and return once every action is healthy; restart what runs with other settings."""
    spec = build_service_spec(paths, auth_mode=auth_mode, seed_dev_users=seed_dev_users, ui_tcp=ui_tcp, environ=environ)
    check_service(spec)
    read_socket_group(spec.actions[0].env)
    _require_installed(spec)
    deadline = time.monotonic() + START_TIMEOUT_S
    with lock_lifecycle(paths):
        progress.step("looking for a supervisor")
        with hero_proc_or_embedded(paths) as supervisor:
            supervisor.client.require(*_NEEDED)
            if supervisor.kind is Kind.HERO_PROC:
                _leave_embedded(paths, progress)
            changed = not _is_healthy_with(supervisor.client, spec)
            if changed:
                require_start_space(paths)
                _register(supervisor.client, spec, progress)
                known = supervisor.client.service_start(SERVICE)
                _await_healthy(supervisor.client, known, progress, deadline)
        return StartResult(changed, read_status(paths))


def stop(paths: Paths, progress: Progress) -> StopResult:
    """End the service, all that it started, and the embedded supervisor."""
    with lock_lifecycle(paths):
        changed = False
        hero_proc = connect_hero_proc(paths, SupervisorClient)
        if hero_proc is not None:
            with hero_proc:
                changed = _stop_service(hero_proc, progress)
        with embedded_if_needed(paths) as embedded:
            if embedded is not None:
                changed = _stop_service(embedded, progress) or changed
                progress.step("ending the supervisor")
                end_embedded(paths, embedded)
                if registered_here(paths):
                    progress.step(f"{paths.state} takes no changes: it still names the service as one to run")
        return StopResult(changed)


def restart(paths: Paths, progress: Progress) -> StartResult:
    """Replace every process, by this release's definition and with the settings that were chosen.

    No caller is refused where the supervisor can start a new process before the old one is ended. A new process that
    does not become healthy is given up: the old one goes on, and `RestartFailed` is raised. Where a disk has no room
    for a start, `TooLittleSpace` is raised before anything is touched.
    """
    deadline = time.monotonic() + START_TIMEOUT_S + STOP_TIMEOUT_S
    with lock_lifecycle(paths):
        with registered_with(paths) as supervisor:
            if supervisor is None:
                raise NotRunning("the service is not running", hint="start it with: hero_assistance --start")
            supervisor.client.require(*_NEEDED, "service.restart")
            require_start_space(paths)
            _renew(paths, supervisor.client)
            overlap = supervisor.client.offers_overlap
            if not overlap:
                progress.step(f"{supervisor.kind} only restarts plainly: who calls meanwhile is refused")
            known = supervisor.client.service_restart(SERVICE, overlap=overlap)
            _await_healthy(supervisor.client, known, progress, deadline)
            _require_replaced(supervisor.client)
        return StartResult(changed=True, status=read_status(paths))


def read_page_listeners(paths: Paths) -> tuple[str, ...] | None:
    """Return where the page of the registered service listens over TCP; `None` where no supervisor has it."""
    with registered_with(paths) as supervisor:
        settings = None if supervisor is None else read_settings(supervisor.client.service_get(SERVICE).spec)
        return None if settings is None else settings.ui_tcp


def move_page(paths: Paths, ui_tcp: Sequence[str], progress: Progress) -> None:
    """Have the page of the registered service listen on these addresses alone; raises `NotRunning`, `StartFailed`."""
    _start_again(paths, progress, ui_tcp)


def redefine(paths: Paths, progress: Progress) -> None:
    """Run the registered service by the definition that holds now; raises `NotRunning`, `StartFailed`."""
    _start_again(paths, progress)


def _start_again(paths: Paths, progress: Progress, ui_tcp: Sequence[str] | None = None) -> None:
    with registered_with(paths) as supervisor:
        spec = None if supervisor is None else supervisor.client.service_get(SERVICE).spec
        settings = None if spec is None else read_settings(spec)
    if spec is None or settings is None:
        raise NotRunning("the service is not running", hint="start it with: hero_assistance --start")
    start(
        paths,
        auth_mode=settings.auth_mode,
        seed_dev_users=settings.seed_dev_users,
        ui_tcp=settings.ui_tcp if ui_tcp is None else ui_tcp,
        progress=progress,
        environ=spec.actions[0].env,
    )


def list_services(paths: Paths) -> tuple[ServiceStatus, ...]:
    """What is registered with the supervisor that listens; nothing when none does."""
    with connect_supervisor(paths) as supervisor:
        return supervisor.client.service_list() if supervisor else ()


def _require_installed(spec: ServiceSpec) -> None:
    missing = [action.argv[0] for action in spec.actions if not os.access(action.argv[0], os.X_OK)]
    if missing:
        raise NotInstalled(
            f"not installed: {', '.join(missing)}", hint="install them with: hero_assistance install SOURCE"
        )


def _register(client: SupervisorClient, spec: ServiceSpec, progress: Progress) -> None:
    client.service_set(spec)
    if client.left_out:
        progress.step(f"{Kind.HERO_PROC} has no place for {', '.join(client.left_out)}: it goes on without")


def _is_healthy_with(client: SupervisorClient, spec: ServiceSpec) -> bool:
    """Whether the service runs by this very specification and is well."""
    if not knows_service(client):
        return False
    return client.is_registered_as(spec) and client.service_status(SERVICE).state is ActionState.HEALTHY


def _leave_embedded(paths: Paths, progress: Progress) -> None:
    """End what the embedded supervisor runs, so that hero_proc never starts a second copy of it."""
    with embedded_if_needed(paths) as client:
        if client is not None:
            progress.step("moving the service to hero_proc")
            _stop_service(client, progress)
            end_embedded(paths, client)


def _renew(paths: Paths, client: SupervisorClient) -> None:
    """Register the definition of this release, with the settings and environment of the registered one."""
    registered = client.service_get(SERVICE).spec
    settings = read_settings(registered)
    if settings is None:
        return
    spec = build_service_spec(
        paths,
        auth_mode=settings.auth_mode,
        seed_dev_users=settings.seed_dev_users,
        ui_tcp=settings.ui_tcp,
        environ=registered.actions[0].env,
    )
    client.service_set(spec)


def _await_healthy(client: SupervisorClient, known: ServiceStatus, progress: Progress, deadline: float) -> None:
    """Return once every action is healthy; raises `StartFailed` for the first that keeps failing or is too slow."""
    reporter = _StateReporter(progress)
    while known.state is not ActionState.HEALTHY:
        reporter.report(known)
        remaining = deadline - time.monotonic()
        culprit = next((action for action in known.actions if _is_hopeless(action)), None)
        if culprit is None and remaining <= 0:
            culprit = next(action for action in known.actions if action.state is not ActionState.HEALTHY)
        if culprit is not None:
            raise _explain_start(client, culprit)
        known = client.service_change(known, remaining)
    reporter.report(known)


def _require_replaced(client: SupervisorClient) -> None:
    """Raise `RestartFailed` for the first action whose old process still runs."""
    action = next((action for action in client.service_status(SERVICE).actions if action.kept), None)
    if action is not None:
        error = RestartFailed(f"{action.name} runs as before: {action.kept}", hint="mend it, then restart once more")
        error.log_lines = _read_log_lines(client, action.name)
        raise error


def _is_hopeless(action: ActionStatus) -> bool:
    failing = action.state is ActionState.BACKOFF and action.attempt >= HOPELESS_ATTEMPTS
    return failing or action.state is ActionState.FAILED


def _explain_start(client: SupervisorClient, action: ActionStatus) -> StartFailed:
    why = action.reason or action.last_probe_error or f"it is {action.state}"
    tries = action.state is not ActionState.FAILED
    hint = "it is tried on; hero_assistance --stop ends that" if tries else "hero_assistance --start tries again"
    return StartFailed(action.name, why, _read_log_lines(client, action.name), hint=hint)


def _read_log_lines(client: SupervisorClient, action: str) -> tuple[str, ...]:
    try:
        return client.logs_query(action, lines=LOG_LINES).lines
    except HeroError as error:
        return (f"(its log cannot be read: {error.message})",)


def _stop_service(client: SupervisorClient, progress: Progress) -> bool:
    """End and forget the service; false when it was not registered. Raises `StopFailed`."""
    if not knows_service(client):
        return False
    client.require("service.stop", "service.delete")
    reporter = _StateReporter(progress)
    known = client.service_stop(SERVICE)
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while known.state is not ActionState.STOPPED:
        reporter.report(known)
        remaining = deadline - time.monotonic()
        stuck = next((action for action in known.actions if action.state is ActionState.FAILED), None)
        if stuck is not None or remaining <= 0:
            raise _explain_stop(known, stuck)
        known = client.service_change(known, remaining)
    reporter.report(known)
    client.service_delete(SERVICE)
    return True


def _explain_stop(known: ServiceStatus, stuck: ActionStatus | None) -> StopFailed:
    if stuck is not None:
        return StopFailed(f"{stuck.name} does not end: {stuck.reason}")
    names = ", ".join(action.name for action in known.actions if action.state is not ActionState.STOPPED)
    return StopFailed(f"not stopped within {STOP_TIMEOUT_S:.0f} s: {names}")


class _StateReporter:
    """Reports to the progress what changed since its last report."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._reported: dict[str, str] = {}

    def report(self, known: ServiceStatus) -> None:
        for action in known.actions:
            text = f"{action.name}: {action.state}" + (f" ({action.reason})" if action.reason else "")
            if self._reported.get(action.name) != text:
                self._reported[action.name] = text
                self._progress.step(text)
