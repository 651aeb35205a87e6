"""The methods of the supervisor's socket; each is a few lines over the services, the logs or the secrets."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.supervisor.logs.live_file import append_line
from hero_assistance.supervisor.logs.query import read_last_lines, read_lines_after, read_lines_since
from hero_assistance.supervisor.names import NAME, OWN_LOG
from hero_assistance.supervisor.registry.secrets import Secrets
from hero_assistance.supervisor.state.services import Services
from hero_assistance_sdk.errors import Conflict, NotFound
from hero_assistance_sdk.hero_proc import wire
from hero_assistance_sdk.hero_proc.specs import ActionSpec, ServiceSpec
from hero_assistance_sdk.release import release_id, version
from hero_assistance_sdk.rpc.methods import MethodTable, NoParams


@dataclass(frozen=True, slots=True)
class RpcContext:
    """What the methods work with."""

    services: Services
    secrets: Secrets
    logs: Path
    stop: Callable[[], None]


table: MethodTable[RpcContext] = MethodTable()


@table.method("service.set", errors=[Conflict])
async def service_set(office: RpcContext, params: wire.SetService) -> wire.Registration:
    """Register a service, or register it anew; what runs changes at the next start."""
    office.services.set(params.spec)
    return _registration(office, params.spec.name)


@table.method("service.get", errors=[NotFound])
async def service_get(office: RpcContext, params: wire.NamesService) -> wire.Registration:
    """Answer the registration of a service."""
    return _registration(office, params.service)


@table.method("service.list")
async def service_list(office: RpcContext, _params: NoParams) -> wire.ServiceList:
    """List the services with their status."""
    return wire.ServiceList(services=tuple(map(office.services.status, office.services.names())))


@table.method("service.delete", errors=[NotFound, Conflict])
async def service_delete(office: RpcContext, params: wire.NamesService) -> wire.Done:
    """Forget a service that is stopped."""
    office.services.delete(params.service)
    return wire.Done()


@table.method("service.start", errors=[NotFound])
async def service_start(office: RpcContext, params: wire.NamesService) -> wire.ServiceStatus:
    """Start what does not run, restart what runs by an older specification, end what is not registered any more."""
    return office.services.start(params.service)


@table.method("service.stop", errors=[NotFound])
async def service_stop(office: RpcContext, params: wire.NamesService) -> wire.ServiceStatus:
    """Begin to end every action and all that it started; `service.status` tells when it is done."""
    return office.services.stop(params.service)


@table.method("service.restart", errors=[NotFound])
async def service_restart(office: RpcContext, params: wire.RestartService) -> wire.ServiceStatus:
    """Begin to end every action and start it again, in order; with `overlap`, refusing nobody meanwhile."""
    return office.services.restart(params.service, overlap=params.overlap)


@table.method("service.status", errors=[NotFound])
async def service_status(office: RpcContext, params: wire.ServiceStatusParams) -> wire.ServiceStatus:
    """Answer the status of a service; with `after`, once something changed."""
    office.services.get(params.service)
    if params.after is not None:
        await office.services.changes.beyond(params.after, params.wait_ms / 1000)
    return office.services.status(params.service)


@table.method("action.set", errors=[NotFound, Conflict])
async def action_set(office: RpcContext, params: wire.SetAction) -> wire.Registration:
    """Add an action to a service, or replace it; what runs changes at the next start."""
    spec = office.services.get(params.service).spec
    kept = tuple(action for action in spec.actions if action.name != params.spec.name)
    return _with_actions(office, spec, (*kept, params.spec))


@table.method("action.get", errors=[NotFound])
async def action_get(office: RpcContext, params: wire.NamesAction) -> ActionSpec:
    """Answer the specification of an action."""
    return office.services.action(params.service, params.action)


@table.method("action.list", errors=[NotFound])
async def action_list(office: RpcContext, params: wire.NamesService) -> wire.ActionList:
    """List the actions of a service with their specifications."""
    return wire.ActionList(service=params.service, actions=office.services.get(params.service).spec.actions)


@table.method("action.delete", errors=[NotFound, Conflict])
async def action_delete(office: RpcContext, params: wire.NamesAction) -> wire.Registration:
    """Take an action out of its service; it is ended at the next start."""
    spec = office.services.get(params.service).spec
    gone = office.services.action(params.service, params.action)
    return _with_actions(office, spec, tuple(action for action in spec.actions if action != gone))


@table.method("job.list", errors=[NotFound])
async def job_list(office: RpcContext, params: wire.ListJobs) -> wire.JobList:
    """List the starts of actions that this supervisor knows of, the newest first."""
    jobs = [job for runner in office.services.runners(params.service) for job in runner.body.jobs]
    return wire.JobList(jobs=tuple(sorted(jobs, key=lambda job: job.started_at_ms, reverse=True)))


@table.method("logs.insert", errors=[NotFound])
async def logs_insert(office: RpcContext, params: wire.InsertLog) -> wire.Done:
    """Add a line to the log of an action."""
    append_line(office.logs, _known(office, params.action), params.line)
    return wire.Done()


@table.method("logs.query", errors=[NotFound])
async def logs_query(office: RpcContext, params: wire.QueryLog) -> wire.LogPage:
    """Answer the last lines of an action's log, or with `since_ms` or `cursor` those that came since."""
    action = _known(office, params.action)
    if params.cursor is not None:
        return read_lines_after(office.logs, action, params.cursor, params.lines, params.run)
    if params.since_ms is not None:
        return read_lines_since(office.logs, action, params.since_ms, params.lines, params.run)
    return read_last_lines(office.logs, action, params.lines, params.run)


