"""The supervisor as a process: one for each root, its socket, its end and its protocol."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from hero_assistance.supervisor.connection import embedded
from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance.supervisor.names import NAME, NOTIFY, SOCKET
from hero_assistance_sdk.errors import Conflict, NotFound
from hero_assistance_sdk.hero_proc.client import METHODS
from hero_assistance_sdk.hero_proc.specs import BadSpec, ServiceSpec
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.net.sockets import bind_unix, listening_pid
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.capabilities import AS_ROOT, PROC, SYSTEM_PYTHON, needs, require
from tests.supervisor.harness import SERVICE, Harness, one, wait_for


def test_a_second_supervisor_says_who_holds_the_root_and_ends_with_1(supervised: Harness) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "hero_assistance", "supervisor", "run"],
        env=supervised.env,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert second.returncode == 1
    assert f"process {supervised.supervisor_pid} supervises {supervised.paths.root} already" in second.stderr


def test_a_socket_that_was_removed_is_made_again_and_what_runs_goes_on(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    before = supervised.until_state(ActionState.HEALTHY)
    for name in (SOCKET, NOTIFY):
        supervised.paths.socket(name).unlink()
    for name in (SOCKET, NOTIFY):
        wait_for(supervised.paths.socket(name).exists, f"the {name} socket is there again")
    assert stat.S_IMODE(supervised.paths.socket(SOCKET).stat().st_mode) == 0o600
    after = one(supervised.status())
    assert (after.state, after.pid) == (ActionState.HEALTHY, before.pid)


def test_a_command_that_misses_the_socket_wakes_the_supervisor(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    shutil.rmtree(supervised.paths.service_sockets)
    with embedded(supervised.paths) as client:
        assert client.health().pid == supervised.supervisor_pid
        assert client.service_get(SERVICE).spec.name == SERVICE


def test_a_hangup_ends_nothing(supervised: Harness) -> None:
    os.kill(supervised.supervisor_pid, signal.SIGHUP)
    supervised.start_actions(supervised.action())
    supervised.until_state(ActionState.HEALTHY)


def test_a_socket_of_another_program_in_its_place_is_left_there(supervised: Harness) -> None:
    path = supervised.paths.socket(SOCKET)
    path.unlink()
    other = bind_unix(path)
    assert supervised.supervisor is not None
    supervised.supervisor.terminate()
    assert supervised.supervisor.wait(20) == 0
    assert listening_pid(path) == os.getpid()
    other.close()


def test_it_ends_by_itself_when_nothing_is_registered(supervised: Harness) -> None:
    assert supervised.supervisor is not None
    assert supervised.supervisor.wait(20) == 0
    assert not supervised.paths.socket(SOCKET).exists()


def test_it_stays_while_something_is_registered_though_stopped(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    supervised.until_state(ActionState.HEALTHY)
    supervised.stop()
    with supervised.client() as client:
        with pytest.raises(Conflict):
            client.shutdown(when_idle=True)
        client.service_delete(SERVICE)
        client.shutdown(when_idle=True)
    assert supervised.supervisor is not None
    assert supervised.supervisor.wait(20) == 0


def test_its_socket_is_for_its_owner_alone(supervised: Harness) -> None:
    mode = supervised.paths.socket(SOCKET).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@needs(AS_ROOT, SYSTEM_PYTHON)
def test_a_caller_of_another_user_is_refused(supervised: Harness) -> None:
    path = supervised.paths.socket(SOCKET)
    path.chmod(0o666)
    supervised.paths.root.chmod(0o755)
    ask = "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); print(s.recv(1))"
    asked = subprocess.run(
        ["/usr/bin/python3", "-c", ask, str(path)],
        capture_output=True,
        text=True,
        user=65534,
        timeout=20,
        check=False,
    )
    assert asked.stdout == "b''\n", asked.stderr


def test_every_method_is_in_its_document(supervised: Harness) -> None:
    with supervised.client() as client:
        assert client.missing == ()
    with RpcClient(supervised.paths.socket(SOCKET)) as rpc:
        document = rpc.get("/openrpc.json")
        assert document == rpc.call("rpc.discover")
        assert {method["name"] for method in document["methods"]} == set(METHODS)
        assert rpc.get("/health")["service"] == NAME
        assert rpc.get("/.well-known/heroservice.json")["protocol"] == "openrpc"


def test_a_service_with_faults_is_refused_by_the_supervisor_too(supervised: Harness) -> None:
    action = supervised.action().model_copy(update={"argv": ("program",), "cwd": "here"})
    spec = ServiceSpec(name=SERVICE, actions=(action,))
    with RpcClient(supervised.paths.socket(SOCKET)) as rpc, pytest.raises(RpcFailure) as refused:
        rpc.call("service.set", spec=json.loads(spec.model_dump_json()))
    assert refused.value.remote_reason == BadSpec.reason
    assert len(refused.value.data["faults"]) == 2


def test_names_that_are_not_there(supervised: Harness) -> None:
    with supervised.client() as client:
        for ask in (client.service_get, client.service_start, client.service_stop, client.service_status):
            with pytest.raises(NotFound, match="there is no service 'absent'"):
                ask("absent")
        with pytest.raises(NotFound):
            client.logs_query("../../etc/passwd")


def test_two_services_cannot_have_actions_of_one_name(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    with supervised.client() as client, pytest.raises(Conflict, match=f"belongs to the service '{SERVICE}'"):
        client.service_set(ServiceSpec(name="other", actions=(supervised.action(),)))


def test_actions_are_added_and_taken_away_one_by_one(supervised: Harness) -> None:
    supervised.start_actions(supervised.action(name="one"))
    with supervised.client() as client:
        two = supervised.action(name="two")
        client.action_set(SERVICE, two)
        assert [action.name for action in client.action_list(SERVICE)] == ["one", "two"]
        assert client.action_get(SERVICE, "two") == two
        client.action_delete(SERVICE, "one")
        assert client.service_get(SERVICE).outdated == ("one",)
        with pytest.raises(BadSpec):
            client.action_delete(SERVICE, "two")
        with pytest.raises(Conflict):
            client.service_delete(SERVICE)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /rpc HTTP/1.1\r\n\r\n", 405),
        (b"POST /health HTTP/1.1\r\n\r\n", 405),
        (b"GET /other HTTP/1.1\r\n\r\n", 404),
        (b"POST /rpc HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST /rpc HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /rpc HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"GET /health HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", 431),
    ],
)
def test_a_request_that_is_not_ours_gets_a_status(supervised: Harness, request_bytes: bytes, status: int) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(10)
        caller.connect(str(supervised.paths.socket(SOCKET)))
        caller.sendall(request_bytes)
        assert caller.recv(4096).split()[1] == str(status).encode()


def test_a_notification_is_answered_by_204_and_the_connection_goes_on(supervised: Harness) -> None:
    with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(supervised.paths.socket(SOCKET)), verify=False)) as http:
        for _time in range(2):
            answer = http.post("http://supervisor/rpc", json={"jsonrpc": "2.0", "method": "system.health"})
            assert (answer.status_code, answer.content) == (204, b"")


def test_a_child_sees_nothing_of_the_callers_environment(harness: Harness) -> None:
    harness.env["ADMIN_SECRETS"] = "from the environment"
    harness.start_supervisor()
    harness.start_actions(harness.action("environment").model_copy(update={"env": {"PATH_ROOT": "/r"}}))
    harness.until_state(ActionState.HEALTHY)
    with harness.client() as client:
        seen = client.logs_query("one").lines[0].split()[1:]
    assert set(seen) - {"LANG", "LC_CTYPE"} == {"HERO_ASSISTANCE_RUN", "HOME", "PATH", "PATH_ROOT"}


def test_secrets_are_in_a_private_file_and_nowhere_else(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    with supervised.client() as client:
        assert client.secret_set("THEME", "hush-hush-value").changed
        assert not client.secret_set("THEME", "hush-hush-value").changed
        client.secret_set("OTHER", "hush-hush-too", context="elsewhere")
        assert client.secret_get("THEME") == "hush-hush-value"
        assert client.secret_list() == ("THEME",)
        with pytest.raises(NotFound) as missing:
            client.secret_get("OTHER")
        assert "hush-hush" not in str(missing.value)
    files = sorted((supervised.paths.state / "secrets").iterdir())
    assert [file.name for file in files] == ["core.json", "elsewhere.json"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700
    assert "hush-hush" not in supervised.log.read_text()
    require(PROC)
    for pid in (supervised.supervisor_pid, *supervised.descendants()):
        told = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
        assert b"hush-hush" not in told


def test_a_damaged_secrets_file_is_named_without_what_is_in_it(supervised: Harness) -> None:
    with supervised.client() as client:
        client.secret_set("A", "b")
        (supervised.paths.state / "secrets" / "core.json").write_text('{"A": "hush-hush-value"')
        with pytest.raises(RpcFailure) as failed:
            client.secret_get("A")
    assert "core.json is damaged" in str(failed.value)
    assert "hush-hush" not in str(failed.value)


def test_secrets_outlive_the_supervisor(supervised: Harness) -> None:
    with supervised.client() as client:
        client.secret_set("A", "b")
        client.secret_set("B", "c")
        assert client.secret_delete("B").changed
        assert not client.secret_delete("B").changed
    supervised.end_supervisor(signal.SIGKILL)
    supervised.start_supervisor()
    with supervised.client() as client:
        assert client.secret_list() == ("A",)


def test_what_a_child_says_is_kept_while_no_supervisor_is_there(supervised: Harness) -> None:
    script = "import sys,time\nn=0\nwhile True: n+=1; print(n, flush=True); time.sleep(0.002)"
    # The root in its command line is how it is found when the test is cleared up.
    argv = (sys.executable, "-I", "-c", script, str(supervised.paths.root))
    action = supervised.action(probed=False).model_copy(update={"argv": argv})
    supervised.start_actions(action)
    log = LogLayout(supervised.paths.logs, "one").live_path(1)
    wait_for(lambda: log.exists() and log.stat().st_size > 100, "it writes")
    supervised.end_supervisor(signal.SIGKILL)
    size = log.stat().st_size
    wait_for(lambda: log.stat().st_size > size + 100, "it writes on")
    supervised.start_supervisor()
    with supervised.client() as client:
        page = client.logs_query("one", lines=10_000)
        more = client.logs_query("one", lines=10_000, cursor=page.cursor)
    numbers = [int(line) for line in (*page.lines, *more.lines)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_line_can_be_added_to_a_log(supervised: Harness) -> None:
    supervised.start_actions(supervised.action())
    supervised.until_state(ActionState.HEALTHY)
    with supervised.client() as client:
        cursor = client.logs_query("one", lines=0).cursor
        client.logs_insert("one", "release 2 is live\nnow")
        assert client.logs_query("one", cursor=cursor).lines == ("release 2 is live now",)
