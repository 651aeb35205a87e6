"""A typed client of a supervisor: hero_proc's own, or the embedded one, which speaks the same protocol."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json, to_jsonable_python

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.hero_proc import wire
from hero_assistance_sdk.hero_proc.connection import (
    ANSWER_TIMEOUT_S,
    METHODS,
    MissingMethod,
    SupervisorConnection,
    connect_as,
    undocumented,
)
from hero_assistance_sdk.hero_proc.specs import ActionSpec, BadSpec, ServiceSpec, check_service
from hero_assistance_sdk.rpc.errors import RpcFailure

__all__ = ["METHODS", "MissingMethod", "SupervisorClient", "connect"]

# Used only with a supervisor whose `service.status` cannot wait for a change.
POLL_S = 0.2

A = TypeVar("A", bound=BaseModel)


class SupervisorClient(SupervisorConnection):
    """Calls every method of one supervisor, with the models of `wire`; use it as a context manager."""

    def health(self) -> wire.SupervisorHealth:
        """The supervisor itself."""
        return self._call(wire.SupervisorHealth, "system.health")

    def shutdown(self, *, when_idle: bool = False) -> wire.Done:
        """End the supervisor; with `when_idle` only while nothing is registered, else it raises `Conflict`."""
        return self._call(wire.Done, "system.shutdown", when_idle=when_idle)

    def service_set(self, spec: ServiceSpec) -> wire.Registration:
        """Register a service, or register it again; raises `BadSpec` before anything is sent."""
        check_service(spec)
        return self._call(wire.Registration, "service.set", spec=spec)

    def service_get(self, service: str) -> wire.Registration:
        """A registered service."""
        return self._call(wire.Registration, "service.get", service=service)

    def service_list(self) -> tuple[wire.ServiceStatus, ...]:
        """Every registered service, with its state."""
        return self._call(wire.ServiceList, "service.list").services

    def service_delete(self, service: str) -> wire.Done:
        """Delete the registration of a stopped service."""
        return self._call(wire.Done, "service.delete", service=service)

    def service_start(self, service: str) -> wire.ServiceStatus:
        """Start a service; returns at once, with its state then."""
        return self._call(wire.ServiceStatus, "service.start", service=service)

    def service_stop(self, service: str) -> wire.ServiceStatus:
        """Stop a service; returns at once, with its state then."""
        return self._call(wire.ServiceStatus, "service.stop", service=service)

    @property
    def offers_overlap(self) -> bool:
        """Whether a restart can start the new process before the old one is ended."""
        return "overlap" in self._params.get("service.restart", ())

    def service_restart(self, service: str, *, overlap: bool = False) -> wire.ServiceStatus:
        """Restart a service; with `overlap` each new process starts before the old one is ended."""
        more = {"overlap": True} if overlap else {}
        return self._call(wire.ServiceStatus, "service.restart", service=service, **more)

    def service_status(self, service: str) -> wire.ServiceStatus:
        """The state of a service and its actions."""
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
        """Register an action of a service, or register it again."""
        return self._call(wire.Registration, "action.set", service=service, spec=spec)

    def action_get(self, service: str, action: str) -> ActionSpec:
        """The specification of an action."""
        return self._call(ActionSpec, "action.get", service=service, action=action)

    def action_list(self, service: str) -> tuple[ActionSpec, ...]:
        """The specifications of a service's actions."""
        return self._call(wire.ActionList, "action.list", service=service).actions

    def action_delete(self, service: str, action: str) -> wire.Registration:
        """Delete an action of a service."""
        return self._call(wire.Registration, "action.delete", service=service, action=action)

    def job_list(self, service: str | None = None) -> tuple[wire.Job, ...]:
        """The starts of actions, of one service or of all."""
        return self._call(wire.JobList, "job.list", service=service).jobs

    def logs_insert(self, action: str, line: str) -> wire.Done:
        """Add a line to the log of an action."""
        return self._call(wire.Done, "logs.insert", action=action, line=line)

    def secret_set(self, name: str, value: str, *, context: str = wire.CORE) -> wire.Done:
        """Store a secret; `changed` is false when it had that value already."""
        return self._call(wire.Done, "secret.set", context=context, name=name, value=value)

    def secret_get(self, name: str, *, context: str = wire.CORE) -> str:
        """The value of a secret; raises `NotFound`."""
        return self._call(wire.Secret, "secret.get", context=context, name=name).value

    def secret_list(self, *, context: str = wire.CORE) -> tuple[str, ...]:
        """The names of the secrets of a context."""
        return self._call(wire.SecretNames, "secret.list", context=context).names

    def secret_delete(self, name: str, *, context: str = wire.CORE) -> wire.Done:
        """Delete a secret; `changed` is false when there was none."""
        return self._call(wire.Done, "secret.delete", context=context, name=name)

    def _call(self, result: type[A], method: str, **params: object) -> A:
        answer = self._send(method, **to_jsonable_python(params))
        try:
            # Enumerations and tuples are texts and arrays in JSON, so the answer is checked as JSON.
            return result.model_validate_json(to_json(answer))
        except ValidationError as error:
            detail = "; ".join(fault["msg"] for fault in error.errors(include_input=False)[:3])
            raise undocumented(self.socket, method, detail) from None

    def _translate(self, failure: RpcFailure) -> HeroError:
        if failure.remote_reason == BadSpec.reason:
            return BadSpec(failure.message, faults=[str(fault) for fault in failure.data.get("faults", ())])
        return super()._translate(failure)


def connect(socket: Path, *, timeout_s: float = ANSWER_TIMEOUT_S) -> SupervisorClient | None:
    """A client of the supervisor at `socket`, or `None` when none listens; one that hangs is an error."""
    return connect_as(SupervisorClient, socket, timeout_s=timeout_s)
