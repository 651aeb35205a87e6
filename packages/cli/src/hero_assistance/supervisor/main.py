"""The supervisor's main coroutine: opens the socket, resumes the services, and decides when to end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from pydantic_core import to_json

from hero_assistance.supervisor.logs.log_manager import LogManager
from hero_assistance.supervisor.names import NAME, NOTIFY, OWN_LOG, SOCKET
from hero_assistance.supervisor.process.child_processes import ChildProcesses
from hero_assistance.supervisor.process.required_proc import require_proc
from hero_assistance.supervisor.registry.registry import Registry
from hero_assistance.supervisor.registry.secrets import Secrets
from hero_assistance.supervisor.rpc.http_endpoint import HttpEndpoint
from hero_assistance.supervisor.rpc.listening_socket import ListeningSocket
from hero_assistance.supervisor.rpc.methods import RpcContext, table
from hero_assistance.supervisor.state.services import Services
from hero_assistance_sdk.hero_proc.specs import LogSpec
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.release import release_id, version
from hero_assistance_sdk.rpc.dispatch import Dispatcher
from hero_assistance_sdk.rpc.openrpc import add_discovery
from hero_assistance_sdk.size_limits import RELAY_BYTES

# Long enough for the command that started it to register a service, short enough to leave no idle process.
_IDLE_EXIT_S = 5.0
_TITLE = "hero_assistance supervisor"
_DESCRIPTION = "Runs the actions of services, probes them, and ends all that they started."

_log = get_log("supervisor")


async def supervise(paths: Paths) -> None:
    """Supervise until SIGTERM, SIGINT, `system.shutdown` or idleness; what runs goes on. Raises `NoProcessTable`."""
    require_proc()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    processes = ChildProcesses()
    processes.open()
    paths.logs.mkdir(parents=True, exist_ok=True)
    registry = Registry(paths.state)
    registry.keep_reserve()
    paths.service_sockets.mkdir(mode=0o755, parents=True, exist_ok=True)
    processes.notify_socket.open(paths.socket(NOTIFY))
    path = paths.socket(SOCKET)
    try:
        async with asyncio.TaskGroup() as group:
            log_manager = LogManager(paths.logs)
            log_manager.watch(OWN_LOG, LogSpec())
            services = Services(registry, processes, log_manager, group)
            endpoint = _make_endpoint(RpcContext(services, Secrets(paths.state), paths.logs, stop.set), path)
            listening = ListeningSocket(path, endpoint, group)
            loop.add_signal_handler(signal.SIGHUP, _on_hangup, listening)
            with contextlib.closing(listening):
                await listening.open()
                services.resume()
                group.create_task(log_manager.run())
                group.create_task(listening.keep(processes.notify_socket.keep))
                _log.info("supervisor.ready", pid=os.getpid(), release=release_id(), services=len(services))
                await _wait_until_stopped(stop, services, endpoint)
            # This ends the runners; their processes go on.
            raise _Ended
    except* _Ended:
        _log.info("supervisor.ended")
    finally:
        processes.notify_socket.close()
        processes.close()


def _on_hangup(listening: ListeningSocket) -> None:
    """Look after the socket: a command that found none sends SIGHUP. The end of a terminal ends no service."""
    _log.info("supervisor.woken")
    listening.wake()


class _Ended(Exception):
    """Ends the task group, and with it every runner."""


def _make_endpoint(context: RpcContext, path: Path) -> HttpEndpoint:
    # A page of log lines has its own bound; each byte of a binary line may be six of JSON.
    dispatcher = Dispatcher(table, answer_bytes=RELAY_BYTES, explains_system=True)

    async def answer(body: bytes) -> bytes | None:
        return await dispatcher.answer(body, context)

    manifest = {"protocol": "openrpc", "name": NAME, "title": _TITLE, "version": version()}
    documents = {
        "/openrpc.json": add_discovery(table, title=_TITLE, version=version(), description=_DESCRIPTION).json,
        "/health": to_json({"status": "ok", "service": NAME, "version": version()}),
        "/.well-known/heroservice.json": to_json({**manifest, "description": _DESCRIPTION, "socket": str(path)}),
    }
    return HttpEndpoint(answer, documents)


async def _wait_until_stopped(stop: asyncio.Event, services: Services, endpoint: HttpEndpoint) -> None:
    """Return when `stop` is set, or when nothing was registered and no client connected for a while."""
    while not stop.is_set():
        was_idle = _is_idle(services, endpoint)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_IDLE_EXIT_S):
                await stop.wait()
        if was_idle and _is_idle(services, endpoint):
            return


def _is_idle(services: Services, endpoint: HttpEndpoint) -> bool:
    """Whether nothing is registered and no client is connected that might register something."""
    return not len(services) and not endpoint.connections