@table.method("secret.set")
async def secret_set(office: RpcContext, params: wire.SetSecret) -> wire.Done:
    """Keep a secret."""
    return wire.Done(changed=office.secrets.set(params.context, params.name, params.value))


@table.method("secret.get", errors=[NotFound])
async def secret_get(office: RpcContext, params: wire.NamesSecret) -> wire.Secret:
    """Answer a secret."""
    value = office.secrets.get(params.context, params.name)
    return wire.Secret(context=params.context, name=params.name, value=value)


@table.method("secret.list")
async def secret_list(office: RpcContext, params: wire.NamesContext) -> wire.SecretNames:
    """List the names of the secrets of a context."""
    return wire.SecretNames(context=params.context, names=office.secrets.names(params.context))


@table.method("secret.delete")
async def secret_delete(office: RpcContext, params: wire.NamesSecret) -> wire.Done:
    """Forget a secret."""
    return wire.Done(changed=office.secrets.delete(params.context, params.name))


@table.method("system.health")
async def system_health(office: RpcContext, _params: NoParams) -> wire.SupervisorHealth:
    """Answer who this supervisor is."""
    return wire.SupervisorHealth(
        status="ok",
        service=NAME,
        version=version(),
        release=release_id(),
        pid=os.getpid(),
        services=len(office.services),
    )


@table.method("system.shutdown", errors=[Conflict])
async def system_shutdown(office: RpcContext, params: wire.Shutdown) -> wire.Done:
    """End the supervisor; what runs goes on, and the next supervisor takes it over."""
    if params.when_idle and len(office.services):
        raise Conflict("a service is registered", hint="stop and delete it first, or shut down without when_idle")
    # The answer is on its way before the socket closes.
    asyncio.get_running_loop().call_soon(office.stop)
    return wire.Done()


def _registration(office: RpcContext, service: str) -> wire.Registration:
    registered = office.services.get(service)
    return wire.Registration(spec=registered.spec, wanted=registered.wanted, outdated=office.services.outdated(service))


def _with_actions(office: RpcContext, spec: ServiceSpec, actions: tuple[ActionSpec, ...]) -> wire.Registration:
    office.services.set(spec.model_copy(update={"actions": actions}))
    return _registration(office, spec.name)


def _known(office: RpcContext, action: str) -> str:
    """The name, checked: it becomes part of a path."""
    names = office.services.action_names()
    if action != OWN_LOG and action not in names:
        raise NotFound(f"there is no action {action!r}", hint=f"there are: {', '.join(sorted(names)) or 'none'}")
    return action
