"""Small programs in the place of the two daemons, and a service of them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator

from hero_assistance import lifecycle
from hero_assistance.action_names import ACTION_SOCKETS
from hero_assistance.status import read_status
from hero_assistance.supervisor.names import SUPERVISOR_LOCK
from hero_assistance.supervisor.process.process_table import list_processes, read_inherited
from hero_assistance_sdk.files.file_lock import find_holder
from hero_assistance_sdk.paths import Paths

DAEMON = '''#!{python} -I
"""Stands for a daemon: JSON on each of its sockets."""
import http.server, json, os, pathlib, socketserver, sys, threading
sockets = {sockets}
print("flags", *sys.argv[1:], flush=True)
if "--seed-dev-users" in sys.argv and pathlib.Path({broken!r}).exists():
    sys.exit("the database is from the future")

def health():
    found = pathlib.Path({ill!r} + os.path.basename(sys.argv[0]))
    return json.loads(found.read_text()) if found.exists() else {{}}

class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self._answer(health())
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        lost = pathlib.Path({broken!r}).with_name("lost.json")
        error = json.loads(lost.read_text()) if lost.exists() else None
        result = {{"release": "0.1.0-abc", "tcp_error": error, **health()}}
        self._answer({{"jsonrpc": "2.0", "id": request["id"], "result": result}})
    def _answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def address_string(self):
        return "unix"
    def log_message(self, *arguments):
        pass

class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

servers = [Server(path + ".new", Answer) for path in sockets]
for path in sockets:
    os.rename(path + ".new", path)
for server in servers[1:]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
servers[0].serve_forever()
'''


def ill_file(paths: Paths, name: str) -> str:
    """The file that holds what a daemon says of its health, once it is there."""
    return str(paths.root / f"ill-{name}")


class Told:
    """Keeps the steps that were told."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def step(self, text: str) -> None:
        self.steps.append(text)


def processes_of(paths: Paths) -> set[int]:
    """Every process that was started for this root."""
    return {pid for pid in list_processes() if read_inherited(pid, "PATH_ROOT") == str(paths.root)}


@contextlib.contextmanager
def installed_daemons(paths: Paths) -> Iterator[Paths]:
    """Install the two programs in a root; ends afterwards what still runs."""
    paths.bin.mkdir(parents=True)
    for name, sockets in ACTION_SOCKETS.items():
        listens = [str(paths.socket(socket)) for socket in sockets]
        broken, ill = str(paths.root / "broken"), ill_file(paths, "")
        (paths.bin / name).write_text(DAEMON.format(python=sys.executable, sockets=listens, broken=broken, ill=ill))
        (paths.bin / name).chmod(0o755)
    yield paths
    holder = find_holder(paths.state / SUPERVISOR_LOCK)
    for pid in [*([holder] if holder else []), *sorted(processes_of(paths))]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def start(paths: Paths, *, seed: bool = False, ui_tcp: tuple[str, ...] = (), told: Told | None = None) -> bool:
    """Start in dev mode; whether anything was changed."""
    environ = {"PATH_ROOT": str(paths.root), "SECRET": "of the caller"}
    outcome = lifecycle.start(
        paths, auth_mode="dev", seed_dev_users=seed, ui_tcp=ui_tcp, progress=told or Told(), environ=environ
    )
    assert outcome.status.exit_status == 0
    return outcome.changed


def pids(paths: Paths) -> dict[str, int | None]:
    return {action.name: action.pid for action in read_status(paths).actions}
