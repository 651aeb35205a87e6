"""Makes the params that a supervisor asks for out of our specifications, by the tables and its own schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hero_assistance_sdk.hero_proc.offered_methods import CONTAINERS, PROGRAMS, Mismatch, OfferedMethods
from hero_assistance_sdk.hero_proc.schemas import Schema, Schemas, find_kind, list_properties, list_required
from hero_assistance_sdk.hero_proc.spec_tables import ABSENT, ACTION, SERVICE, Row
from hero_assistance_sdk.hero_proc.specs import ActionSpec, ServiceSpec

S = TypeVar("S")
R = TypeVar("R")

# Names and objects around a field of ours; more of them are an object inside itself.
_DEEPEST = 6
# What a service runs without, less well: without a probe or an order of its starts, for example.
_OPTIONAL = ("sockets", "health_checks", "retry_policy", "stop", "kill_other", "hands_over", "notify", "depends_on")


@dataclass(frozen=True, slots=True)
class RegistrationCall:
    """One call of a registration."""

    method: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RegistrationPlan:
    """The calls that register a service; `left_out` names what of ours the supervisor has no place for."""

    calls: tuple[RegistrationCall, ...]
    left_out: tuple[str, ...]


@dataclass(slots=True)
class _Fitting:
    """What was placed of ours, and what is asked for that we do not have."""

    schemas: Schemas
    placed: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field that is asked for, in the object that holds it."""

    name: str
    schema: Any
    is_required: bool
    siblings: Mapping[str, Any]
    fitting: _Fitting
    where: str

    def find(self, kind: str) -> Schema | None:
        option = self.fitting.schemas.find_option(self.schema, kind)
        if option is None and any(find_kind(one) == "" for one in self.fitting.schemas.list_options(self.schema)):
            # A field without a type takes every one.
            return {}
        return option

    def find_items(self, kind: str) -> bool:
        array = self.fitting.schemas.find_option(self.schema, "array") or {}
        return self.fitting.schemas.find_option(array.get("items"), kind) is not None

    def list_words(self, name: str) -> Sequence[str] | None:
        option = self.fitting.schemas.find_option(self.siblings.get(name), "string") or {}
        words = option.get("enum", [option["const"]] if "const" in option else None)
        return [str(word) for word in words] if isinstance(words, list) else None

    def fit(self, rows: Sequence[Row[R]], source: R) -> Any:
        schema = self.schema
        array = self.fitting.schemas.find_option(schema, "array")
        if array is not None:
            schema = array.get("items")
        option = self.fitting.schemas.find_option(schema, "object") or {}
        # What an inner object has no place for is no loss of the fields around it.
        inner = _Fitting(self.fitting.schemas, faults=self.fitting.faults)
        fitted = _fill(option, rows, source, self.where, inner)
        self.fitting.placed.update(f"{self.name}.{name}" for name in inner.placed)
        return fitted


def plan_registration(offered: OfferedMethods, spec: ServiceSpec) -> RegistrationPlan:
    """How to register a service; raises `Mismatch` with everything that does not fit."""
    service = _Fitting(offered.schemas)
    params = _fill(offered.params.get("service.set", {}), SERVICE, spec, "service.set", service)
    faults = [*service.faults]
    faults += [f"service.set has no place for {name}" for name in ("name", "actions") if name not in service.placed]
    inside = {name.removeprefix("actions.") for name in service.placed if name.startswith("actions.")}
    calls: list[RegistrationCall] = []
    if "argv" in inside:
        faults += [fault for action in spec.actions for fault in _find_lost(action, inside, "service.set")]
    else:
        # An action that is not part of its service stands alone, and is registered first.
        calls, inside, more = _plan_actions(offered, spec)
        faults += more
    calls.append(RegistrationCall("service.set", params))
    for call in calls if not faults else ():
        faults += offered.schemas.find_faults(call.params, offered.params.get(call.method, {}), call.method)
    if faults:
        raise Mismatch(offered.socket, list(dict.fromkeys(faults)))
    placed = service.placed | inside
    left_out = [name for name in _OPTIONAL if name not in placed and any(getattr(one, name) for one in spec.actions)]
    return RegistrationPlan(tuple(calls), tuple(left_out))


def _plan_actions(offered: OfferedMethods, spec: ServiceSpec) -> tuple[list[RegistrationCall], set[str], list[str]]:
    """The calls that register the actions by themselves, what of them was placed, and what does not fit."""
    if offered.find("action.set") is None:
        return [], set(), ["service.set takes no programs, and action.set is not offered"]
    calls, placed, faults = [], set(), []
    for action in spec.actions:
        fitting = _Fitting(offered.schemas)
        calls.append(
            RegistrationCall("action.set", _fill(offered.params["action.set"], ACTION, action, "action.set", fitting))
        )
        faults += [*fitting.faults, *_find_lost(action, fitting.placed, "action.set")]
        placed |= fitting.placed
    return calls, placed, faults


def _find_lost(action: ActionSpec, placed: Set[str], method: str) -> Iterator[str]:
    """What an action cannot do without, and has no place."""
    if "name" not in placed:
        yield f"{method} has no place for the name of an action"
    if "argv" not in placed:
        yield f"{method} has no place for the program of an action that we can fill: none of {', '.join(PROGRAMS)}"
    if action.env and "env" not in placed:
        yield f"{method} has no place for the environment of an action"


def _find_inner(schemas: Schemas, schema: Any, where: str) -> Schema | None:
    """The object inside a field that holds the fields of ours, unless it is in itself again and again."""
    return None if where.count(".") > _DEEPEST else schemas.find_option(schema, "object")


def _fill(option: Schema, rows: Sequence[Row[S]], source: S, where: str, fitting: _Fitting) -> dict[str, Any]:
    """The object that a schema asks for."""
    properties = list_properties(option)
    required = list_required(option)
    table = {name: row for row in rows for name in row.theirs}
    filled: dict[str, Any] = {}
    for name, schema in properties.items():
        place = _Field(name, schema, name in required, properties, fitting, f"{where}.{name}")
        row = table.get(name)
        value = ABSENT
        if row is not None and (place.is_required or not row.only_required):
            value = row.give(source, place)
        if value is not ABSENT and row is not None:
            fitting.placed.add(row.ours)
        elif name in CONTAINERS and (inner := _find_inner(fitting.schemas, schema, where)) is not None:
            value = _fill(inner, rows, source, place.where, fitting)
        if value is not ABSENT:
            filled[name] = value
        elif place.is_required:
            fitting.faults.append(f"{place.where} is required, and this program has nothing to put there")
    return filled
