"""How long the server takes to sign a user in by a link, and what the check of a session adds to `ticket.list`."""

from __future__ import annotations

import json
import math
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.daemon_process import await_health, running
from benchmarks.desk.load import post
from benchmarks.measure import Figure, Report
from benchmarks.processor_time import run_s
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from tests.limits import WITHOUT_RATES

ADDRESS, LOGIN = "ann@desk.example", "ann"
TICKETS = 100
DEADLINE_S = 30.0
SIGN_IN_MS, ADDED = 50.0, 1.05
SIGN_INS = 200
# So many rounds of so many calls are compared.
ROUNDS = 61
CALLS = 300
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"SIGN_INS": 10, "ROUNDS": 5, "CALLS": 30}
_HEAD_END = b"\r\n\r\n"


def measure(_dist: Path) -> Report:
    """Measure with a server of its own in hero mode, the installed one."""
    report = Report("Sign-in", "./buildenv.sh nox -s bench -- sign_in")
    with _server() as (paths, pid):
        session = _measure_sign_in(paths, report)
        _measure_session(paths, pid, session, report)
    report.notes.append(
        f"Medians. Signing in is `auth.request_link` and `auth.redeem` of a link, {SIGN_INS} times one after "
        "the other over the Unix socket, each until it is answered and on disk; letters go out meanwhile. The check of "
        "a session is compared with that of a name in `X-Hero-User`, in processor time of the server: "
        f"{ROUNDS} rounds of {CALLS} calls of each, which take turns at going first; the ratio with its "
        "95 % interval. A list is answered from memory until something is committed."
    )
    return report


def _measure_sign_in(paths: Paths, report: Report) -> str:
    """Sign in again and again; return the session of the last time."""
    took, session = [], ""
    with RpcClient(paths.socket("rpc")) as stranger, _operator(paths) as operator:
        for _ in range(SIGN_INS):
            started = time.perf_counter()
            stranger.call("auth.request_link", email=ADDRESS)
            asked = time.perf_counter() - started
            # Letters hold the link that was asked for; the operator's is another one for the same user.
            token = operator.call("user.link", email=ADDRESS)["link"].partition("token=")[2]
            started = time.perf_counter()
            session = stranger.call("auth.redeem", token=token)["session"]
            took.append((asked + time.perf_counter() - started) * 1000)
    median, slow = statistics.median(took), sorted(took)[math.ceil(len(took) * 0.95) - 1]
    report.add(Figure("sign-in by link", median, "ms", target=f"≤ {SIGN_IN_MS:g}", met=median <= SIGN_IN_MS))
    report.add(Figure("sign-in by link: p95", slow, "ms"))
    return session


def _measure_session(paths: Paths, pid: int, session: str, report: Report) -> None:
    """Compare the same list for the same user, once by a session and once by a name."""
    request = post("/rpc", json.dumps(_LIST).encode(), {"x-hero-session": session})
    by_name = post("/rpc", json.dumps(_LIST).encode(), {"x-hero-user": LOGIN})
    ratios, base = _compare(paths, pid, {"session": request, "name": by_name})
    ratio, (low, high) = statistics.median(ratios), _interval(ratios)
    report.add(Figure("`ticket.list` of 50, by a name", base, "µs"))
    label = f"`ticket.list` of 50, by a session: {_percent(ratio)} ({_percent(low)} to {_percent(high)})"
    report.add(Figure(label, base * ratio, "µs", "by a name", ratio, "≤ +5 %", ratio <= ADDED))


_LIST: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "ticket.list", "params": {"limit": 50}}


def _compare(paths: Paths, pid: int, requests: dict[str, bytes]) -> tuple[list[float], float]:
    """Return the ratio of each round, and the microseconds of a call by a name."""
    ratios, by_name = [], []
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(DEADLINE_S)
        connection.connect(str(paths.socket("rpc")))
        for number in range(ROUNDS + 1):
            order = ("session", "name") if number % 2 else ("name", "session")
            took = {name: _processor_us(connection, pid, requests[name], CALLS) for name in order}
            if number:  # the first round fills caches
                ratios.append(took["session"] / took["name"])
                by_name.append(took["name"])
    return ratios, statistics.median(by_name)


def _processor_us(connection: socket.socket, pid: int, request: bytes, calls: int) -> float:
    """The microseconds of processor time that a process takes for a call, the mean of some."""
    before = run_s([pid])
    for _ in range(calls):
        connection.sendall(request)
        _read_answer(connection)
    return (run_s([pid]) - before) / calls * 1e6


def _read_answer(connection: socket.socket) -> None:
    received = b""
    while (end := received.find(_HEAD_END)) < 0:
        received += _receive(connection)
    head = received[:end].lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(received) < end + len(_HEAD_END) + length:
        received += _receive(connection)
    if not head.startswith(b"http/1.1 200") or b'"result"' not in received:
        raise SystemExit(f"the server answered {received[:500]!r}")


def _receive(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise SystemExit("the server closed the connection")
    return chunk


def _interval(ratios: Sequence[float]) -> tuple[float, float]:
    """Where the true median is at 95 %, by order statistics."""
    ordered, margin = sorted(ratios), max(0, int(len(ratios) / 2 - 0.98 * math.sqrt(len(ratios))))
    return ordered[margin], ordered[-margin - 1]


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f} %"


def _operator(paths: Paths) -> RpcClient:
    return RpcClient(paths.socket("rpc"), headers={"x-hero-operator": "1"})


@contextmanager
def _server() -> Iterator[tuple[Paths, int]]:
    """A desk in hero mode with an admin and tickets; its paths and the server's process."""
    with tempfile.TemporaryDirectory(prefix="ha", dir="/tmp") as root:
        env = {**os.environ, **WITHOUT_RATES, "PATH_ROOT": root, "HOME": root, "HERO_ASSISTANCE_TCP": "off"}
        command = [sys.executable, "-m", "hero_assistance_server", "--auth-mode", "hero"]
        paths = Paths.from_environ(env)
        with running(command, env, os.path.sep) as process:
            await_health(paths.socket("rpc"))
            _fill(paths)
            yield paths, process.pid


def _fill(paths: Paths) -> None:
    with _operator(paths) as operator:
        operator.call("project.update", page_address="https://desk.example")
        user = operator.call("user.add", email=ADDRESS, role="admin")["user"]
        operator.call("user.bind_login", user_id=user["user_id"], login=LOGIN)
    with RpcClient(paths.socket("rpc"), headers={"x-hero-user": LOGIN}) as admin:
        for number in range(TICKETS):
            admin.call("ticket.create", title=f"Ticket {number}", body="It worked yesterday. " * 10)
