"""A table of typed methods: name, params model, result type, handler."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Example

C = TypeVar("C")


class Params(BaseModel):
    """The base of every params model: unknown names and wrong types are refused.

    Pydantic builds the schema of such a model at its first use: a start would wait for those of all methods.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Result(BaseModel):
    """The base of every result model: every field is always there, and the document says so."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_serialization_defaults_required=True, defer_build=True
    )


class NoParams(Params):
    """For a method that takes none."""


@dataclass(frozen=True, slots=True)
class Method(Generic[C]):
    """One method as callers see it, and the coroutine that answers it."""

    name: str
    summary: str
    params: type[Params]
    result: TypeAdapter[Any]
    handler: Callable[[C, Any], Awaitable[Any]]
    errors: tuple[type[HeroError], ...] = ()
    examples: tuple[Example, ...] = ()
    # Fields that the document has of this method in addition to those of OpenRPC; their names begin with `x-`.
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class MethodTable(Generic[C]):
    """The methods of one socket; `C` is what a handler learns about its caller."""

    _methods: dict[str, Method[C]] = field(default_factory=dict)

    def method(
        self,
        name: str,
        *,
        errors: Sequence[type[HeroError]] = (),
        examples: Sequence[Example] = (),
        extensions: Mapping[str, Any] | None = None,
    ) -> Callable[[Callable[[C, Any], Awaitable[Any]]], Callable[[C, Any], Awaitable[Any]]]:
        """Register `async def handler(caller, params: Model) -> Result`; its docstring is the summary."""

        def register(handler: Callable[[C, Any], Awaitable[Any]]) -> Callable[[C, Any], Awaitable[Any]]:
            described = _make_method(name, handler, tuple(errors), tuple(examples))
            self.add(replace(described, extensions=extensions or {}))
            return handler

        return register

    def add(self, method: Method[C]) -> None:
        """Register one method; a second one of the same name is a defect of the program."""
        if method.name in self._methods:
            raise ValueError(f"method {method.name} is registered twice")
        self._methods[method.name] = method

    def get(self, name: str) -> Method[C] | None:
        """Return the method of this name, or `None`."""
        return self._methods.get(name)

    def __iter__(self) -> Iterator[Method[C]]:
        return iter(sorted(self._methods.values(), key=lambda method: method.name))

    def __len__(self) -> int:
        return len(self._methods)


def _make_method(
    name: str,
    handler: Callable[[C, Any], Awaitable[Any]],
    errors: tuple[type[HeroError], ...],
    examples: tuple[Example, ...],
) -> Method[C]:
    hints = get_type_hints(handler)
    parameters = list(inspect.signature(handler).parameters)
    params = hints[parameters[1]]
    summary = (inspect.getdoc(handler) or "").split("\n\n")[0].replace("\n", " ").strip()
    if not (isinstance(params, type) and issubclass(params, Params) and summary):
        raise TypeError(f"method {name} needs a Params model as second parameter and a docstring")
    return Method(name, summary, params, TypeAdapter(_result(hints["return"])), handler, errors, examples)


def _result(hint: Any) -> Any:
    """The type of a result; of one that is encoded already, the type it is the JSON of."""
    return get_args(hint)[0] if get_origin(hint) is Encoded else hint
