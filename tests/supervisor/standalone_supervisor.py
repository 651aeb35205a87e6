"""A stand-in for hero_proc as its public pages describe it: actions stand alone, and a script of an interpreter runs.

It takes nothing that its document does not describe, fills in what stands between double braces, calls a service
running when a pid of it lives, and runs what it is told: a script that is quoted wrongly starts nothing.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import re
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_WAIT_S = 10.0
_INTERPRETERS = {"bash": ["bash", "-c"], "python": [sys.executable, "-c"]}
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_TEXT = {"type": "string"}
_NUMBER = {"type": "integer", "minimum": 0}

ACTION_SPEC: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["script", "interpreter"],
    "properties": {
        "script": _TEXT,
        "interpreter": {"type": "string", "enum": ["rhai", "ai", "python", "bash"]},
        "ai_config": {"anyOf": [{"type": "object", "properties": {"model": _TEXT}}, {"type": "null"}]},
        "description": {"type": ["string", "null"]},
        "env": {"type": "object", "additionalProperties": _TEXT},
        "timeout_ms": {"type": ["integer", "null"]},
        "retry_policy": {"$ref": "#/components/schemas/RetryPolicy"},
        "kill_other": {"type": "boolean"},
        "sockets": {"type": "array", "items": _TEXT},
        "stop_signal": _TEXT,
        "stop_timeout_ms": _NUMBER,
    },
}
SERVICE_SPEC: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["actions", "tags", "status"],
    "properties": {
        "description": _TEXT,
        "actions": {"type": "array", "items": _TEXT},
        "status": {"type": "string", "enum": ["start", "stop", "ignore", "spec"]},
        "probe": {"$ref": "#/components/schemas/Probe"},
        "require_ready": {"type": "boolean"},
        "sockets": {"type": "array", "items": _TEXT},
        "tags": {"type": "array", "items": _TEXT},
    },
}
SCHEMAS: dict[str, Any] = {
    "ActionSpec": ACTION_SPEC,
    "ServiceSpec": SERVICE_SPEC,
    "RetryPolicy": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"max_attempts": _NUMBER, "delay_ms": _NUMBER},
    },
    "Probe": {
        "type": "object",
        "additionalProperties": False,
        "required": ["socket"],
        "properties": {"socket": _TEXT, "path": _TEXT, "interval_secs": _NUMBER, "timeout_secs": _NUMBER},
    },
}
_ACTION = ["action_name", "action_context"]
PARAMS: dict[str, list[str]] = {
    "rpc.discover": [],
    "server.health": [],
    "action.set": [*_ACTION, "spec:ActionSpec"],
    "action.get": _ACTION,
    "action.delete": _ACTION,
    "job.create": ["spec:ActionSpec"],
    "job.list": [],
    "service.set": ["name", "spec:ServiceSpec"],
    "service.list": [],
    **{f"service.{verb}": ["name"] for verb in ("get", "status", "start", "stop", "restart", "delete")},
}


def make_document(**schemas: Any) -> dict[str, Any]:
    """The OpenRPC document, with other schemas in the place of some."""
    return {
        "openrpc": "1.3.2",
        "info": {"title": "hero_proc", "version": "0"},
        "methods": [{"name": name, "params": list(map(_make_param, params))} for name, params in PARAMS.items()],
        "components": {"schemas": {**SCHEMAS, **schemas}},
    }


def _make_param(text: str) -> dict[str, Any]:
    name, _colon, schema = text.partition(":")
    return {
        "name": name,
        "required": True,
        "schema": {"$ref": f"#/components/schemas/{schema}"} if schema else {"type": "string"},
    }


class Refused(Exception):
    """A call that such a supervisor refuses."""


class StandaloneSupervisor:
    """Its registrations and processes; `asked` are the calls that were answered."""

    def __init__(self, document: dict[str, Any] | None = None) -> None:
        self.document = document or make_document()
        self.asked: list[str] = []
        self.actions: dict[str, dict[str, Any]] = {}
        self.services: dict[str, dict[str, Any]] = {}
        self.jobs: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._lock = threading.Lock()

    def call(self, method: str, params: dict[str, Any]) -> Any:
        """The result of a call; raises `Refused`."""
        if method not in PARAMS:
            raise Refused(f"no method {method}")
        known = {text.partition(":")[0] for text in PARAMS[method]}
        if set(params) != known:
            raise Refused(f"{method} takes {sorted(known)}, not {sorted(params)}")
        with self._lock:
            self.asked.append(method)
            return getattr(self, "_" + method.replace(".", "_"))(**params)

    def end(self) -> None:
        """End what runs."""
        for _name, process in self.jobs:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(_WAIT_S)

    def _rpc_discover(self) -> Any:
        return self.document

    def _server_health(self) -> Any:
        return {"status": "ok"}

    def _action_set(self, action_name: str, action_context: str, spec: dict[str, Any]) -> None:
        self._check("ActionSpec", spec)
        if action_context != "core":
            raise Refused(f"there is no context {action_context}")
        self.actions[action_name] = spec

    def _action_get(self, action_name: str, action_context: str) -> Any:
        return {"name": action_name, "context": action_context, "spec": self._find(self.actions, action_name)}

    def _action_delete(self, action_name: str, action_context: str) -> Any:
        del action_context
        return self.actions.pop(action_name, None) is not None

    def _job_create(self, spec: dict[str, Any]) -> Any:
        self._check("ActionSpec", spec)
        self._run("inline", spec)
        return len(self.jobs)

    def _job_list(self) -> Any:
        return [
            {"id": number, "action": name, "phase": _phase(process), "pid": process.pid}
            for number, (name, process) in enumerate(self.jobs, 1)
        ]

    def _service_set(self, name: str, spec: dict[str, Any]) -> None:
        self._check("ServiceSpec", spec)
        for action in spec["actions"]:
            self._find(self.actions, action)
        self.services[name] = spec

    def _service_get(self, name: str) -> Any:
        return {"name": name, "spec": self._find(self.services, name)}

    def _service_list(self) -> Any:
        return sorted(self.services)

    def _service_status(self, name: str) -> Any:
        self._find(self.services, name)
        return {"name": name, "state": "running" if self._living(name) else "exited"}

    def _service_start(self, name: str) -> None:
        spec = self._find(self.services, name)
        for action in spec["actions"]:
            if not any(job == f"{name}.{action}" for job, _process in self._living(name)):
                self._run(f"{name}.{action}", self.actions[action])

    def _service_stop(self, name: str) -> None:
        self._find(self.services, name)
        for _job, process in self._living(name):
            os.killpg(process.pid, signal.SIGTERM)

    def _service_restart(self, name: str) -> None:
        for _job, process in self._living(name):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(_WAIT_S)
        self._service_start(name)

    def _service_delete(self, name: str) -> None:
        if self._living(name):
            raise Refused("it runs")
        del self.services[name]

    def _run(self, job: str, spec: dict[str, Any]) -> None:
        script = _TEMPLATE.sub("", spec["script"])
        env = {"PATH": os.environ["PATH"], **spec.get("env", {})}
        command = [*_INTERPRETERS[spec["interpreter"]], script]
        self.jobs.append((job, subprocess.Popen(command, env=env, start_new_session=True)))

    def _living(self, service: str) -> list[tuple[str, subprocess.Popen[bytes]]]:
        return [row for row in self.jobs if row[0].startswith(f"{service}.") and row[1].poll() is None]

    def _check(self, name: str, spec: dict[str, Any]) -> None:
        schema = self.document["components"]["schemas"][name]
        lacking = set(schema["required"]) - set(spec)
        unknown = set(spec) - set(schema["properties"])
        if lacking or unknown:
            raise Refused(f"{name}: lacks {sorted(lacking)}, has {sorted(unknown)}")

    def _find(self, registered: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
        if name not in registered:
            raise Refused(f"there is no {name}")
        return registered[name]


def _phase(process: subprocess.Popen[bytes]) -> str:
    code = process.poll()
    return "running" if code is None else "failed" if code else "success"


@contextlib.contextmanager
def listening(path: Path, supervisor: StandaloneSupervisor) -> Iterator[StandaloneSupervisor]:
    """Answer JSON-RPC on a Unix socket; ends afterwards what was started."""

    class Answer(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
            try:
                answer["result"] = supervisor.call(request["method"], request["params"])
            except Refused as refused:
                answer["error"] = {"code": -32602, "message": str(refused)}
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self) -> str:
            return "unix"

        def log_message(self, *_arguments: Any) -> None:
            pass

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

    path.parent.mkdir(parents=True, exist_ok=True)
    with Server(str(path), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield supervisor
        finally:
            server.shutdown()
            thread.join(_WAIT_S)
            supervisor.end()
            path.unlink()
