"""Registers our services with a supervisor of another shape, and reads back what is registered there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from hero_assistance_sdk.errors import HeroError, NotFound
from hero_assistance_sdk.hero_proc.connection import MissingMethod
from hero_assistance_sdk.hero_proc.foreign_supervisor import list_action_names, unwrap
from hero_assistance_sdk.hero_proc.offered_methods import OfferedMethods
from hero_assistance_sdk.hero_proc.scripts import parse_script
from hero_assistance_sdk.hero_proc.spec_fitting import RegistrationCall, RegistrationPlan, plan_registration
from hero_assistance_sdk.hero_proc.specs import ActionSpec, ServiceSpec
from hero_assistance_sdk.hero_proc.states import CORE
from hero_assistance_sdk.rpc.errors import RpcFailure

# Fields by which a registration is found; what is read back need not repeat them.
_ADDRESSES = frozenset(
    ("name", "action_name", "service_name", "action", "service", "context", "context_name", "action_context")
)


class ForeignRegistration:
    """The registrations of one such supervisor; `send` asks it by our names, `exchange` by its own."""

    def __init__(
        self,
        offered: OfferedMethods,
        send: Callable[..., Any],
        exchange: Callable[[str, Mapping[str, Any]], Any],
    ) -> None:
        self._offered = offered
        self._send = send
        self._exchange = exchange

    def register(self, spec: ServiceSpec) -> RegistrationPlan:
        """Register the actions, then the service; raises `Mismatch` before anything is sent."""
        plan = plan_registration(self._offered, spec)
        for call in plan.calls:
            self._exchange(call.method, call.params)
        return plan

    def is_registered(self, spec: ServiceSpec) -> bool:
        """Whether exactly this is registered; false where the supervisor does not show what is."""
        plan = plan_registration(self._offered, spec)
        standing = [call for call in plan.calls if call.method == "action.set"]
        stored = [(call, action.name) for call, action in zip(standing, spec.actions, strict=False)]
        try:
            return all(self._is_stored(call, self._get_action(name)) for call, name in stored) and self._is_stored(
                plan.calls[-1], self._send("service.get", service=spec.name)
            )
        except (NotFound, RpcFailure, MissingMethod):
            return False

    def read(self, service: str) -> ServiceSpec:
        """A registered service, as far as it can be read: programs, environments and sockets of its actions."""
        names = list_action_names(self._send("service.get", service=service))
        return ServiceSpec(name=service, actions=tuple(_read_action(name, self._get_action(name)) for name in names))

    def delete(self, service: str) -> None:
        """Delete a service, and its actions that stand alone."""
        names: tuple[str, ...] = ()
        with contextlib.suppress(HeroError, ValueError):
            names = list_action_names(self._send("service.get", service=service))
        self._send("service.delete", service=service)
        if self._offered.find("action.delete") and self._offered.find("action.set"):
            for name in names:
                with contextlib.suppress(NotFound, RpcFailure):
                    self._send("action.delete", action=name, context=CORE)

    def _get_action(self, name: str) -> Any:
        return self._send("action.get", action=name, context=CORE)

    def _is_stored(self, call: RegistrationCall, answer: Any) -> bool:
        stored = unwrap(answer)
        return all(
            _covers(stored[name], value) if name in stored else name in _ADDRESSES
            for name, value in unwrap(call.params).items()
        )


def _read_action(name: str, answer: Any) -> ActionSpec:
    stored = unwrap(answer)
    sockets = stored.get("sockets")
    return ActionSpec(
        name=name,
        argv=_read_program(stored),
        env=_read_environment(stored),
        sockets=tuple(map(str, sockets)) if isinstance(sockets, list) else (),
    )


def _read_program(stored: Mapping[str, Any]) -> tuple[str, ...]:
    """The program and its arguments; empty where it is a script that we did not write."""
    if isinstance(stored.get("argv"), list):
        return tuple(map(str, stored["argv"]))
    return parse_script(str(stored.get("script", "")))


def _read_environment(stored: Mapping[str, Any]) -> dict[str, str]:
    found: Any = next((stored[name] for name in ("env", "environment", "env_vars") if name in stored), {})
    if isinstance(found, dict):
        return {str(name): str(value) for name, value in found.items()}
    pairs = (str(entry).partition("=") for entry in found) if isinstance(found, list) else ()
    return {name: value for name, _equals, value in pairs}


def _covers(stored: Any, sent: Any) -> bool:
    """Whether what is stored says all that was sent; a supervisor may add fields of its own."""
    if isinstance(sent, dict):
        return isinstance(stored, dict) and all(
            name in stored and _covers(stored[name], value) for name, value in sent.items()
        )
    if isinstance(sent, list):
        return (
            isinstance(stored, list)
            and len(stored) == len(sent)
            and all(_covers(one, other) for one, other in zip(stored, sent, strict=True))
        )
    return bool(stored == sent)
