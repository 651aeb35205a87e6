"""The service under hero_proc in each of two shapes: that of the embedded supervisor, and that of its public pages."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hero_assistance import lifecycle
from hero_assistance.action_names import SERVER, UI
from hero_assistance.errors import NotInstalled
from hero_assistance.results import NotRunning, StartResult
from hero_assistance.service import build_service_spec, read_settings
from hero_assistance.status import read_status
from hero_assistance.supervisor.connection import registered_spec
from hero_assistance.supervisor.names import SOCKET
from hero_assistance.supervisor_lookup import Kind
from hero_assistance_sdk.hero_proc.client import Mismatch, SupervisorClient
from hero_assistance_sdk.hero_proc.scripts import render_script
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.paths import Paths
from tests.supervisor.harness import Harness, wait_for
from tests.supervisor.stand_in_daemons import Told, installed_daemons, processes_of
from tests.supervisor.standalone_supervisor import (
    ACTION_SPEC,
    StandaloneSupervisor,
    listening,
    make_document,
)

SHAPES = ("nested", "standalone")
# What a shell, a Python or a template would read, had it not been quoted.
_HOSTILE = "a $HOME `id` 'b' \"c\" {{d}} \\e"


@pytest.fixture(params=["plain", _HOSTILE], ids=["plain", "hostile"])
def desk(hero_root: Path, request: pytest.FixtureRequest) -> Iterator[Paths]:
    """A root with two programs installed, in a folder whose name may need quoting."""
    root = hero_root / request.param
    environ = {"PATH_ROOT": str(root), "PATH_SOCKET": str(hero_root / "s")}
    paths = Paths.from_environ(environ)
    paths.service_sockets.mkdir(parents=True)
    with installed_daemons(paths):
        yield paths


@pytest.fixture(params=SHAPES)
def shape(desk: Paths, request: pytest.FixtureRequest) -> Iterator[str]:
    """A supervisor of a shape on hero_proc's socket."""
    if request.param == "standalone":
        with listening(desk.hero_proc_socket, StandaloneSupervisor()):
            yield "standalone"
        return
    root = Path(tempfile.mkdtemp(prefix="hp", dir="/tmp")).resolve()
    harness = Harness(Paths.from_environ({"PATH_ROOT": str(root)}), {**os.environ, "PATH_ROOT": str(root)})
    harness.start_supervisor()
    desk.hero_proc_socket.parent.mkdir(parents=True)
    desk.hero_proc_socket.symlink_to(harness.paths.socket(SOCKET))
    yield "nested"
    harness.clean_up()
    shutil.rmtree(root)


def start(paths: Paths, *, told: Told | None = None, tcp: tuple[str, ...] = ()) -> StartResult:
    environ = {"PATH_ROOT": str(paths.root), "PATH_SOCKET": str(paths.sockets)}
    return lifecycle.start(
        paths, auth_mode="dev", seed_dev_users=False, ui_tcp=tcp, progress=told or Told(), environ=environ
    )


def pids(paths: Paths) -> dict[str, int | None]:
    return {action.name: action.pid for action in read_status(paths).actions}


def test_start_status_restart_and_stop(desk: Paths, shape: str) -> None:
    assert read_status(desk).exit_status == 3
    started = start(desk)
    assert started.changed
    status = read_status(desk)
    assert (status.exit_status, status.supervisor, status.release) == (0, Kind.HERO_PROC, "0.1.0-abc")
    before = pids(desk)
    assert list(before) == [SERVER, UI]
    assert set(before.values()) <= processes_of(desk)
    assert not start(desk).changed
    assert pids(desk) == before
    assert lifecycle.restart(desk, Told()).status.exit_status == 0
    after = pids(desk)
    assert not set(after.values()) & set(before.values())
    assert lifecycle.stop(desk, Told()).changed
    assert processes_of(desk) == set()
    assert read_status(desk).exit_status == 3
    assert not lifecycle.stop(desk, Told()).changed
    with pytest.raises(NotRunning):
        lifecycle.restart(desk, Told())


def test_other_settings_replace_what_runs_and_are_read_back(desk: Paths, shape: str) -> None:
    start(desk)
    before = pids(desk)
    assert start(desk, tcp=("127.0.0.1:1",)).changed
    assert pids(desk)[UI] != before[UI]
    spec = registered_spec(desk)
    settings = read_settings(spec) if spec else None
    assert settings is not None
    assert (settings.auth_mode, settings.ui_tcp) == ("dev", ("127.0.0.1:1",))
    assert spec is not None
    assert spec.actions[0].argv[0] == str(desk.bin / SERVER)
    assert [status.service for status in lifecycle.list_services(desk)] == ["hero_assistance"]
    lifecycle.stop(desk, Told())


@pytest.fixture
def standalone(desk: Paths) -> Iterator[StandaloneSupervisor]:
    with listening(desk.hero_proc_socket, StandaloneSupervisor()) as supervisor:
        yield supervisor


