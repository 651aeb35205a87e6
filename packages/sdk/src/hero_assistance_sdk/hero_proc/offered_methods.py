"""What a supervisor offers, read from its OpenRPC document: methods, their params, and how actions are registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hero_assistance_sdk.errors import ProtocolViolation
from hero_assistance_sdk.hero_proc.schemas import Schemas, list_properties, list_required
from hero_assistance_sdk.hero_proc.states import CORE

# What the methods of supervisors call the same thing; ours is the key.
_METHODS = {"system.health": ("system.health", "server.health")}
_PARAMS = {
    "service": ("service", "service_name", "name"),
    "action": ("action", "action_name", "name"),
    "context": ("context", "context_name", "action_context"),
    "lines": ("lines", "limit"),
}
# What is put where a supervisor requires it and our call has none: everything of ours is in one context.
_CONSTANTS = dict.fromkeys(_PARAMS["context"], CORE)
# Objects that hold the fields of what a call is about.
CONTAINERS = (
    *("spec", "config", "definition", "input", "params", "request", "data"),
    *("service", "service_spec", "service_config", "action", "action_spec", "action_config"),
)
# Objects around the params of a call; more of them are an object inside itself.
_DEEPEST = 2
# A field by one of these names says which program an action runs.
PROGRAMS = ("argv", "command", "cmd", "exec", "script")


class Mismatch(ProtocolViolation):
    """A supervisor asks for something else than this program can give; `faults` names everything that does not fit."""

    reason = "supervisor-mismatch"

    def __init__(self, socket: Path, faults: Sequence[str]) -> None:
        super().__init__(
            f"the supervisor at {socket} asks for something else than this program can give: {'; '.join(faults)}",
            hint="rpc.discover of the supervisor says what it asks for; another release of one of the two may fit",
        )
        self.faults = tuple(faults)
        self.details = {"faults": list(self.faults)}


@dataclass(frozen=True, slots=True)
class OfferedMethods:
    """The methods of one supervisor by name, each with the schema of its params as one object."""

    socket: Path
    schemas: Schemas
    params: Mapping[str, Mapping[str, Any]]

    def find(self, method: str) -> str | None:
        """The name by which this supervisor offers a method; `None` where it does not."""
        return next((name for name in _METHODS.get(method, (method,)) if name in self.params), None)

    def list_params(self, method: str) -> frozenset[str]:
        """The names of a method's params."""
        return frozenset(list_properties(self.params.get(method, {})))

    def fit_params(self, method: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The params by the names that the method has for them; raises `Mismatch`, naming what has no place there.

        Where the document describes no param of any method they are left as they are.
        """
        if not any(map(list_properties, self.params.values())):
            return dict(given)
        asked = self.params.get(method, {})
        fitted, faults = self._fit(method, asked, given)
        if faults:
            raise Mismatch(self.socket, faults)
        return fitted

    def _fit(
        self, method: str, asked: Mapping[str, Any], given: Mapping[str, Any], depth: int = _DEEPEST
    ) -> tuple[dict[str, Any], list[str]]:
        properties = list_properties(asked)
        wrapper = next(iter(properties), "")
        inner = self.schemas.find_option(properties.get(wrapper), "object")
        if len(properties) == 1 and wrapper in CONTAINERS and wrapper not in given and inner is not None:
            if not list_properties(inner) or depth == 0:
                return {wrapper: dict(given)}, []
            fitted, faults = self._fit(method, inner, given, depth - 1)
            return {wrapper: fitted}, faults
        fitted, faults = {}, []
        for name, value in given.items():
            theirs = next((one for one in _PARAMS.get(name, (name,)) if one in properties and one not in fitted), None)
            if theirs is not None:
                fitted[theirs] = value
            elif value is not None and value is not False and name not in _CONSTANTS:
                faults.append(f"{method} has no {name}")
        missing = [name for name in list_required(asked) if name not in fitted]
        fitted.update({name: _CONSTANTS[name] for name in missing if name in _CONSTANTS})
        faults += [f"{method} requires {name}" for name in missing if name not in _CONSTANTS]
        return fitted, faults

    @property
    def takes_our_specs(self) -> bool:
        """Whether `service.set` takes our specifications as they are, as that of the embedded supervisor does.

        A document that describes no field is taken to mean it: there is nothing in it that speaks against.
        """
        asked = self.find_fields("service.set")
        if not asked:
            return not any(name in self.find_fields("action.set") for name in PROGRAMS)
        items = self.schemas.find_option(asked.get("actions"), "array")
        action = self.schemas.find_option((items or {}).get("items"), "object")
        return action is not None and "argv" in list_properties(action)

    def find_fields(self, method: str) -> dict[str, Any]:
        """The fields that a method asks for, those inside an object such as `spec` too."""
        return self._open(self.params.get(method, {}))

    def _open(self, option: Mapping[str, Any]) -> dict[str, Any]:
        fields = dict(list_properties(option))
        for name in CONTAINERS:
            inner = self.schemas.find_option(fields.get(name), "object") if name in fields else None
            if inner is not None:
                del fields[name]
                fields = {**list_properties(inner), **fields}
        return fields


def parse_methods(socket: Path, document: Any) -> OfferedMethods:
    """Read an OpenRPC document; raises `ProtocolViolation` for one without methods."""
    listed = document.get("methods") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ProtocolViolation(
            f"{socket} answered rpc.discover without a list of methods",
            hint="is it a supervisor that listens there?",
        )
    schemas = Schemas(document)
    found = [method for method in listed if isinstance(method, dict) and "name" in method]
    params = {str(method["name"]): _parse_params(method.get("params"), schemas) for method in found}
    return OfferedMethods(socket, schemas, params)


def _parse_params(listed: Any, schemas: Schemas) -> dict[str, Any]:
    """The params of a method as the schema of one object."""
    params = [next(iter(schemas.list_options(one)), {}) for one in listed] if isinstance(listed, list) else []
    named = [param for param in params if "name" in param]
    return {
        "type": "object",
        "properties": {str(param["name"]): param.get("schema", {}) for param in named},
        "required": [str(param["name"]) for param in named if param.get("required") is True],
    }
