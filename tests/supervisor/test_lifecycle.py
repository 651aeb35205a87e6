"""Start, stop, restart and status of the service, with small programs in the place of the two daemons."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hero_assistance import lifecycle, secrets
from hero_assistance.action_names import ACTIONS, SERVER, UI
from hero_assistance.commands import service
from hero_assistance.doctor import supervision
from hero_assistance.doctor.findings import Verdict
from hero_assistance.errors import NotInstalled
from hero_assistance.light_commands.everyday import show_status
from hero_assistance.log_reader import Choice, read_logs
from hero_assistance.results import NotRunning, RestartFailed, StartFailed
from hero_assistance.service import build_service_spec, read_settings
from hero_assistance.status import read_status, serialize_status
from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance.supervisor.logs.live_file import find_newest_run
from hero_assistance.supervisor.names import SOCKET, SUPERVISOR_LOCK
from hero_assistance.supervisor_lookup import Kind
from hero_assistance_sdk.errors import NotFound, SettingError
from hero_assistance_sdk.files.file_lock import find_holder
from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.hero_proc.specs import check_service
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.net.sockets import bind_tcp, bound_address
from hero_assistance_sdk.paths import Paths
from tests.capabilities import PROC, needs
from tests.supervisor.harness import wait_for
from tests.supervisor.stand_in_daemons import Told, ill_file, pids, processes_of, start


def test_start_status_stop(desk: Paths) -> None:
    told = Told()
    assert read_status(desk).exit_status == 3
    assert start(desk, told=told)
    assert told.steps[-1] == f"{UI}: healthy"
    status = read_status(desk)
    assert (status.exit_status, status.supervisor, status.release) == (0, Kind.EMBEDDED, "0.1.0-abc")
    assert len(processes_of(desk)) == 3
    assert lifecycle.stop(desk, Told()).changed
    assert processes_of(desk) == set()
    assert list(desk.service_sockets.iterdir()) == []
    assert read_status(desk).exit_status == 3
    assert not lifecycle.stop(desk, Told()).changed


def test_the_json_of_status_has_these_words(desk: Paths) -> None:
    start(desk)
    written = json.loads(json.dumps(serialize_status(read_status(desk))))
    assert list(written) == ["service", "supervisor", "release", "actions"]
    assert written["supervisor"] == "embedded"
    for action in written["actions"]:
        assert list(action) == ["name", "state", "pid", "uptime_s", "restarts", "sockets"]
    assert [action["name"] for action in written["actions"]] == list(ACTIONS)


@needs(PROC)
def test_a_server_without_its_tcp_port_is_degraded_and_status_says_who_has_it(
    desk: Paths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start(desk)
    with bind_tcp("127.0.0.1:0") as taken:
        address = bound_address(taken)
        port = address.rpartition(":")[2]
        error = {"address": address, "message": f"cannot listen on {address}: Address already in use", "hint": None}
        (desk.root / "lost.json").write_text(json.dumps(error))
        status = read_status(desk)
        server, ui = status.actions
        assert (status.exit_status, server.state, ui.state) == (1, ActionState.DEGRADED, ActionState.HEALTHY)
        (condition,) = server.conditions
        assert condition.message.startswith(f"TCP port {port} is held by process {os.getpid()} (")
        assert "HERO_ASSISTANCE_TCP=PORT" in condition.hint
        monkeypatch.setenv("PATH_ROOT", str(desk.root))
        assert show_status(as_json=False) == 1
        assert f"is held by process {os.getpid()} (" in capsys.readouterr().out
    assert "the port is free now: hero_assistance restart" in read_status(desk).actions[0].conditions[0].hint
    error = {"address": None, "message": "nothing answers on 127.0.0.1:8989", "hint": "start mycelium"}
    (desk.root / "lost.json").write_text(json.dumps(error))
    reason = read_status(desk).actions[0].conditions[0].line
    assert reason == "nothing answers on 127.0.0.1:8989: overlay peers cannot connect; start mycelium"
    (desk.root / "lost.json").unlink()
    assert read_status(desk).exit_status == 0


def test_start_prints_what_is_degraded(
    desk: Paths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.root / "lost.json").write_text('{"address": null, "message": "no port", "hint": "take one"}')
    monkeypatch.setenv("PATH_ROOT", str(desk.root))
    for _ in range(2):
        service.start("dev", seed_dev_users=False, ui_tcp=())
        assert f"{SERVER} is degraded: no port: overlay peers cannot connect; take one\n" in capsys.readouterr().err


def test_a_group_that_does_not_exist_is_refused_before_anything_starts(desk: Paths) -> None:
    environ = {"PATH_ROOT": str(desk.root), "HERO_ASSISTANCE_SOCKET_GROUP": "no-such-group"}
    with pytest.raises(SettingError, match="there is no group no-such-group"):
        lifecycle.start(desk, auth_mode="dev", seed_dev_users=False, progress=Told(), environ=environ)
    assert processes_of(desk) == set()


def test_a_start_of_what_is_healthy_changes_nothing(desk: Paths) -> None:
    start(desk)
    before = pids(desk)
    assert not start(desk)
    assert pids(desk) == before


def test_other_flags_restart_only_what_they_change(desk: Paths) -> None:
    start(desk)
    before = pids(desk)
    assert start(desk, ui_tcp=("127.0.0.1:1",))
    after = pids(desk)
    assert after[SERVER] == before[SERVER]
    assert after[UI] != before[UI]


def test_restart_gives_new_processes_with_the_same_flags(desk: Paths) -> None:
    start(desk, ui_tcp=("127.0.0.1:1",))
    before = pids(desk)
    assert lifecycle.restart(desk, Told()).changed
    assert not set(pids(desk).values()) & set(before.values())
    lines = [line.text for line in read_logs(desk, UI)]
    assert lines == ["flags --auth-mode dev --tcp 127.0.0.1:1"] * 2


def test_where_the_supervisor_cannot_overlap_a_restart_is_plain_and_says_so(
    desk: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SupervisorClient, "offers_overlap", False)
    start(desk)
    before, told = pids(desk), Told()
    lifecycle.restart(desk, told)
    assert "embedded only restarts plainly: who calls meanwhile is refused" in told.steps
    assert not set(pids(desk).values()) & set(before.values())


def test_a_restart_onto_what_fails_keeps_what_runs_and_says_why(desk: Paths) -> None:
    start(desk, seed=True)
    before = pids(desk)
    (desk.root / "broken").touch()
    with pytest.raises(RestartFailed) as failed:
        lifecycle.restart(desk, Told())
    why = "the process that was to replace it exited with status 1"
    assert failed.value.message == f"{SERVER} runs as before: {why}"
    assert failed.value.log_lines[-1] == "the database is from the future"
    assert pids(desk) == before
    assert read_status(desk).exit_status == 0


def test_restart_of_what_does_not_run_is_refused(desk: Paths) -> None:
    with pytest.raises(NotRunning):
        lifecycle.restart(desk, Told())


def test_restart_uses_the_definition_of_the_running_program(desk: Paths) -> None:
    """After an upgrade the registered specification is that of the old release."""
    start(desk)
    with SupervisorClient(desk.socket(SOCKET)) as client:
        spec = client.service_get("hero_assistance").spec
        old = spec.actions[0].model_copy(update={"description": "of the old release"})
        client.action_set("hero_assistance", old)
        lifecycle.restart(desk, Told())
        assert client.service_get("hero_assistance").spec == spec


def test_a_start_that_fails_says_why_and_shows_the_last_log_lines(desk: Paths) -> None:
    (desk.root / "broken").touch()
    with pytest.raises(StartFailed) as failed:
        start(desk, seed=True)
    assert failed.value.message == f"{SERVER} is not healthy: exited with status 1"
    assert failed.value.log_lines[-1] == "the database is from the future"
    assert read_status(desk).exit_status == 1
    (desk.root / "broken").unlink()
    assert start(desk, seed=True)


def test_a_start_of_what_is_not_installed_is_refused(paths: Paths) -> None:
    with pytest.raises(NotInstalled, match=SERVER):
        start(paths)
    assert not paths.state.exists()


def test_what_lost_its_supervisor_is_shown_taken_over_and_stopped(desk: Paths) -> None:
    start(desk)
    before = pids(desk)
    kill_supervisor(desk)
    orphaned = read_status(desk)
    assert (orphaned.supervisor, orphaned.exit_status) == (Kind.NONE, 1)
    assert {action.state for action in orphaned.actions} == {ActionState.DEGRADED}
    start(desk)
    assert pids(desk) == before
    kill_supervisor(desk)
    assert lifecycle.stop(desk, Told()).changed
    assert processes_of(desk) == set()


@pytest.mark.parametrize("name", [SERVER, UI])
def test_an_action_that_names_a_condition_is_degraded_and_goes_on(
    desk: Paths, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start(desk)
    before = pids(desk)
    said = {"name": "disk-low", "message": "the disk is nearly full", "hint": "free some space"}
    Path(ill_file(desk, name)).write_text(json.dumps({"status": "degraded", "conditions": [said]}))
    found = read_status(desk)
    row = next(action for action in found.actions if action.name == name)
    assert (found.exit_status, row.state, row.reason) == (1, ActionState.DEGRADED, said["message"])
    assert (found.release, pids(desk)) == ("0.1.0-abc", before)
    assert json.loads(json.dumps(serialize_status(found)))["actions"][ACTIONS.index(name)]["state"] == "degraded"
    findings = [one for one in supervision.check_service(desk) if one.verdict is Verdict.FAULT]
    assert [(one.detail, one.hint) for one in findings] == [(f"{name} is degraded: {said['message']}", said["hint"])]
    monkeypatch.setenv("PATH_ROOT", str(desk.root))
    assert show_status(as_json=False) == 1
    assert f"{name}: the disk is nearly full; free some space" in capsys.readouterr().out.splitlines()
    Path(ill_file(desk, name)).unlink()
    assert read_status(desk).exit_status == 0


def kill_supervisor(paths: Paths) -> None:
    lock = paths.state / SUPERVISOR_LOCK
    holder = find_holder(lock)
    assert holder
    os.kill(holder, signal.SIGKILL)
    wait_for(lambda: find_holder(lock) is None, "the supervisor has ended")


def test_starts_from_several_shells_make_one_supervisor_and_one_service(desk: Paths) -> None:
    with ThreadPoolExecutor(4) as shells:
        changed = list(shells.map(lambda _shell: start(desk), range(4)))
    assert sorted(changed) == [False, False, False, True]
    assert len(processes_of(desk)) == 3


def test_logs_of_each_action_and_of_one_that_is_not_there(desk: Paths) -> None:
    start(desk)
    assert {line.action for line in read_logs(desk)} == set(ACTIONS)
    assert any("supervisor.ready" in line.text for line in read_logs(desk, "supervisor"))
    with pytest.raises(NotFound, match="no action 'other'"):
        read_logs(desk, "other")


def test_follow_goes_on_with_what_comes(desk: Paths) -> None:
    start(desk)
    followed = read_logs(desk, SERVER, Choice(lines=1), follow=True)
    assert next(followed).text == "flags --auth-mode dev"
    layout = LogLayout(desk.logs, SERVER)
    with layout.live_path(find_newest_run(layout)).open("a") as log:
        log.write("later\n")
    assert next(followed).text == "later"


def test_secrets_need_no_running_service(desk: Paths) -> None:
    assert secrets.set_secret(desk, "core", "THEME", "light")
    assert secrets.get_secret(desk, "core", "THEME") == "light"
    assert secrets.list_secrets(desk, "core") == ["THEME"]
    secrets.delete_secret(desk, "core", "THEME")
    with pytest.raises(NotFound):
        secrets.delete_secret(desk, "core", "THEME")
    assert lifecycle.stop(desk, Told()).changed is False
    assert processes_of(desk) == set()


def test_services_are_listed(desk: Paths) -> None:
    assert lifecycle.list_services(desk) == ()
    start(desk)
    assert [status.service for status in lifecycle.list_services(desk)] == ["hero_assistance"]


def test_the_definition_has_no_fault_and_remembers_its_settings(paths: Paths) -> None:
    spec = build_service_spec(
        paths, auth_mode="dev", seed_dev_users=True, ui_tcp=("127.0.0.1:1", "[::1]:2"), environ={}
    )
    check_service(spec)
    settings = read_settings(spec)
    assert settings is not None
    assert (settings.auth_mode, settings.seed_dev_users) == ("dev", True)
    assert settings.ui_tcp == ("127.0.0.1:1", "[::1]:2")


def test_only_the_settings_of_the_service_reach_its_actions(paths: Paths) -> None:
    environ = {"PATH_ROOT": "/r", "PATH_VAR": "/v", "HERO_ASSISTANCE_TCP": "127.0.0.1:0", "ADMIN_SECRETS": "x"}
    environ["HERO_ASSISTANCE_LIMITS"] = "streams=9"
    spec = build_service_spec(paths, auth_mode="hero", seed_dev_users=False, environ=environ)
    del environ["ADMIN_SECRETS"]
    assert [action.env for action in spec.actions] == [environ, environ]
    assert all(Path(action.argv[0]).is_absolute() for action in spec.actions)