def test_what_such_a_supervisor_gets(desk: Paths, standalone: StandaloneSupervisor) -> None:
    told = Told()
    start(desk, told=told)
    assert standalone.asked.count("action.set") == 2
    action = standalone.actions[SERVER]
    assert action["interpreter"] == "bash"
    assert action["script"].startswith("exec ")
    assert "{{" not in action["script"]
    assert action["env"] == {"PATH_ROOT": str(desk.root), "PATH_SOCKET": str(desk.sockets)}
    assert action["retry_policy"] == {"max_attempts": 20, "delay_ms": 50}
    assert (action["stop_signal"], action["stop_timeout_ms"]) == ("SIGTERM", 8000)
    service = standalone.services["hero_assistance"]
    assert service["actions"] == [SERVER, UI]
    assert service["probe"] == {
        "socket": str(desk.socket("rpc")), "path": "/health", "interval_secs": 2, "timeout_secs": 1
    }  # fmt: skip
    assert service["require_ready"] is False
    assert len(service["sockets"]) == 3
    assert any("hero_proc has no place for hands_over, depends_on" in step for step in told.steps)
    lifecycle.stop(desk, Told())
    assert (standalone.actions, standalone.services) == ({}, {})


def test_running_is_not_called_healthy_before_it_answers(desk: Paths, standalone: StandaloneSupervisor) -> None:
    start(desk)
    pid = pids(desk)[SERVER]
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        server = read_status(desk).actions[0]
        assert (server.state, server.pid) == (ActionState.DEGRADED, pid)
        assert "does not answer" in str(server.reason)
    finally:
        os.kill(pid, signal.SIGCONT)
    desk.socket("ui").unlink()
    ui = read_status(desk).actions[1]
    assert (ui.state, ui.reason) == (ActionState.STARTING, "it does not listen yet")


def test_an_action_whose_process_ended_is_failed(desk: Paths, standalone: StandaloneSupervisor) -> None:
    start(desk)
    pid = pids(desk)[UI]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: read_status(desk).actions[1].state is ActionState.FAILED, "the ui is failed")
    assert read_status(desk).actions[0].state is ActionState.HEALTHY


def _with(schema: dict[str, Any], required: str, **properties: Any) -> dict[str, Any]:
    return {
        **schema,
        "required": [*schema["required"], required],
        "properties": {**schema["properties"], **properties},
    }


UNFIT = {
    "a field that we do not have": (
        {"ActionSpec": _with(ACTION_SPEC, "cgroup", cgroup={"type": "string"})},
        "action.set.spec.cgroup is required",
    ),
    "no interpreter that we can use": (
        {"ActionSpec": _with(ACTION_SPEC, "script", interpreter={"type": "string", "enum": ["rhai", "ai"]})},
        "action.set.spec.interpreter is required",
    ),
    "a time without its unit": (
        {"ActionSpec": _with(ACTION_SPEC, "timeout", timeout={"type": "integer"})},
        "action.set.spec.timeout is required",
    ),
    "fewer attempts": (
        {"RetryPolicy": {"type": "object", "properties": {"max_attempts": {"type": "integer", "maximum": 3}}}},
        "action.set.spec.retry_policy.max_attempts should be at most 3, not 20",
    ),
    "a service without actions": (
        {"ServiceSpec": {"type": "object", "properties": {"job": {"type": "string"}}}},
        "service.set has no place for actions",
    ),
    "no environment": (
        {"ActionSpec": {"type": "object", "properties": {"script": {"type": "string"}}}},
        "action.set has no place for the environment",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_does_not_fit_is_named_and_nothing_is_sent(hero_root: Path, name: str) -> None:
    schemas, fault = UNFIT[name]
    paths = Paths.from_environ({"PATH_ROOT": str(hero_root)})
    spec = build_service_spec(paths, auth_mode="dev", seed_dev_users=False, environ={"PATH_ROOT": str(hero_root)})
    with (
        listening(paths.hero_proc_socket, StandaloneSupervisor(make_document(**schemas))) as supervisor,
        SupervisorClient(paths.hero_proc_socket) as client,
    ):
        with pytest.raises(Mismatch) as failed:
            client.service_set(spec)
        assert any(one.startswith(fault) for one in failed.value.faults), failed.value.faults
        assert fault in failed.value.message
        assert supervisor.asked == ["rpc.discover"]


def test_what_is_not_installed_is_refused_before_anything_is_sent(paths: Paths) -> None:
    with (
        listening(paths.hero_proc_socket, StandaloneSupervisor()) as supervisor,
        pytest.raises(NotInstalled),
    ):
        start(paths)
    assert supervisor.asked == []


@pytest.mark.parametrize("interpreter", ["bash", "sh", "python3"])
def test_a_script_gives_a_program_its_very_arguments(interpreter: str, tmp_path: Path) -> None:
    words = ["", " ", "$HOME", "`id`", "'", '"', "\\", "{{x}}", "{{{{", "a\nb", "*", "~", "-n", "é", "!1", "#"]
    program = tmp_path / _HOSTILE
    program.write_text(f"#!{sys.executable} -I\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    program.chmod(0o755)
    script = render_script([str(program), *words], interpreter)
    assert script is not None
    assert "{{" not in script
    command = [sys.executable if interpreter == "python3" else interpreter, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert json.loads(done.stdout) == words


def test_the_services_of_others_stay_as_they_are(desk: Paths, standalone: StandaloneSupervisor) -> None:
    standalone.call(
        "action.set",
        {"action_name": "other", "action_context": "core", "spec": {"script": "exit 0", "interpreter": "bash"}},
    )
    spec = {"actions": ["other"], "tags": [], "status": "start"}
    standalone.call("service.set", {"name": "other", "spec": spec})
    start(desk)
    assert {status.service for status in lifecycle.list_services(desk)} == {"hero_assistance", "other"}
    lifecycle.stop(desk, Told())
    assert list(standalone.services) == ["other"]
    assert list(standalone.actions) == ["other"]
