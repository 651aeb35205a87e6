"""The OpenRPC 1.3 document of a table of methods, made from its types."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import to_json

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.errors import CODES, InternalError, InvalidParams, translation_of
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Method, MethodTable, NoParams, Params

C = TypeVar("C")

OPENRPC_VERSION = "1.3.2"
_REF = "#/components/schemas/{model}"
_META_SCHEMA = "https://meta.open-rpc.org/"
_ALWAYS: tuple[type[HeroError], ...] = (InvalidParams, InternalError)


class OpenRpcDocument:
    """The JSON of a document, made when it is first asked for, and once.

    Making it takes longer than a whole page of answers, a start should not wait for it, and strangers may ask for it.
    """

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self._making = Lock()
        self._json = b""

    @property
    def json(self) -> bytes:
        """The bytes; the first who asks makes them, on this thread."""
        with self._making:
            if not self._json:
                self._json = to_json(self._make())
            return self._json

    async def load(self) -> bytes:
        """Return the bytes; where they are still to be made, the loop goes on meanwhile."""
        return self._json or await asyncio.to_thread(lambda: self.json)


def add_discovery(
    table: MethodTable[C],
    *,
    title: str,
    version: str,
    description: str,
    extensions: Mapping[str, Any] | None = None,
) -> OpenRpcDocument:
    """Add `rpc.discover` to the table and return the document, which describes that method and all added later.

    `extensions` are fields of the document whose names begin with `x-`.
    """
    document = OpenRpcDocument(partial(_describe, table, title, version, description, extensions or {}))

    async def discover(_caller: C, _params: NoParams) -> Encoded[Any]:
        return Encoded(await document.load())

    table.add(
        Method(
            "rpc.discover",
            "Describe every method of this socket.",
            NoParams,
            TypeAdapter(dict[str, Any]),
            discover,
        )
    )
    return document


def _describe(
    table: MethodTable[C], title: str, version: str, description: str, extensions: Mapping[str, Any]
) -> dict[str, Any]:
    methods = list(table)
    inputs: list[tuple[Any, JsonSchemaMode, Any]] = []
    for method in methods:
        inputs.append((f"{method.name}.params", "validation", TypeAdapter(method.params).core_schema))
        inputs.append((f"{method.name}.result", "serialization", method.result.core_schema))
    schemas, found = GenerateJsonSchema(ref_template=_REF).generate_definitions(inputs)
    definitions: dict[str, dict[str, Any]] = {str(name): schema for name, schema in found.items()}
    _close([*schemas.values(), *definitions.values()])
    described = []
    for method in methods:
        params = _resolve(schemas[f"{method.name}.params", "validation"], definitions)
        result = schemas[f"{method.name}.result", "serialization"]
        described.append(_method(method, params, result))
    used = {name: schema for name, schema in definitions.items() if name not in _only_params(methods, definitions)}
    return {
        "openrpc": OPENRPC_VERSION,
        "info": {"title": title, "version": version, "description": description},
        "methods": described,
        "components": {"schemas": used, "errors": {kind.__name__: _error(kind) for kind in CODES}},
        **extensions,
    }


def _method(method: Method[C], params: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    required = set(params.get("required", ()))
    if method.name == "rpc.discover":
        result = {"$ref": _META_SCHEMA}
    described: dict[str, Any] = {
        "name": method.name,
        "summary": method.summary,
        "paramStructure": "either",
        "params": [
            {"name": name, "required": name in required, "schema": schema}
            for name, schema in params.get("properties", {}).items()
        ],
        "result": {"name": "result", "schema": result},
        "errors": [_error(kind) for kind in (*_ALWAYS, *method.errors)],
    }
    if method.examples:
        described["examples"] = [_example(example, method.params) for example in method.examples]
    return {**described, **method.extensions}


def _error(kind: type[HeroError]) -> dict[str, Any]:
    summary = (kind.__doc__ or "").split("\n", 1)[0]
    row = translation_of(kind)
    return {"code": row.code, "message": summary, "data": {"reason": kind.reason, "hint": row.advice}}


def _example(example: Example, model: type[Params]) -> dict[str, Any]:
    """An example pairing; who calls, and after what, is not in the specification and goes into extensions."""
    described: dict[str, Any] = {
        "name": example.name,
        "params": [
            {"name": name, "value": example.params[name]} for name in model.model_fields if name in example.params
        ],
        "result": {"name": "result", "value": example.result},
        "x-caller": example.caller,
    }
    if example.after:
        described["x-after"] = [_call(call) for call in example.after]
    return described


def _call(call: Call) -> dict[str, Any]:
    return {"caller": call.caller, "method": call.method, "params": dict(call.params)}


def _close(schema: Any) -> None:
    """Set `additionalProperties` to false in every object, so that generators make exact types of it.

    Clients ignore unknown properties all the same, because newer releases may add some.
    """
    if isinstance(schema, list):
        for item in schema:
            _close(item)
    elif isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            _close(value)


def _resolve(schema: dict[str, Any], definitions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return definitions[reference.rsplit("/", 1)[1]] if reference else schema


def _only_params(methods: list[Method[C]], definitions: dict[str, dict[str, Any]]) -> set[str]:
    """The params models themselves: their fields are listed one by one, so nothing refers to them."""
    models: list[type[BaseModel]] = [method.params for method in methods]
    return {model.__name__ for model in models} & set(definitions)
