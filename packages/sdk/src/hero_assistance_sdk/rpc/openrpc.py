"""The OpenRPC 1.3 document of a table of methods, made from its types."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.rpc.errors import CODES, InternalError, InvalidParams
from hero_assistance_sdk.rpc.methods import Method, MethodTable, NoParams

C = TypeVar("C")

OPENRPC_VERSION = "1.3.2"
_REF = "#/components/schemas/{model}"
_META_SCHEMA = "https://meta.open-rpc.org/"
_ALWAYS: tuple[type[HeroError], ...] = (InvalidParams, InternalError)


def add_discovery(table: MethodTable[C], *, title: str, version: str, description: str) -> dict[str, Any]:
    """Add `rpc.discover` to the table and return the document, which describes that method too."""
    document: dict[str, Any] = {}

    async def discover(_caller: C, _params: NoParams) -> dict[str, Any]:
        return document

    table.add(
        Method(
            "rpc.discover",
            "Describe every method of this socket.",
            NoParams,
            TypeAdapter(dict[str, Any]),
            discover,
        )
    )
    document.update(_document(table, title, version, description))
    return document


def _document(table: MethodTable[C], title: str, version: str, description: str) -> dict[str, Any]:
    methods = list(table)
    inputs: list[tuple[Any, JsonSchemaMode, Any]] = []
    for method in methods:
        inputs.append((f"{method.name}.params", "validation", TypeAdapter(method.params).core_schema))
        inputs.append((f"{method.name}.result", "serialization", method.result.core_schema))
    schemas, found = GenerateJsonSchema(ref_template=_REF).generate_definitions(inputs)
    definitions: dict[str, dict[str, Any]] = {str(name): schema for name, schema in found.items()}
    described = []
    for method in methods:
        params = _resolved(schemas[f"{method.name}.params", "validation"], definitions)
        result = schemas[f"{method.name}.result", "serialization"]
        described.append(_method(method, params, result))
    used = {name: schema for name, schema in definitions.items() if name not in _only_params(methods, definitions)}
    return {
        "openrpc": OPENRPC_VERSION,
        "info": {"title": title, "version": version, "description": description},
        "methods": described,
        "components": {"schemas": used},
    }


def _method(method: Method[C], params: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    required = set(params.get("required", ()))
    if method.name == "rpc.discover":
        result = {"$ref": _META_SCHEMA}
    return {
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


def _error(kind: type[HeroError]) -> dict[str, Any]:
    summary = (kind.__doc__ or "").split("\n", 1)[0]
    return {"code": CODES[kind], "message": summary, "data": {"reason": kind.reason}}


def _resolved(schema: dict[str, Any], definitions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return definitions[reference.rsplit("/", 1)[1]] if reference else schema


def _only_params(methods: list[Method[C]], definitions: dict[str, dict[str, Any]]) -> set[str]:
    """The params models themselves: their fields are listed one by one, so nothing refers to them."""
    models: list[type[BaseModel]] = [method.params for method in methods]
    return {model.__name__ for model in models} & set(definitions)
