"""A specification with faults is refused before anything is sent, and all of its faults are named at once."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from hero_assistance_sdk.hero_proc.specs import (
    ActionSpec,
    BadSpec,
    Dependency,
    HealthCheck,
    ProbeKind,
    RetryPolicy,
    ServiceSpec,
    StopSpec,
    check_service,
    start_order,
)

pytestmark = pytest.mark.pure


def action(name: str = "one", *needs: str, **more: object) -> ActionSpec:
    depends_on = tuple(Dependency(action=need) for need in needs)
    return ActionSpec(name=name, argv=("/bin/true",), depends_on=depends_on).model_copy(update=more)


def faults_of(*actions: ActionSpec, name: str = "service") -> list[str]:
    with pytest.raises(BadSpec) as caught:
        check_service(ServiceSpec(name=name, actions=actions))
    return caught.value.faults


def probe(kind: ProbeKind, target: str) -> ActionSpec:
    return action(health_checks=(HealthCheck(kind=kind, target=target),))


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (action(argv=("bin/true",)), "action one: the program 'bin/true' is not an absolute path"),
        (action(argv=()), "action one: no program is named"),
        (action(cwd="here"), "action one: the working directory 'here' is not an absolute path"),
        (action(sockets=("a.sock",)), "action one: the socket 'a.sock' is not an absolute path"),
        (action("one", "two"), "action one: it depends on 'two', which is not an action of this service"),
        (action(stop=StopSpec(signal="TERM")), "action one: 'TERM' is not a signal"),
        (action(env={"A=B": "c"}), "action one: 'A=B' is not an environment variable"),
        (action(kill_other=True), "action one: it ends others that hold its sockets or TCP ports, and declares none"),
        (action("one", "one"), "the actions wait for each other: one -> one"),
        (probe(ProbeKind.TCP, "localhost"), "action one: the tcp probe asks 'localhost', which is not host:port"),
        (probe(ProbeKind.EXEC, "true"), "action one: the probe program 'true' is not an absolute path"),
        (
            probe(ProbeKind.HTTP, "https://localhost:1/"),
            "action one: the http probe asks 'https://localhost:1/', which is not a socket path or http://host:port/path",
        ),
    ],
)
def test_a_fault_is_named(wrong: ActionSpec, fault: str) -> None:
    assert faults_of(wrong) == [fault]


def test_a_name_becomes_a_file_name_so_it_holds_no_path() -> None:
    assert len(faults_of(action("../one"), name="a/b")) == 2


def test_a_socket_path_that_the_kernel_refuses_is_named_with_both_lengths() -> None:
    assert "has 201 bytes" in faults_of(action(sockets=("/" + "s" * 200,)))[0]


def test_every_fault_is_listed_at_once() -> None:
    faults = faults_of(action("a", "b"), action("b", "a"), action("c"), action("c", "gone", argv=("true",)))
    assert faults == [
        "action c is defined twice",
        "action c: the program 'true' is not an absolute path",
        "action c: it depends on 'gone', which is not an action of this service",
        "the actions wait for each other: a -> b -> a",
    ]


def test_a_circle_is_named_along_its_way() -> None:
    faults = faults_of(action("x"), action("a", "b"), action("b", "c"), action("c", "a"))
    assert faults == ["the actions wait for each other: a -> b -> c -> a"]


def test_a_service_without_actions_is_refused() -> None:
    assert faults_of() == ["the service has no action"]


def test_each_action_starts_after_those_it_needs() -> None:
    spec = ServiceSpec(name="s", actions=(action("c", "b", "a"), action("b", "a"), action("a"), action("d")))
    check_service(spec)
    assert [one.name for one in start_order(spec)] == ["a", "d", "b", "c"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_attempts": 0},
        {"delay_ms": -1},
        {"factor": 0.5},
        {"jitter": 2.0},
        {"delay_ms": "50"},
        {"dealy_ms": 50},
    ],
)
def test_a_value_out_of_range_or_of_another_type_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RetryPolicy.model_validate(wrong)


def test_a_specification_survives_the_wire() -> None:
    spec = ServiceSpec(name="s", actions=(action("a"), probe(ProbeKind.TCP, "[::1]:80")))
    assert ServiceSpec.model_validate_json(spec.model_dump_json()) == spec
