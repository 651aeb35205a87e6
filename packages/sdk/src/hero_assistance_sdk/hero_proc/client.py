"""A typed client of a supervisor: hero_proc's own, or the embedded one, which speaks the same protocol."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json, to_jsonable_python

from hero_assistance_sdk.errors import Conflict, HeroError, NotFound, ProtocolViolation
from hero_assistance_sdk.hero_proc import wire
from hero_assistance_sdk.hero_proc.specs import ActionSpec, BadSpec, ServiceSpec, check_service
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_sdk.rpc.errors import CODES, RpcFailure
from hero_assistance_sdk.sockets import listening_pid

METHODS = (
    *("service.set", "service.get", "service.list", "service.delete"),
    *("service.start", "service.stop", "service.restart", "service.status"),
    *("action.set", "action.get", "action.list", "action.delete", "job.list"),
    *("logs.insert", "logs.query", "secret.set", "secret.get", "secret.list", "secret.delete"),
    *("system.health", "system.shutdown", "rpc.discover"),
)

# Used only with a supervisor whose `service.status` cannot wait for a change.
POLL_S = 0.2
_RAISED = {CODES[kind]: kind for kind in (NotFound, Conflict)}

A = TypeVar("A", bound=BaseModel)


class MissingMethod(ProtocolViolation):
    """The supervisor does not offer a method that is needed."""

    reason = "missing-method"


class SupervisorClient:
    """Calls one supervisor; use it as a context manager.

    On connect it reads the method list; `missing` names what this supervisor lacks, and such a method is
    refused here, before anything is sent. Raises `Unreachable`, `ProtocolViolation`, `NotFound`, `Conflict`,
    `BadSpec` or `RpcFailure`, and never waits longer than `timeout_s` for one answer.
    """

    def __init__(self, socket: Path, *, timeout_s: float = 10.0) -> None:
        self.socket = socket
        self._rpc = RpcClient(socket, timeout_s=timeout_s)
        try:
            self._params = _methods(socket, self._rpc.call("rpc.discover"))
        except HeroError:
            self.close()
            raise
        self.missing = tuple(name for name in METHODS if name not in self._params)

    def __enter__(self) -> SupervisorClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._rpc.__exit__(None, None, None)

    def require(self, *methods: str) -> None:
        """Raise `MissingMethod`, naming every one that this supervisor lacks."""
        lacking = [name for name in methods if name not in self._params]
        if lacking:
            raise MissingMethod(
                f"the supervisor at {self.socket} does not offer {', '.join(lacking)}",
                hint="it may be older than this program; rpc.discover lists what it offers",
            )

    def health(self) -> wire.SupervisorHealth:
        return self._call(wire.SupervisorHealth, "system.health")

    def shutdown(self, *, when_idle: bool = False) -> wire.Done:
        return self._call(wire.Done, "system.shutdown", when_idle=when_idle)

    def service_set(self, spec: ServiceSpec) -> wire.Registration:
        """Register a service, or register it anew; raises `BadSpec` before anything is sent."""
        check_service(spec)
        return self._call(wire.Registration, "service.set", spec=spec)

    def service_get(self, service: str) -> wire.Registration:
        return self._call(wire.Registration, "service.get", service=service)

    def service_list(self) -> tuple[wire.ServiceStatus, ...]:
        return self._call(wire.ServiceList, "service.list").services

    def service_delete(self, service: str) -> wire.Done:
        return self._call(wire.Done, "service.delete", service=service)

    def service_start(self, service: str) -> wire.ServiceStatus:
        return self._call(wire.ServiceStatus, "service.start", service=service)

    def service_stop(self, service: str) -> wire.ServiceStatus:
        return self._call(wire.ServiceStatus, "service.stop", service=service)

    @property
    def offers_overlap(self) -> bool:
        """Whether a restart can start the new process before the old one is ended."""
        return "overlap" in self._params.get("service.restart", ())

    def service_restart(self, service: str, *, overlap: bool = False) -> wire.ServiceStatus:
        more = {"overlap": True} if overlap else {}
        return self._call(wire.ServiceStatus, "service.restart", service=service, **more)

    def service_status(self, service: str) -> wire.ServiceStatus:
        return self._call(wire.ServiceStatus, "service.status", service=service)

    def service_change(self, known: wire.ServiceStatus, wait_s: float) -> wire.ServiceStatus:
        """The status once it differs from `known`, or as it is after about `wait_s`."""
        wait_ms = max(0, min(int(wait_s * 1000), wire.LONGEST_WAIT_MS))
        if "after" in self._params["service.status"]:
            return self._call(
                wire.ServiceStatus,
                "service.status",
                service=known.service,
                after=known.revision,
                wait_ms=wait_ms,
            )
        time.sleep(min(POLL_S, wait_ms / 1000))
        return self.service_status(known.service)

    def action_set(self, service: str, spec: ActionSpec) -> wire.Registration:
        return self._call(wire.Registration, "action.set", service=service, spec=spec)

    def action_get(self, service: str, action: str) -> ActionSpec:
        return self._call(ActionSpec, "action.get", service=service, action=action)

    def action_list(self, service: str) -> tuple[ActionSpec, ...]:
        return self._call(wire.ActionList, "action.list", service=service).actions

    def action_delete(self, service: str, action: str) -> wire.Registration:
        return self._call(wire.Registration, "action.delete", service=service, action=action)

    def job_list(self, service: str | None = None) -> tuple[wire.Job, ...]:
        return self._call(wire.JobList, "job.list", service=service).jobs

    def logs_insert(self, action: str, line: str) -> wire.Done:
        return self._call(wire.Done, "logs.insert", action=action, line=line)

    def logs_query(
        self,
        action: str,
        *,
        lines: int = 100,
        cursor: str | None = None,
        since_ms: int | None = None,
        run: int | None = None,
    ) -> wire.LogPage:
        """A page of an action's log; raises `MissingMethod` when this supervisor cannot choose by time or run."""
        chosen = {name: value for name, value in (("since_ms", since_ms), ("run", run)) if value is not None}
        lacking = chosen.keys() - self._params.get("logs.query", chosen.keys())
        if lacking:
            raise MissingMethod(f"logs.query of the supervisor at {self.socket} has no {', '.join(sorted(lacking))}")
        return self._call(wire.LogPage, "logs.query", action=action, lines=lines, cursor=cursor, **chosen)

    def secret_set(self, name: str, value: str, *, context: str = wire.CORE) -> wire.Done:
        return self._call(wire.Done, "secret.set", context=context, name=name, value=value)

    def secret_get(self, name: str, *, context: str = wire.CORE) -> str:
        return self._call(wire.Secret, "secret.get", context=context, name=name).value

    def secret_list(self, *, context: str = wire.CORE) -> tuple[str, ...]:
        return self._call(wire.SecretNames, "secret.list", context=context).names

    def secret_delete(self, name: str, *, context: str = wire.CORE) -> wire.Done:
        return self._call(wire.Done, "secret.delete", context=context, name=name)

    def _call(self, result: type[A], method: str, **params: object) -> A:
        self.require(method)
        try:
            answer = self._rpc.call(method, **to_jsonable_python(params))
        except RpcFailure as failure:
            raise _understood(failure) from None
        try:
            # Enumerations and tuples are texts and arrays in JSON, so the answer is checked as JSON.
            return result.model_validate_json(to_json(answer))
        except ValidationError as error:
            raise ProtocolViolation(
                f"{self.socket} answered {method} with something else than documented",
                hint="; ".join(fault["msg"] for fault in error.errors(include_input=False)[:3]),
            ) from None


def connect(socket: Path, *, timeout_s: float = 10.0) -> SupervisorClient | None:
    """A client of the supervisor at `socket`, or `None` when nobody listens; one that hangs is an error."""
    if listening_pid(socket) is None:
        return None
    return SupervisorClient(socket, timeout_s=timeout_s)


def _methods(socket: Path, document: Any) -> dict[str, frozenset[str]]:
    """The params of each method, from an OpenRPC document."""
    listed = document.get("methods") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ProtocolViolation(
            f"{socket} answered rpc.discover without a list of methods",
            hint="is it a supervisor that listens there?",
        )
    return {
        str(method["name"]): frozenset(str(param["name"]) for param in method.get("params", ()))
        for method in listed
        if isinstance(method, dict) and "name" in method
    }


def _understood(failure: RpcFailure) -> HeroError:
    """The error that a supervisor meant, where this program knows it."""
    if failure.remote_reason == BadSpec.reason:
        return BadSpec(failure.message, faults=[str(fault) for fault in failure.data.get("faults", ())])
    kind = _RAISED.get(failure.code)
    return kind(failure.message, hint=failure.hint) if kind else failure
