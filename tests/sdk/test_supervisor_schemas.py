"""What a supervisor's document asks for: references, alternatives, faults, and which shape it is of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.errors import ProtocolViolation
from hero_assistance_sdk.hero_proc.offered_methods import Mismatch, OfferedMethods, parse_methods
from hero_assistance_sdk.hero_proc.schemas import Schemas, find_kind

pytestmark = pytest.mark.pure

SOCKET = Path("/s.sock")
DOCUMENT = {
    "components": {
        "schemas": {
            "Name": {"type": "string"},
            "Loop": {"$ref": "#/components/schemas/Loop"},
            "Spec": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"$ref": "#/components/schemas/Name"}},
            },
        }
    }
}
SPEC = {"$ref": "#/components/schemas/Spec"}


@pytest.mark.parametrize(
    ("schema", "kinds"),
    [
        (SPEC, ["object"]),
        ({"anyOf": [SPEC, {"type": "null"}]}, ["object", "null"]),
        ({"oneOf": [{"type": "string"}, {"items": {}}]}, ["string", "array"]),
        ({"allOf": [SPEC], "description": "x"}, ["object"]),
        ({"type": ["integer", "null"]}, ["integer", "null"]),
        ({"type": "string", "nullable": True}, ["null", "string"]),
        ({"enum": ["a", "b"]}, ["string"]),
        ({"const": "a"}, ["string"]),
        ({"enum": [1, "b"]}, [""]),
        ({"$ref": "#/components/schemas/Loop"}, [""]),
        ({"$ref": "#/nowhere"}, [""]),
        ({"type": "text"}, [""]),
        (True, [""]),
        (None, [""]),
    ],
)
def test_the_alternatives_of_a_schema(schema: Any, kinds: list[str]) -> None:
    assert list(map(find_kind, Schemas(DOCUMENT).list_options(schema))) == kinds


CLOSED = {"type": "object", "properties": {"a": {"type": "integer", "maximum": 9}}, "additionalProperties": False}


@pytest.mark.parametrize(
    ("value", "schema", "faults"),
    [
        ({"name": "n"}, SPEC, []),
        ({}, SPEC, ["x.name is required"]),
        ({"name": 5}, SPEC, ["x.name should be of the type string"]),
        (None, SPEC, ["x should be of the type object"]),
        (None, {"anyOf": [SPEC, {"type": "null"}]}, []),
        ({}, {"anyOf": [SPEC, {"type": "null"}]}, ["x.name is required"]),
        ({"a": 10}, CLOSED, ["x.a should be at most 9, not 10"]),
        ({"b": 1}, CLOSED, ["x.b is not known there"]),
        ({"a": True}, CLOSED, ["x.a should be of the type integer"]),
        ({"a": 1.5}, CLOSED, ["x.a should be of the type integer"]),
        ([1, "b"], {"items": {"type": "string"}}, ["x[0] should be of the type string"]),
        ("c", {"enum": ["a", "b"]}, ["x should be one of a, b, not c"]),
        (
            {"a": 1},
            {"type": "object", "additionalProperties": {"type": "string"}},
            ["x.a should be of the type string"],
        ),
        (-1, {"type": "number", "minimum": 0}, ["x should be at least 0, not -1"]),
        ({"anything": []}, {}, []),
    ],
)
def test_what_does_not_fit_is_named(value: Any, schema: Any, faults: list[str]) -> None:
    assert Schemas(DOCUMENT).find_faults(value, schema, "x") == faults


def offer(**methods: Any) -> OfferedMethods:
    """The methods of a document, each with its params by name."""
    described = [
        {
            "name": name.replace("_", "."),
            "params": [{"name": param, "schema": schema, "required": True} for param, schema in params.items()],
        }
        for name, params in methods.items()
    ]
    return parse_methods(SOCKET, {**DOCUMENT, "methods": described})


ANY: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("params", "given", "sent"),
    [
        ({"service": ANY}, {"service": "s"}, {"service": "s"}),
        ({"name": ANY}, {"service": "s"}, {"name": "s"}),
        ({"action_name": ANY, "action_context": ANY}, {"action": "a"}, {"action_name": "a", "action_context": "core"}),
        ({"name": ANY, "context": ANY}, {"action": "a", "context": "c"}, {"name": "a", "context": "c"}),
        ({"name": ANY}, {"action": "a", "context": "core"}, {"name": "a"}),
        ({"name": ANY}, {"service": "s", "when_idle": False, "run": None}, {"name": "s"}),
        ({"input": SPEC}, {"service": "s"}, {"input": {"name": "s"}}),
        ({}, {"service": "s", "cursor": None}, {"service": "s", "cursor": None}),
        ({"context": ANY, "name": ANY}, {"context": "core", "name": "THEME"}, {"context": "core", "name": "THEME"}),
    ],
)
def test_params_get_the_names_that_a_method_has_for_them(
    params: dict[str, Any], given: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert offer(m=params).fit_params("m", given) == sent


def test_a_method_without_params_gets_none_where_the_document_describes_those_of_others() -> None:
    offered = offer(m={}, other={"name": ANY})
    assert offered.fit_params("m", {"service": None, "when_idle": False}) == {}
    with pytest.raises(Mismatch, match="m has no service"):
        offered.fit_params("m", {"service": "s"})


def test_params_without_a_place_are_refused_all_at_once() -> None:
    with pytest.raises(Mismatch) as refused:
        offer(m={"name": ANY, "zone": ANY}).fit_params("m", {"service": "s", "overlap": True})
    assert refused.value.faults == ("m has no overlap", "m requires zone")
    assert refused.value.details == {"faults": ["m has no overlap", "m requires zone"]}


OURS = {"spec": {"properties": {"actions": {"items": {"properties": {"argv": {"type": "array"}}}}}}}
THEIRS = {"spec": {"properties": {"actions": {"items": {"type": "string"}}}}}


@pytest.mark.parametrize(
    ("methods", "ours"),
    [
        ({"service_set": OURS}, True),
        ({"service_set": {}}, True),
        ({}, True),
        ({"service_set": {}, "action_set": {"service": ANY, "spec": {"type": "object"}}}, True),
        ({"service_set": {}, "action_set": {"name": ANY, "script": ANY}}, False),
        ({"service_set": THEIRS}, False),
        ({"service_set": {"name": ANY, "config": {"properties": {"exec": {}}}}}, False),
    ],
)
def test_which_shape_a_supervisor_is_of(methods: dict[str, Any], ours: bool) -> None:
    assert offer(**methods).takes_our_specs is ours


def test_the_health_of_a_supervisor_has_two_names() -> None:
    assert offer(server_health={}).find("system.health") == "server.health"
    assert offer(system_health={}, server_health={}).find("system.health") == "system.health"
    assert offer(service_set={}).find("system.health") is None


@pytest.mark.parametrize("document", [[], {}, {"methods": {}}, "text", None])
def test_a_document_without_methods_is_refused(document: Any) -> None:
    with pytest.raises(ProtocolViolation, match="without a list of methods"):
        parse_methods(SOCKET, document)


def test_entries_of_an_odd_shape_are_passed_over() -> None:
    document = {"methods": [5, {"name": "a", "params": [7, {"schema": {}}, {"name": "b"}]}, {"params": []}]}
    offered = parse_methods(SOCKET, document)
    assert offered.list_params("a") == {"b"}
    assert list(offered.params) == ["a"]
