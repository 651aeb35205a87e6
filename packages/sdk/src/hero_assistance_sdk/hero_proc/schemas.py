"""Reads the JSON schemas of a document: which values one allows, and how a value does not fit it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

Schema = Mapping[str, Any]

# A chain of references or alternatives that is longer goes in a circle.
_DEEPEST = 8
# A field has a few alternatives; more of them are a circle that branches.
_MOST_OPTIONS = 32
_NULL = "null"
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list, tuple),
    "object": (dict,),
    _NULL: (type(None),),
}


class Schemas:
    """The schemas of one document; `$ref` is followed inside it."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def list_options(self, schema: Any) -> tuple[Schema, ...]:
        """The alternatives that a schema allows, without references; one without a rule where nothing is known."""
        return tuple(islice(self._expand(schema, _DEEPEST), _MOST_OPTIONS))

    def find_option(self, schema: Any, kind: str) -> Schema | None:
        """The first alternative of a kind, such as `object`; `None` where the schema does not name that kind."""
        return next((option for option in self.list_options(schema) if find_kind(option) == kind), None)

    def find_faults(self, value: Any, schema: Any, where: str) -> list[str]:
        """What is wrong with a value; nothing where an alternative allows it."""
        options = self.list_options(schema)
        if value is not None:
            options = tuple(option for option in options if find_kind(option) != _NULL) or options
        found = [list(self._check(value, option, where)) for option in options]
        return min(found, key=len, default=[])

    def _expand(self, schema: Any, depth: int) -> Iterator[Schema]:
        if not isinstance(schema, dict) or depth == 0:
            yield {}
            return
        if isinstance(reference := schema.get("$ref"), str):
            yield from self._expand(self._look_up(reference), depth - 1)
            return
        rest = {word: value for word, value in schema.items() if word not in ("anyOf", "oneOf", "allOf", "nullable")}
        if schema.get("nullable") is True:
            yield {"type": _NULL}
        if isinstance(parts := schema.get("allOf"), list):
            merged = [next(self._expand(part, depth - 1), {}) for part in parts]
            yield _merge([rest, *merged])
        elif isinstance(parts := schema.get("anyOf", schema.get("oneOf")), list):
            for part in parts:
                yield from self._expand(part, depth - 1)
        elif isinstance(kinds := schema.get("type"), list):
            yield from ({**rest, "type": kind} for kind in kinds)
        else:
            yield rest

    def _look_up(self, reference: str) -> Any:
        found = self._document
        for part in reference.removeprefix("#").strip("/").split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def _check(self, value: Any, option: Schema, where: str) -> Iterator[str]:
        kind = find_kind(option)
        if kind and not _is_of(value, kind):
            yield f"{where} should be of the type {kind}"
            return
        allowed = option.get("enum", [option["const"]] if "const" in option else None)
        if isinstance(allowed, list) and value not in allowed:
            yield f"{where} should be one of {', '.join(map(str, allowed))}, not {value}"
        if isinstance(value, (int, float)):
            yield from _check_bounds(value, option, where)
        elif isinstance(value, dict):
            yield from self._check_object(value, option, where)
        elif isinstance(value, (list, tuple)) and "items" in option:
            for index, item in enumerate(value):
                yield from self.find_faults(item, option["items"], f"{where}[{index}]")

    def _check_object(self, value: dict[str, Any], option: Schema, where: str) -> Iterator[str]:
        properties = list_properties(option)
        yield from (f"{where}.{name} is required" for name in list_required(option) if name not in value)
        more = option.get("additionalProperties", True)
        for name, item in value.items():
            if name in properties:
                yield from self.find_faults(item, properties[name], f"{where}.{name}")
            elif more is False:
                yield f"{where}.{name} is not known there"
            elif isinstance(more, dict):
                yield from self.find_faults(item, more, f"{where}.{name}")


def find_kind(option: Schema) -> str:
    """The type that an alternative names or implies; empty where it allows every one."""
    named = option.get("type")
    if isinstance(named, str) and named in _KINDS:
        return named
    if "properties" in option:
        return "object"
    if "items" in option:
        return "array"
    values = option.get("enum", [option["const"]] if "const" in option else [])
    return "string" if isinstance(values, list) and values and all(isinstance(value, str) for value in values) else ""


def list_properties(option: Schema) -> dict[str, Any]:
    """The properties that an object schema describes."""
    found = option.get("properties")
    return found if isinstance(found, dict) else {}


def list_required(option: Schema) -> tuple[str, ...]:
    """The properties that an object must have."""
    found = option.get("required")
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _merge(parts: list[Schema]) -> Schema:
    """One schema that asks for what all of them ask."""
    merged: dict[str, Any] = {}
    for part in parts:
        properties = {**list_properties(merged), **list_properties(part)}
        required = [*list_required(merged), *list_required(part)]
        merged.update(part)
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = required
    return merged


def _check_bounds(value: float, option: Schema, where: str) -> Iterator[str]:
    least, most = option.get("minimum"), option.get("maximum")
    if isinstance(least, (int, float)) and value < least:
        yield f"{where} should be at least {least}, not {value}"
    if isinstance(most, (int, float)) and value > most:
        yield f"{where} should be at most {most}, not {value}"


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _KINDS[kind]) or (kind == "integer" and isinstance(value, float) and value.is_integer())
