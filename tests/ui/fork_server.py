"""Starts daemons from a process that has imported them: the imports are most of the processor time of a start.

Run as a program it is that process: each line of its standard input names what to start, and it writes when what it
started has ended. A daemon is a process of its own all the same, with its own environment, output and exit status.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

# What takes the time; the rest is imported by the daemon itself. What uvicorn and httpx2 import when they are first
# used is named, too.
_SERVING = ("uvicorn.lifespan.off", "uvicorn.protocols.websockets.auto")
_ASKING = ("httpcore2", "anyio._backends._asyncio")
PRELOADED = {
    "hero_assistance_server": ("hero_assistance_server.command", "hero_assistance_server.server", *_SERVING),
    "hero_assistance_ui": ("hero_assistance_ui.daemon", *_SERVING, *_ASKING),
}
POLL_S = 0.02
# With this variable, the page's daemon answers late.
LATE_ANSWERS = "TESTS_LATE_ANSWERS"


class ForkedProcess:
    """A daemon that the fork server started, with what tests use of `subprocess.Popen`."""

    # What they print is read by no test.
    stdout = None

    def __init__(self, server: ForkServer, pid: int) -> None:
        self._server = server
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs; the negative number of the signal that ended it."""
        if self.returncode is None:
            self.returncode = self._server.status_of(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; raises `subprocess.TimeoutExpired`."""
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired([str(self.pid)], timeout or 0.0)
            self._server.listen(POLL_S)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class ForkServer:
    """The process that has imported the daemons; each worker of a test run has one."""

    def __init__(self, env: dict[str, str]) -> None:
        command = [sys.executable, str(Path(__file__).resolve())]
        self._process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._ended: dict[int, int] = {}
        self._unread = b""
        atexit.register(self.close)

    def start(self, module: str, arguments: list[str], env: dict[str, str], log: Path) -> ForkedProcess:
        """Start `python -m module` with this environment; its errors are appended to `log`."""
        assert self._process.stdin is not None
        log.touch()
        asked = {"module": module, "arguments": arguments, "env": env, "log": str(log)}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        return ForkedProcess(self, int(self._read_line()["pid"]))

    def status_of(self, pid: int) -> int | None:
        """Return with what a daemon ended, if it has."""
        while pid not in self._ended and self.listen(0.0):
            pass
        return self._ended.pop(pid, None)

    def listen(self, timeout_s: float) -> bool:
        """Read one line of what has ended; whether there was one in time."""
        assert self._process.stdout is not None
        if b"\n" not in self._unread and not select.select([self._process.stdout], [], [], timeout_s)[0]:
            return False
        line = self._next_line()
        self._ended[line["ended"]] = line["status"]
        return True

    def close(self) -> None:
        """End the process; what it started goes on."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def _read_line(self) -> dict[str, Any]:
        """Return the next line that says what was started."""
        while "ended" in (line := self._next_line()):
            self._ended[line["ended"]] = line["status"]
        return line

    def _next_line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        while b"\n" not in self._unread:
            received = os.read(self._process.stdout.fileno(), 65536)
            if not received:
                raise AssertionError("the process that starts daemons has ended")
            self._unread += received
        line, _, self._unread = self._unread.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found


@functools.cache
def fork_server() -> ForkServer:
    """Return the fork server of this process, which is started when it is first asked for."""
    passed = ("PATH", "LANG", "LC_ALL", "TMPDIR")
    return ForkServer({name: value for name, value in os.environ.items() if name in passed})


def serve() -> None:
    """Start what each line asks for, until the input ends."""
    import gc
    import importlib

    # The folder of this file: its modules are the tests'.
    sys.path.pop(0)
    for modules in PRELOADED.values():
        for name in modules:
            importlib.import_module(name)
    # Each feature is a module of its own, which the server finds when it starts.
    importlib.import_module("hero_assistance_server.features").discover_features()
    gc.freeze()
    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking)
    unread = b""
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _report_ended()
        if 0 in ready:
            received = os.read(0, 65536)
            if not received:
                return
            *lines, unread = (unread + received).split(b"\n")
            for line in lines:
                _start(json.loads(line))


def _start(asked: dict[str, Any]) -> None:
    pid = os.fork()
    if pid == 0:
        _become(asked)
    _say({"pid": pid})


def _become(asked: dict[str, Any]) -> NoReturn:
    """Be the daemon, in the child of the fork."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    nothing = os.open(os.devnull, os.O_RDWR)
    for source, target in ((nothing, 0), (nothing, 1), (log, 2)):
        os.dup2(source, target)
    os.closerange(3, 256)
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = [asked["module"], *asked["arguments"]]
    status = 1
    try:
        if asked["module"] == "hero_assistance_ui" and LATE_ANSWERS in os.environ:
            runpy.run_path(str(Path(__file__).with_name("late_answers.py")))["delay_answers"]()
        runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001
        # The end of this process below would come before Python prints it.
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _report_ended() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say({"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def _say(line: dict[str, int]) -> None:
    os.write(1, json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    serve()
