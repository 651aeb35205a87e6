"""Our specifications as supervisors of many shapes ask for them, by their own schemas."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.hero_proc.offered_methods import Mismatch, parse_methods
from hero_assistance_sdk.hero_proc.scripts import choose_interpreter, parse_script, render_script
from hero_assistance_sdk.hero_proc.spec_fitting import RegistrationPlan, plan_registration
from hero_assistance_sdk.hero_proc.specs import ActionSpec, Dependency, HealthCheck, ProbeKind, ServiceSpec

pytestmark = pytest.mark.pure

CHECK = HealthCheck(kind=ProbeKind.HTTP, target="/s/one.sock", interval_ms=2_500)
ONE = ActionSpec(
    name="one", argv=("/bin/a b", "--x", "$y"), env={"A": "1"}, sockets=("/s/one.sock",), health_checks=(CHECK,)
)
TWO = ActionSpec(name="two", argv=("/bin/two",), health_checks=(CHECK,), depends_on=(Dependency(action="one"),))
SPEC = ServiceSpec(name="desk", actions=(ONE, TWO))
TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
STANDALONE = {"name": TEXT, "actions": {"type": "array", "items": TEXT}}


def plan(action: dict[str, Any] | None, service: dict[str, Any] | None = None, **spec: Any) -> RegistrationPlan:
    """The plan for a supervisor whose methods have these params, all of them required."""
    methods = {"action.set": action or {}, "service.set": STANDALONE if service is None else service}
    described = [
        {"name": name, "params": [{"name": one, "schema": schema, "required": True} for one, schema in params.items()]}
        for name, params in methods.items()
    ]
    offered = parse_methods(Path("/s.sock"), {"methods": described})
    return plan_registration(offered, SPEC.model_copy(update=spec))


def fitted(action: dict[str, Any]) -> dict[str, Any]:
    """What the first action becomes."""
    return plan({"name": TEXT, "env": {"type": "object"}, **action}).calls[0].params


LINE = "'/bin/a b' --x '$y'"


@pytest.mark.parametrize(
    ("asked", "given_to_it"),
    [
        ({"argv": {"type": "array", "items": TEXT}}, {"argv": ["/bin/a b", "--x", "$y"]}),
        ({"command": {"type": "array", "items": TEXT}}, {"command": ["/bin/a b", "--x", "$y"]}),
        ({"exec": TEXT}, {"exec": LINE}),
        ({"command": TEXT, "args": {"type": "array"}}, {"command": "/bin/a b", "args": ["--x", "$y"]}),
        ({"script": TEXT}, {"script": f"exec {LINE}"}),
        ({"script": TEXT, "interpreter": TEXT}, {"script": f"exec {LINE}", "interpreter": "bash"}),
        ({"script": TEXT, "interpreter": {"enum": ["ai", "sh"]}}, {"script": f"exec {LINE}", "interpreter": "sh"}),
        ({"script": TEXT, "interpreter": {"const": "bash"}}, {"script": f"exec {LINE}", "interpreter": "bash"}),
    ],
)
def test_the_program(asked: dict[str, Any], given_to_it: dict[str, Any]) -> None:
    assert fitted(asked) == {"name": "one", "env": {"A": "1"}, **given_to_it}


@pytest.mark.parametrize(
    ("asked", "given_to_it"),
    [
        ({"env": {"type": "array", "items": TEXT}}, {"env": ["A=1"]}),
        ({"environment": {}}, {"environment": {"A": "1"}}),
        (
            {"env": {"type": "array", "items": {"type": "object", "properties": {"key": TEXT, "value": TEXT}}}},
            {"env": [{"key": "A", "value": "1"}]},
        ),
        ({"sockets": {"type": "array", "items": TEXT}}, {"sockets": ["/s/one.sock"]}),
        (
            {"sockets": {"type": "array", "items": {"properties": {"path": TEXT}}}},
            {"sockets": [{"path": "/s/one.sock"}]},
        ),
        ({"stop_timeout_secs": NUMBER}, {"stop_timeout_secs": 10}),
        ({"stop_timeout_ms": NUMBER}, {"stop_timeout_ms": 10_000}),
        (
            {"retry": {"properties": {"max_retries": NUMBER, "delay_s": {"type": "number"}, "factor": NUMBER}}},
            {"retry": {"max_retries": 10, "delay_s": 0.05, "factor": 2}},
        ),
        (
            {"health_check": {"properties": {"type": {"enum": ["Tcp", "Http"]}, "target": TEXT, "interval_s": NUMBER}}},
            {"health_check": {"type": "Http", "target": "/s/one.sock", "interval_s": 3}},
        ),
        (
            {"probes": {"type": "array", "items": {"properties": {"socket": TEXT, "path": TEXT, "failures": NUMBER}}}},
            {"probes": [{"socket": "/s/one.sock", "path": "/health", "failures": 3}]},
        ),
        ({"context": TEXT}, {"context": "core"}),
        ({"is_process": {"type": "boolean"}}, {"is_process": True}),
    ],
)
def test_the_other_fields(asked: dict[str, Any], given_to_it: dict[str, Any]) -> None:
    params = {"name": TEXT, "argv": {"type": "array"}, "env": {"type": "object"}, **asked}
    if "environment" in asked:
        del params["env"]
    first = plan(params).calls[0].params
    assert {name: first[name] for name in given_to_it} == given_to_it


def test_a_specification_inside_an_object_and_beside_its_address() -> None:
    spec = {"type": "object", "properties": {"script": TEXT, "env": {"type": "object"}}}
    first, second, service = plan(
        {"action_name": TEXT, "action_context": TEXT, "spec": spec}, {"config": {"properties": STANDALONE}}
    ).calls
    assert first.params == {
        "action_name": "one",
        "action_context": "core",
        "spec": {"script": f"exec {LINE}", "env": {"A": "1"}},
    }
    assert second.params["spec"]["script"] == "exec /bin/two"
    assert (service.method, service.params) == ("service.set", {"config": {"name": "desk", "actions": ["one", "two"]}})


def test_actions_inside_their_service_are_not_registered_twice() -> None:
    items = {"properties": {"name": TEXT, "script": TEXT, "env": {"type": "object"}, "after": {"type": "array"}}}
    (only,) = plan(None, {"name": TEXT, "actions": {"type": "array", "items": items}}).calls
    assert only.params["actions"][1] == {"name": "two", "script": "exec /bin/two", "env": {}, "after": ["one"]}


def test_actions_that_a_service_refers_to_by_objects() -> None:
    items = {"properties": {"action_name": TEXT, "action_context": TEXT}}
    action = {"name": TEXT, "argv": {"type": "array"}, "env": {"type": "object"}}
    calls = plan(action, {"name": TEXT, "actions": {"type": "array", "items": items}}).calls
    assert [call.method for call in calls] == ["action.set", "action.set", "service.set"]
    assert calls[-1].params["actions"][0] == {"action_name": "one", "action_context": "core"}


def test_what_has_no_place_and_is_not_needed_is_left_out() -> None:
    found = plan({"name": TEXT, "argv": {"type": "array"}, "env": {"type": "object"}})
    assert found.left_out == ("sockets", "health_checks", "retry_policy", "stop", "depends_on")


@pytest.mark.parametrize(
    ("action", "service", "fault"),
    [
        ({"name": TEXT}, None, "action.set has no place for the program"),
        ({"argv": {"type": "array"}, "env": {}}, None, "action.set has no place for the name"),
        ({"name": TEXT, "argv": {"type": "array"}}, None, "action.set has no place for the environment"),
        ({"name": TEXT, "argv": {"type": "array"}, "env": {}, "user": TEXT}, None, "action.set.user is required"),
        ({"name": NUMBER, "argv": {"type": "array"}, "env": {}}, None, "action.set.name is required"),
        ({}, {"name": TEXT}, "service.set has no place for actions"),
        ({"name": TEXT, "script": TEXT, "interpreter": {"enum": ["exec"]}, "env": {}}, None, "action.set.script is"),
        ({"name": {"enum": ["x"]}, "argv": {"type": "array"}, "env": {}}, None, "action.set.name should be one of x"),
    ],
)
def test_what_does_not_fit_is_named(action: dict[str, Any], service: dict[str, Any] | None, fault: str) -> None:
    with pytest.raises(Mismatch) as refused:
        plan(action, service)
    assert any(one.startswith(fault) for one in refused.value.faults), refused.value.faults
    assert len(set(refused.value.faults)) == len(refused.value.faults)


def test_actions_inside_their_service_need_a_place_for_their_environment() -> None:
    items = {"properties": {"name": TEXT, "script": TEXT}}
    with pytest.raises(Mismatch, match=r"service\.set has no place for the environment"):
        plan(None, {"name": TEXT, "actions": {"type": "array", "items": items}})


def test_a_supervisor_without_action_set_that_takes_no_programs() -> None:
    params = [{"name": name, "schema": schema} for name, schema in STANDALONE.items()]
    offered = parse_methods(Path("/s.sock"), {"methods": [{"name": "service.set", "params": params}]})
    with pytest.raises(Mismatch, match=r"action\.set is not offered"):
        plan_registration(offered, SPEC)


WORD = st.sampled_from(
    [
        "name",
        "spec",
        "input",
        "type",
        "properties",
        "required",
        "items",
        "anyOf",
        "allOf",
        "enum",
        "actions",
        "script",
        "env",
        "probe",
        "argv",
        "$ref",
        "#/components/schemas/A",
        "#/methods",
        "object",
        "array",
        "string",
        "null",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | WORD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORD, inner, max_size=5),
    max_leaves=20,
)


@given(ANYTHING, ANYTHING, ANYTHING)
def test_a_document_of_any_shape_is_read_or_refused(action: Any, service: Any, schema: Any) -> None:
    methods = [{"name": "action.set", "params": action}, {"name": "service.set", "params": service}]
    for params in (schema, [{"name": "spec", "schema": schema}]):
        document = {"methods": [*methods, {"name": "m", "params": params}], "components": {"schemas": {"A": schema}}}
        offered = parse_methods(Path("/s.sock"), document)
        assert offered.takes_our_specs in (True, False)
        with contextlib.suppress(Mismatch):
            offered.fit_params("m", {"service": "s"})
        with contextlib.suppress(Mismatch):
            plan_registration(offered, SPEC)


@pytest.mark.parametrize("name", ["spec", "input", "config"])
def test_an_object_inside_itself_comes_to_an_end(name: str) -> None:
    loop = {"$ref": "#/components/schemas/A"}
    branches = {"anyOf": [loop, loop, loop, {"allOf": [loop, loop]}]}
    document = {
        "methods": [{"name": one, "params": [{"name": name, "schema": loop}]} for one in ("service.set", "action.set")],
        "components": {"schemas": {"A": {"type": "object", "properties": {name: loop, "data": branches}}}},
    }
    offered = parse_methods(Path("/s.sock"), document)
    with pytest.raises(Mismatch):
        plan_registration(offered, SPEC)
    with pytest.raises(Mismatch):
        offered.fit_params("service.set", {"service": "s"})


def test_params_inside_objects_without_an_end() -> None:
    inner = {"type": "object", "properties": {"data": {"$ref": "#/components/schemas/A"}}}
    outer = {"type": "object", "properties": {"request": inner}}
    methods = [{"name": "m", "params": [{"name": "input", "schema": outer}]}]
    offered = parse_methods(Path("/s.sock"), {"methods": methods, "components": {"schemas": {"A": outer}}})
    assert offered.fit_params("m", {"service": "s"}) == {"input": {"request": {"data": {"service": "s"}}}}


WORDS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1)


@given(WORDS)
def test_a_script_for_a_shell_is_read_back_and_holds_no_template(argv: list[str]) -> None:
    script = render_script(argv, "bash")
    assert script is not None
    assert "{{" not in script
    assert parse_script(script) == tuple(argv)


@given(WORDS)
def test_a_script_for_python_names_the_same_arguments(argv: list[str]) -> None:
    script = render_script(argv, "python")
    assert script is not None
    assert "{{" not in script
    found: dict[str, Any] = {}
    exec(compile("\n".join(script.splitlines()[1:2]), "script", "exec"), found)  # noqa: S102
    assert found["argv"] == argv


@pytest.mark.parametrize("script", ["", "echo hello", "exec 'open", "import os"])
def test_a_script_of_others_is_not_read(script: str) -> None:
    assert parse_script(script) == ()


def test_the_interpreter() -> None:
    assert choose_interpreter(None) == "bash"
    assert choose_interpreter(["rhai", "python", "sh"]) == "sh"
    assert choose_interpreter(["ai", "python3"]) == "python3"
    assert choose_interpreter(["ai"]) is None
    assert render_script(["/bin/a", "b"], "exec") == "/bin/a b"
    assert render_script(["/bin/a b"], "exec") is None
    assert shlex.split(str(render_script(["/bin/a b"], "sh"))) == ["exec", "/bin/a b"]
