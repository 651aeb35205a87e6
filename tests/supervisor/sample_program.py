"""A program for tests to supervise: `sample_program.py BEHAVIOUR ARGUMENT`; it needs only Python."""

from __future__ import annotations

import http.server
import os
import signal
import socket
import socketserver
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LIFETIME_S = 120


class Health(http.server.BaseHTTPRequestHandler):
    """Answers every GET with 200."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Write nothing, because tests read the log."""


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def serve(path: str) -> None:
    """Answer on a Unix socket until ended."""
    Path(path).unlink(missing_ok=True)
    print(f"serving as {os.getpid()}", flush=True)
    Server(path, Health).serve_forever()


class Overload(Health):
    """Answers 503; with the header `retry-after` while the file `PATH.busy` exists, and notes each answer."""

    def do_GET(self) -> None:
        path = str(self.server.server_address)
        is_busy = Path(f"{path}.busy").exists()
        with Path(f"{path}.asked").open("a") as notes:
            notes.write("busy\n" if is_busy else "sick\n")
        self.send_response(503)
        if is_busy:
            self.send_header("retry-after", "1")
        self.send_header("content-length", "0")
        self.end_headers()


def serve_overloaded(path: str) -> None:
    """Answer that there are too many callers, until ended."""
    Path(path).unlink(missing_ok=True)
    Server(path, Overload).serve_forever()


def leave_family(path: str) -> None:
    """Serve, and start processes that are hard to end: all ignore SIGTERM, most are not our children any more."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _fork()
    _fork(os.setsid)
    _fork(os.setsid, _fork, _leave)
    _fork(_fork_family, _leave)
    serve(path)


def leave_child(path: str) -> None:
    """Serve, and have a child in a session of its own; both ignore SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _fork(os.setsid)
    serve(path)


def _fork_family() -> None:
    _fork(os.setsid, _fork)


def hide(path: str) -> None:
    """Serve, and start a child that drops its environment and opens a session of its own."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execve(sys.executable, [sys.executable, "-I", __file__, "stay", path], {})  # noqa: S606
        os._exit(0)
    serve(path)


def fail_after_child(path: str) -> None:
    """Fork a child that serves, then fail; the child stays."""
    if os.fork() == 0:
        serve(path)
    while not listens(path):
        time.sleep(0.01)
    sys.exit(5)


def listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(path) == 0


def serve_port(port: str) -> None:
    """Answer on a TCP port of this machine until ended."""
    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Health).serve_forever()


def count(argument: str) -> None:
    """Write `PATH:LAST` numbered lines, each with our pid, some ten thousand a second, and stay."""
    last = int(argument.rpartition(":")[2])
    for begin in range(0, last, 50):
        lines = (f"{os.getpid()} {number}\n" for number in range(begin, min(begin + 50, last)))
        os.write(1, "".join(lines).encode())
        time.sleep(0.004)
    _stay()


def crash(status: str) -> None:
    print("about to fail", flush=True)
    sys.exit(int(status))


def once(path: str) -> None:
    """Serve once; from the second run on end at once."""
    flag = Path(f"{path}.ran")
    if flag.exists():
        sys.exit(7)
    flag.touch()
    serve(path)


def notify_when_asked(path: str) -> None:
    """Say READY=1 once the file `path` is there, as any program that knows systemd does."""
    while not Path(path).exists():
        time.sleep(0.01)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.connect(os.environ["NOTIFY_SOCKET"])
        receiver.send(b"STATUS=at last\nREADY=1\n")
    _stay()


def serve_late(path: str) -> None:
    """Serve after half a second."""
    time.sleep(0.5)
    serve(path)


def take_socket_and_fail(path: str) -> None:
    """Take over the socket and fail."""
    Path(path).unlink(missing_ok=True)
    Server(path, Health)
    sys.exit(4)


def show_environment(path: str) -> None:
    print("environment:", " ".join(sorted(os.environ)), flush=True)
    serve(path)


def _fork(*functions: Callable[[], object]) -> None:
    """Fork a child that runs these functions and then stays."""
    if os.fork() == 0:
        for function in functions:
            function()
        _stay()


def _leave() -> None:
    os._exit(0)


def _stay(_argument: str = "") -> None:
    time.sleep(LIFETIME_S)
    _leave()


BEHAVIOURS = {
    "serve": serve,
    "overloaded": serve_overloaded,
    "family": leave_family,
    "child": leave_child,
    "hide": hide,
    "fail-after-child": fail_after_child,
    "port": serve_port,
    "count": count,
    "crash": crash,
    "once": once,
    "notify": notify_when_asked,
    "late": serve_late,
    "take-socket-and-fail": take_socket_and_fail,
    "environment": show_environment,
    "stay": _stay,
}

if __name__ == "__main__":
    BEHAVIOURS[sys.argv[1]](sys.argv[2])
