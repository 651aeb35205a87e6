"""A typed client of a supervisor: the embedded one, or hero_proc, whose shape may be another."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

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
    make_undocumented,
)
from hero_assistance_sdk.hero_proc.offered_methods import Mismatch
from hero_assistance_sdk.hero_proc.reports import ServiceReport
from hero_assistance_sdk.hero_proc.specs import ActionSpec, BadSpec, ServiceSpec, check_service
from hero_assistance_sdk.rpc.errors import RpcFailure

if TYPE_CHECKING:
    from hero_assistance_sdk.hero_proc.foreign_registration import ForeignRegistration

__all__ = ["METHODS", "Mismatch", "MissingMethod", "SupervisorClient", "connect"]

# Used only with a supervisor whose `service.status` cannot wait for a change.
POLL_S = 0.2

A = TypeVar("A", bound=BaseModel)


class SupervisorClient(SupervisorConnection):
    """Calls every method of one supervisor, with the models of `wire`; use it as a context manager.

    `left_out` names what of a service the supervisor had no place for, when it was registered last.
    """

    left_out: tuple[str, ...] = ()
    # Whether a start has to replace what runs: a foreign supervisor does not compare specifications.
    _is_changed = False

    def health(self) -> wire.SupervisorHealth:
        """The supervisor itself."""
        return self._call(wire.SupervisorHealth, "system.health")

    def shutdown(self, *, when_idle: bool = False) -> wire.Done:
        """End the supervisor; with `when_idle` only while nothing is registered, else it raises `Conflict`."""
        return self._call(wire.Done, "system.shutdown", when_idle=when_idle)

    def service_set(self, spec: ServiceSpec) -> wire.Registration:
        """Register a service, or register it again; raises `BadSpec` or `Mismatch` before anything is sent."""
        check_service(spec)
        if self._foreign is None:
            return self._call(wire.Registration, "service.set", spec=spec)
        self._is_changed = not self._registration.is_registered(spec)
        self.left_out = self._registration.register(spec).left_out
        return wire.Registration(spec=spec, wanted=wire.Wanted.UP)

    def is_registered_as(self, spec: ServiceSpec) -> bool:
        """Whether a registered service is wanted, by this very specification, and nothing of it runs by another."""
        if self._foreign is not None:
            return self._registration.is_registered(spec)
        registered = self.service_get(spec.name)
        return registered.spec == spec and registered.wanted is wire.Wanted.UP and not registered.outdated

    def service_get(self, service: str) -> wire.Registration:
        """A registered service."""
        if self._foreign is not None:
            spec = self._read("service.get", lambda: self._registration.read(service))
            return wire.Registration(spec=spec, wanted=wire.Wanted.UP)
        return self._call(wire.Registration, "service.get", service=service)

    def service_list(self) -> tuple[wire.ServiceStatus, ...]:
        """Every registered service, with its state."""
        if self._foreign is not None:
            return tuple(self.service_status(report.service) for report in self.service_reports())
        return self._call(wire.ServiceList, "service.list").services

    def service_delete(self, service: str) -> wire.Done:
        """Delete the registration of a stopped service."""
        if self._foreign is not None:
            self._registration.delete(service)
            return wire.Done()
        return self._call(wire.Done, "service.delete", service=service)

    def service_start(self, service: str) -> wire.ServiceStatus:
        """Start a service; returns at once, with its state then."""
        if self._foreign is not None:
            report = self._foreign.report(service)
            if self._is_changed and any(action.pid for action in report.actions):
                return self.service_restart(service)
            self._send("service.start", service=service)
            return self.service_status(service)
        return self._call(wire.ServiceStatus, "service.start", service=service)

    def service_stop(self, service: str) -> wire.ServiceStatus:
        """Stop a service; returns at once, with its state then."""
        if self._foreign is not None:
            self._send("service.stop", service=service)
            self._foreign.begin_ending()
            return self.service_status(service)
        return self._call(wire.ServiceStatus, "service.stop", service=service)

    @property
    def offers_overlap(self) -> bool:
        """Whether a restart can start the new process before the old one is ended."""
        return "overlap" in self._offered.list_params("service.restart")

    def service_restart(self, service: str, *, overlap: bool = False) -> wire.ServiceStatus:
        """Restart a service; with `overlap` each new process starts before the old one is ended."""
        more = {"overlap": True} if overlap else {}
        if self._foreign is not None:
            report = self._foreign.report(service)
            self._send("service.restart", service=service, **more)
            self._foreign.begin_replacing(report)
            return self.service_status(service)
        return self._call(wire.ServiceStatus, "service.restart", service=service, **more)

    def service_status(self, service: str) -> wire.ServiceStatus:
        """The state of a service and its actions."""
        if self._foreign is not None:
            return _to_status(self._foreign.report(service))
        return self._call(wire.ServiceStatus, "service.status", service=service)

    def service_change(self, known: wire.ServiceStatus, wait_s: float) -> wire.ServiceStatus:
        """The status once it differs from `known`, or as it is after about `wait_s`."""
        wait_ms = max(0, min(int(wait_s * 1000), wire.LONGEST_WAIT_MS))
        if self._foreign is None and "after" in self._offered.list_params("service.status"):
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

    @property
    def _registration(self) -> ForeignRegistration:
        # The tables are no part of a supervisor's own memory.
        from hero_assistance_sdk.hero_proc.foreign_registration import ForeignRegistration

        return ForeignRegistration(self._offered, self._send, self._exchange)

    def _call(self, result: type[A], method: str, **params: object) -> A:
        answer = self._send(method, **to_jsonable_python(params))
        if self._foreign is not None and result is wire.Done and not isinstance(answer, dict):
            # That it was carried out is all that such an answer says.
            return result()
        try:
            # Enumerations and tuples are texts and arrays in JSON, so the answer is checked as JSON.
            return result.model_validate_json(to_json(answer))
        except ValidationError as error:
            detail = "; ".join(fault["msg"] for fault in error.errors(include_input=False)[:3])
            raise make_undocumented(self.socket, method, detail) from None

    def _translate(self, failure: RpcFailure) -> HeroError:
        if failure.remote_reason == BadSpec.reason:
            return BadSpec(failure.message, faults=[str(fault) for fault in failure.data.get("faults", ())])
        return super()._translate(failure)


def connect(
    socket: Path,
    *,
    timeout_s: float = ANSWER_TIMEOUT_S,
    sockets: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
) -> SupervisorClient | None:
    """A client of the supervisor at `socket`, or `None` when none listens; one that hangs is an error."""
    return connect_as(SupervisorClient, socket, timeout_s=timeout_s, sockets=sockets)


def _to_status(report: ServiceReport) -> wire.ServiceStatus:
    """What a foreign supervisor reports, as a status."""
    actions = tuple(wire.ActionStatus.model_validate(asdict(action)) for action in report.actions)
    state = wire.worst(tuple(action.state for action in actions))
    wanted = wire.Wanted.DOWN if state is wire.ActionState.STOPPED else wire.Wanted.UP
    return wire.ServiceStatus(service=report.service, wanted=wanted, state=state, actions=actions)
