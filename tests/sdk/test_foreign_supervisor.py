"""What a supervisor of another shape answers, in the shapes that its public pages leave open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.hero_proc.foreign_supervisor import ForeignSupervisor, list_action_names
from hero_assistance_sdk.hero_proc.offered_methods import parse_methods
from hero_assistance_sdk.hero_proc.states import ActionState

SERVICE = "desk"


def read(answers: dict[str, Any], sockets: Mapping[str, tuple[str, ...]] | None = None) -> ForeignSupervisor:
    """A supervisor that gives these answers."""
    document = {"methods": [{"name": name, "params": []} for name in answers]}
    offered = parse_methods(Path("/s.sock"), document)
    return ForeignSupervisor(offered, lambda method, **_params: answers[method], {SERVICE: sockets or {}})


@pytest.mark.parametrize(
    "answer",
    [
        ["a", "b"],
        [{"name": "a"}, {"service": "b", "state": "running"}],
        {"services": ["a", "b"]},
        {"services": {"a": "running", "b": "exited"}},
        {"a": "running", "b": "exited"},
        [{"spec": {"name": "a"}}, {"config": {"service_name": "b"}}],
    ],
)
def test_the_names_of_services(answer: Any) -> None:
    assert read({"service.list": answer}).list_names() == ("a", "b")


@pytest.mark.parametrize("answer", [None, 5, "a", [5], [{}], {"services": [None]}])
def test_names_of_another_shape_are_refused(answer: Any) -> None:
    with pytest.raises(ValueError, match="services"):
        read({"service.list": answer}).list_names()


@pytest.mark.parametrize(
    "answer",
    [
        {"actions": ["x", "y"]},
        {"name": SERVICE, "spec": {"actions": ["x", "y"]}},
        {"service": {"name": SERVICE, "actions": [{"name": "x"}, {"action_name": "y"}]}},
        {"config": {"action_names": ["x", "y"]}},
    ],
)
def test_the_names_of_the_actions_of_a_service(answer: Any) -> None:
    assert list_action_names(answer) == ("x", "y")


@pytest.mark.parametrize(
    ("answer", "states"),
    [
        ({"state": "exited"}, ["stopped", "stopped"]),
        ("inactive", ["stopped", "stopped"]),
        ({"state": "running", "actions": {"x": "failed", "y": "pending"}}, ["failed", "starting"]),
        (
            {"actions": [{"name": "desk.x", "state": "Success"}, {"name": "y", "status": "RETRYING"}]},
            ["stopped", "backoff"],
        ),
        ({"processes": [{"name": "x", "state": "stopping"}], "state": "failed"}, ["stopping", "failed"]),
        ({"state": "running"}, ["starting", "starting"]),
        ({"state": "some new word"}, ["starting", "starting"]),
        ({}, ["starting", "starting"]),
    ],
)
def test_the_states_of_actions(answer: Any, states: list[str], tmp_path: Path) -> None:
    """What is said to run is asked, and nothing listens here."""
    sockets = {name: (str(tmp_path / name),) for name in ("x", "y")}
    report = read({"service.status": answer}, sockets).report(SERVICE)
    assert [action.name for action in report.actions] == ["x", "y"]
    assert [action.state.value for action in report.actions] == states
    assert report.actions[0].sockets == sockets["x"]


def test_the_last_job_of_each_action_counts(tmp_path: Path) -> None:
    jobs = [
        {"id": 3, "action": "desk.x", "phase": "failed", "pid": 30, "error": "exit 1"},
        {"id": 2, "action": "y", "phase": "pending"},
        {"id": 1, "action": "desk.x", "phase": "success"},
        {"id": 4, "action": "other.x", "phase": "pending"},
        "odd",
    ]
    sockets = {name: (str(tmp_path / name),) for name in ("x", "y")}
    for answer in (jobs, {"jobs": jobs}):
        first, second = (
            read({"service.status": {"state": "running"}, "job.list": answer}, sockets).report(SERVICE).actions
        )
        assert (first.state, first.reason, first.pid) == (ActionState.FAILED, "exit 1", None)
        assert second.state is ActionState.STARTING


def test_of_a_service_of_others_running_is_not_called_healthy() -> None:
    report = read({"service.status": {"state": "running", "pid": 7}}).report("other")
    (only,) = report.actions
    assert (only.name, only.state, only.pid) == ("other", ActionState.DEGRADED, 7)
    assert "no socket" in str(only.reason)


def test_a_stop_is_done_when_no_process_is_left_however_it_ended() -> None:
    for word, state in {"failed": "stopped", "exited": "stopped", "running": "stopping", "": "stopped"}.items():
        answer = {"state": word, "pid": 7} if word else {}
        supervisor = read({"service.status": answer})
        supervisor.begin_ending()
        assert supervisor.report("other").actions[0].state.value == state
