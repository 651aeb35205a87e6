"""Values for JSON Schemas: those that fit, and those that almost do; for the schemas that the OpenRPC document has."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Json = st.SearchStrategy[Any]

# Ids and positions that exist in a test's project, and the ends of what fits anywhere.
_NEAR = st.integers(-1, 5)
_ENDS = st.sampled_from([2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**40])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
ANYTHING: Json = st.recursive(
    st.none() | st.booleans() | _NEAR | _ENDS | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=6,
)


def fitting(schema: dict[str, Any], known: dict[str, Any]) -> Json:
    """Values that a schema of the document accepts; `known` are its components."""
    if "$ref" in schema:
        return fitting(known[schema["$ref"].rsplit("/", 1)[1]], known)
    if "anyOf" in schema:
        return st.one_of([fitting(option, known) for option in schema["anyOf"]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    made: Json = _OF_TYPE[schema["type"]](schema, known)
    return made


def near(schema: dict[str, Any], known: dict[str, Any]) -> Json:
    """Values that fit, mostly; the others show what the server says of them."""
    return fitting(schema, known) | fitting(schema, known) | ANYTHING


def _text(schema: dict[str, Any], _known: dict[str, Any]) -> Json:
    low, high = schema.get("minLength", 0), min(schema.get("maxLength", 40), 40)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True, alphabet=st.characters(codec="utf-8")).map(
            lambda text: text[:high]
        )
    return st.text(st.characters(codec="utf-8"), min_size=low, max_size=high)


def _integer(schema: dict[str, Any], _known: dict[str, Any]) -> Json:
    low, high = schema.get("minimum", -(2**63)), schema.get("maximum", 2**63 - 1)
    whole = st.integers(low, high)
    return st.integers(max(low, 0), min(high, 5)) | whole if low <= 5 and high >= 0 else whole


def _array(schema: dict[str, Any], known: dict[str, Any]) -> Json:
    return st.lists(fitting(schema["items"], known), max_size=min(schema.get("maxItems", 4), 4))


def _object(schema: dict[str, Any], known: dict[str, Any]) -> Json:
    fields = {name: fitting(value, known) for name, value in schema.get("properties", {}).items()}
    needed = {name: fields.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(needed, optional=fields)


_OF_TYPE: dict[str, Any] = {
    "string": _text,
    "integer": _integer,
    "number": lambda _schema, _known: st.floats(allow_nan=False, allow_infinity=False),
    "boolean": lambda _schema, _known: st.booleans(),
    "null": lambda _schema, _known: st.none(),
    "array": _array,
    "object": _object,
}
