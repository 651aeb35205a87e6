"""Programs of others as actions: they are probed, started again when they hang, and ended completely.

Debian's nginx and redis know nothing of a supervisor, overwrite their environment, and nginx has workers.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hero_assistance.supervisor.process.process_table import list_processes
from hero_assistance.supervisor.process.tcp_ports import find_port_holder
from hero_assistance_sdk.hero_proc.specs import ActionSpec, HealthCheck, ProbeKind
from hero_assistance_sdk.hero_proc.wire import ActionState, ActionStatus
from hero_assistance_sdk.net.sockets import listening_pid
from tests.capabilities import NGINX_PROGRAM, REDIS_PROGRAMS, find_program, needs
from tests.free_ports import find_free_port
from tests.supervisor.harness import Harness, one, wait_for
from tests.supervisor.test_foreign_processes import serving_port

INTERVAL_MS, TIMEOUT_MS = 50, 300
NGINX = """\
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log stderr;
{user}
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen unix:{socket};
        listen 127.0.0.1:{port};
        location / {{ return 200 "well"; }}
    }}
}}
"""


@pytest.fixture
def supervised(supervised: Harness) -> Iterator[Harness]:
    """A supervisor that stops its service at the end: these programs overwrite the mark that `clean_up` looks for."""
    yield supervised
    with supervised.client() as client:
        is_registered = bool(client.service_list())
    # A test that is skipped has registered nothing.
    if is_registered:
        supervised.stop()


def probe(kind: ProbeKind, target: str) -> HealthCheck:
    return HealthCheck(kind=kind, target=target, interval_ms=INTERVAL_MS, timeout_ms=TIMEOUT_MS)


def nginx(harness: Harness) -> tuple[ActionSpec, int]:
    """Two workers behind a Unix socket and a TCP port; and that port."""
    folder, socket, port = harness.paths.root / "nginx", harness.socket("one"), find_free_port()
    folder.mkdir()
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, socket=socket, port=port, user=user))
    argv = (str(find_program("nginx")), "-e", "stderr", "-p", str(folder), "-c", str(config))
    checks = (probe(ProbeKind.HTTP, socket), probe(ProbeKind.HTTP, f"http://127.0.0.1:{port}/"))
    return harness.action().model_copy(update={"argv": argv, "tcp_ports": (port,), "health_checks": checks}), port


def redis(harness: Harness) -> ActionSpec:
    """A Unix socket and a TCP port, asked by a connection and by redis' own client."""
    socket, port = harness.socket("one"), find_free_port()
    settings = f"--port {port} --bind 127.0.0.1 --unixsocket {socket} --dir {harness.paths.root} --save".split()
    checks = (
        probe(ProbeKind.TCP, f"127.0.0.1:{port}"),
        probe(ProbeKind.EXEC, f"{find_program('redis-cli')} -e -s {socket} ping"),
    )
    argv = (str(find_program("redis-server")), *settings, "", "--daemonize", "no")
    return harness.action().model_copy(update={"argv": argv, "tcp_ports": (port,), "health_checks": checks})


def healthy_anew(harness: Harness, pid: int | None) -> ActionStatus:
    """The action once another process of it is healthy."""

    def is_new(status: ActionStatus) -> bool:
        return status.state is ActionState.HEALTHY and status.pid != pid

    return one(harness.until(lambda status: is_new(one(status)), "another process is healthy"))


def workers(pid: int | None) -> set[int]:
    return {row.pid for row in list_processes().values() if row.parent == pid}


@needs(NGINX_PROGRAM)
def test_nginx_whose_workers_hang_is_started_again_and_ended_with_them(supervised: Harness) -> None:
    action, port = nginx(supervised)
    supervised.start_actions(action)
    before = supervised.until_state(ActionState.HEALTHY)
    hung = workers(before.pid)
    assert len(hung) == 2
    for pid in hung:
        os.kill(pid, signal.SIGSTOP)
    assert "did not answer within" in str(supervised.until_state(ActionState.DEGRADED).reason)
    healthy_anew(supervised, before.pid)
    assert not hung & set(list_processes())
    supervised.stop()
    assert find_port_holder(port) is None
    assert supervised.descendants() == set()


@needs(NGINX_PROGRAM)
def test_nginx_that_lost_its_master_leaves_no_worker_in_the_way(supervised: Harness) -> None:
    """The workers go on and hold the port; they carry no mark any more, only their session tells whose they are."""
    action, _port = nginx(supervised)
    supervised.start_actions(action)
    before = supervised.until_state(ActionState.HEALTHY)
    orphans = workers(before.pid)
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    healthy_anew(supervised, before.pid)
    assert not orphans & set(list_processes())


@needs(NGINX_PROGRAM)
def test_nginx_whose_socket_was_deleted_is_started_again(supervised: Harness) -> None:
    action, _port = nginx(supervised)
    supervised.start_actions(action)
    before = supervised.until_state(ActionState.HEALTHY)
    path = Path(supervised.socket("one"))
    path.unlink()
    assert supervised.until_state(ActionState.DEGRADED).reason == f"{path} is not there"
    after = healthy_anew(supervised, before.pid)
    assert listening_pid(path) == after.pid


@needs(REDIS_PROGRAMS)
@pytest.mark.parametrize("fault", ["hang", "socket", "kill"])
def test_redis_that_does_not_answer_is_started_again(supervised: Harness, fault: str) -> None:
    action = redis(supervised)
    supervised.start_actions(action)
    before = supervised.until_state(ActionState.HEALTHY)
    assert before.pid is not None
    if fault == "socket":
        Path(supervised.socket("one")).unlink()
    else:
        os.kill(before.pid, signal.SIGSTOP if fault == "hang" else signal.SIGKILL)
    after = healthy_anew(supervised, before.pid)
    assert after.restarts == 1
    supervised.stop()
    assert supervised.descendants() == set()


@needs(REDIS_PROGRAMS)
def test_redis_is_adopted_although_it_overwrote_what_it_inherited(supervised: Harness) -> None:
    supervised.start_actions(redis(supervised))
    before = supervised.until_state(ActionState.HEALTHY)
    supervised.end_supervisor(signal.SIGKILL)
    supervised.start_supervisor()
    after = supervised.until_state(ActionState.HEALTHY)
    assert (after.pid, after.restarts) == (before.pid, 0)


@needs(NGINX_PROGRAM)
def test_a_foreign_nginx_on_our_port_is_named_and_left_alone(supervised: Harness) -> None:
    """It runs as an action of another service, so that it is ended with this test."""
    action, port = nginx(supervised)
    supervised.start_actions(action.model_copy(update={"name": "one"}))
    holder = supervised.until_state(ActionState.HEALTHY).pid
    two = serving_port(supervised, port, name="two", kill_other=True)
    supervised.start_actions(action, two)
    held = one(supervised.until(lambda status: one(status, "two").attempt > 1, "it was tried"), "two")
    assert held.reason == f"TCP port {port} is held by process {holder} (nginx), which this supervisor did not start"
    wait_for(lambda: one(supervised.status()).pid == holder, "nginx is left alone")
