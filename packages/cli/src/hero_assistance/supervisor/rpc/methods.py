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
    """What the methods work on."""

    services: Services
    secrets: Secrets
    logs: Path
    stop: Callable[[], None]


table: MethodTable[RpcContext] = MethodTable()


@table.method("service.set", errors=[Conflict])
async def service_set(context: RpcContext, params: wire.SetService) -> wire.Registration:
    """Register a service or replace its registration; what runs changes at the next start."""
    context.services.set(params.spec)
    return _describe_registration(context, params.spec.name)


@table.method("service.get", errors=[NotFound])
async def service_get(context: RpcContext, params: wire.NamesService) -> wire.Registration:
    """Answer the registration of a service."""
    return _describe_registration(context, params.service)


@table.method("service.list")
async def service_list(context: RpcContext, _params: NoParams) -> wire.ServiceList:
    """List the services with their status."""
    return wire.ServiceList(services=tuple(map(context.services.describe, context.services.names())))


@table.method("service.delete", errors=[NotFound, Conflict])
async def service_delete(context: RpcContext, params: wire.NamesService) -> wire.Done:
    """Forget a service that is stopped."""
    context.services.delete(params.service)
    return wire.Done()


@table.method("service.start", errors=[NotFound])
async def service_start(context: RpcContext, params: wire.NamesService) -> wire.ServiceStatus:
    """Start what does not run, restart what has an older specification, end what is not registered any more."""
    return context.services.start(params.service)


@table.method("service.stop", errors=[NotFound])
async def service_stop(context: RpcContext, params: wire.NamesService) -> wire.ServiceStatus:
    """Begin to end every action and all that it started; `service.status` tells when it is done."""
    return context.services.stop(params.service)


@table.method("service.restart", errors=[NotFound])
async def service_restart(context: RpcContext, params: wire.RestartService) -> wire.ServiceStatus:
    """Begin to end every action and start it again, in order; with `overlap`, no request is refused."""
    return context.services.restart(params.service, overlap=params.overlap)


@table.method("service.status", errors=[NotFound])
async def service_status(context: RpcContext, params: wire.ServiceStatusParams) -> wire.ServiceStatus:
    """Answer the status of a service; with `after`, once something changed."""
    context.services.get(params.service)
    if params.after is not None:
        await context.services.revision.wait_beyond(params.after, params.wait_ms / 1000)
    return context.services.describe(params.service)


@table.method("action.set", errors=[NotFound, Conflict])
async def action_set(context: RpcContext, params: wire.SetAction) -> wire.Registration:
    """Add an action to a service, or replace it; what runs changes at the next start."""
    spec = context.services.get(params.service).spec
    kept = tuple(action for action in spec.actions if action.name != params.spec.name)
    return _replace_actions(context, spec, (*kept, params.spec))


@table.method("action.get", errors=[NotFound])
async def action_get(context: RpcContext, params: wire.NamesAction) -> ActionSpec:
    """Answer the specification of an action."""
    return context.services.action(params.service, params.action)


@table.method("action.list", errors=[NotFound])
async def action_list(context: RpcContext, params: wire.NamesService) -> wire.ActionList:
    """List the actions of a service with their specifications."""
    return wire.ActionList(service=params.service, actions=context.services.get(params.service).spec.actions)


@table.method("action.delete", errors=[NotFound, Conflict])
async def action_delete(context: RpcContext, params: wire.NamesAction) -> wire.Registration:
    """Remove an action from its service; it is ended at the next start."""
    spec = context.services.get(params.service).spec
    gone = context.services.action(params.service, params.action)
    return _replace_actions(context, spec, tuple(action for action in spec.actions if action != gone))


@table.method("job.list", errors=[NotFound])
async def job_list(context: RpcContext, params: wire.ListJobs) -> wire.JobList:
    """List the starts of actions that this supervisor knows, the newest first."""
    jobs = [job for runner in context.services.runners(params.service) for job in runner.process.jobs]
    return wire.JobList(jobs=tuple(sorted(jobs, key=lambda job: job.started_at_ms, reverse=True)))


@table.method("logs.insert", errors=[NotFound])
async def logs_insert(context: RpcContext, params: wire.InsertLog) -> wire.Done:
    """Add a line to the log of an action."""
    append_line(context.logs, _check_action(context, params.action), params.line)
    return wire.Done()


@table.method("logs.query", errors=[NotFound])
async def logs_query(context: RpcContext, params: wire.QueryLog) -> wire.LogPage:
    """Answer the last lines of an action's log, or with `since_ms` or `cursor` those that came since."""
    action = _check_action(context, params.action)
    if params.cursor is not None:
        return read_lines_after(context.logs, action, params.cursor, params.lines, params.run)
    if params.since_ms is not None:
        return read_lines_since(context.logs, action, params.since_ms, params.lines, params.run)
    return read_last_lines(context.logs, action, params.lines, params.run)


@table.method("secret.set")
async def secret_set(context: RpcContext, params: wire.SetSecret) -> wire.Done:
    """Save a secret."""
    return wire.Done(changed=context.secrets.set(params.context, params.name, params.value))


@table.method("secret.get", errors=[NotFound])
async def secret_get(context: RpcContext, params: wire.NamesSecret) -> wire.Secret:
    """Answer a secret."""
    value = context.secrets.get(params.context, params.name)
    return wire.Secret(context=params.context, name=params.name, value=value)


@table.method("secret.list")
async def secret_list(context: RpcContext, params: wire.NamesContext) -> wire.SecretNames:
    """List the names of the secrets of a context."""
    return wire.SecretNames(context=params.context, names=context.secrets.names(params.context))


@table.method("secret.delete")
async def secret_delete(context: RpcContext, params: wire.NamesSecret) -> wire.Done:
    """Delete a secret."""
    return wire.Done(changed=context.secrets.delete(params.context, params.name))


@table.method("system.health")
async def system_health(context: RpcContext, _params: NoParams) -> wire.SupervisorHealth:
    """Answer the release, the pid and the state of this supervisor."""
    return wire.SupervisorHealth(
        status="ok",
        service=NAME,
        version=version(),
        release=release_id(),
        pid=os.getpid(),
        services=len(context.services),
    )


@table.method("system.shutdown", errors=[Conflict])
async def system_shutdown(context: RpcContext, params: wire.Shutdown) -> wire.Done:
    """End the supervisor; what runs goes on, and the next supervisor adopts it."""
    if params.when_idle and len(context.services):
        raise Conflict("a service is registered", hint="stop and delete it first, or shut down without when_idle")
    # Called after this turn of the loop, so that the answer is sent before the socket closes.
    asyncio.get_running_loop().call_soon(context.stop)
    return wire.Done()


def _describe_registration(context: RpcContext, service: str) -> wire.Registration:
    registered = context.services.get(service)
    return wire.Registration(
        spec=registered.spec, wanted=registered.wanted, outdated=context.services.find_outdated(service)
    )


def _replace_actions(context: RpcContext, spec: ServiceSpec, actions: tuple[ActionSpec, ...]) -> wire.Registration:
    context.services.set(spec.model_copy(update={"actions": actions}))
    return _describe_registration(context, spec.name)


def _check_action(context: RpcContext, action: str) -> str:
    """Return the name of a registered action, which becomes part of a path; raises `NotFound`."""
    names = context.services.action_names()
    if action != OWN_LOG and action not in names:
        raise NotFound(f"there is no action {action!r}", hint=f"there are: {', '.join(sorted(names)) or 'none'}")
    return action
