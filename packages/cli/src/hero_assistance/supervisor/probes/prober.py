"""Asking one probe of an action: over its Unix socket, over TCP, or by running a program."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hero_assistance.supervisor.process.child_processes import ChildProcesses
from hero_assistance.supervisor.process.process_family import end_all
from hero_assistance.supervisor.process.process_table import does_exist, is_alive
from hero_assistance.supervisor.process.socket_ownership import describe_holder
from hero_assistance.supervisor.process_identity import ProcessIdentity
from hero_assistance_sdk.hero_proc.specs import HEALTH_PATH, HealthCheck, ProbeKind, network_target
from hero_assistance_sdk.net.peer_credentials import read_peer_pid

# The head of a health check's answer is short; a peer that sends a longer one is no HTTP server.
_HEAD_LIMIT = 16 * 1024
_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,9})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_RETRY_AFTER = re.compile(rb"^retry-after:[ \t]*\d", re.IGNORECASE | re.MULTILINE)


class ProbeFailed(Exception):
    """The probe failed; the text says how."""


@dataclass(frozen=True, slots=True)
class Prober:
    """Asks the probes of one action; `is_ours` tells whether a process belongs to it."""

    processes: ChildProcesses
    is_ours: Callable[[int], bool]

    async def ask(self, check: HealthCheck, env: Mapping[str, str]) -> None:
        """Return when the probe passes; raises `ProbeFailed` with the reason. `env` is for an `exec` probe."""
        try:
            async with asyncio.timeout(check.timeout_ms / 1000):
                await self._ask(check, env)
        except TimeoutError:
            raise ProbeFailed(f"{check.target} did not answer within {check.timeout_ms} ms") from None
        except OSError as error:
            raise ProbeFailed(_describe_error(check.target, error)) from None

    def reach(self, path: str) -> None:
        """Return when a process of this action listens on a Unix socket; raises `ProbeFailed`."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                probe.setblocking(False)
                probe.connect(path)
                self._check_owner(path, probe)
        except OSError as error:
            raise ProbeFailed(_describe_error(path, error)) from None

    async def _ask(self, check: HealthCheck, env: Mapping[str, str]) -> None:
        if check.kind is ProbeKind.EXEC:
            await self._run(check, env)
        elif check.kind is ProbeKind.HTTP and check.target.startswith("/"):
            reader, writer = await asyncio.open_unix_connection(check.target, limit=_HEAD_LIMIT)
            await self._get(check.target, HEALTH_PATH, reader, writer, owned=True)
        else:
            host, port, path = network_target(check)
            reader, writer = await asyncio.open_connection(host, port, limit=_HEAD_LIMIT)
            if check.kind is ProbeKind.HTTP:
                await self._get(check.target, path, reader, writer, owned=False)
            writer.close()

    async def _get(
        self,
        target: str,
        path: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        owned: bool,
    ) -> None:
        try:
            if owned:
                self._check_owner(target, writer.get_extra_info("socket"))
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            head = await reader.readuntil(_HEAD_END)
            # Read to the end, so that the server does not see its answer cut off.
            await reader.read(_parse_length(head))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise ProbeFailed(f"{target} does not speak HTTP") from None
        finally:
            writer.close()
        if not (owned and _is_busy(head)):
            _check_status_line(target, head)

    def _check_owner(self, path: str, probe: socket.socket) -> None:
        holder = read_peer_pid(probe)
        # The process that called listen() may have ended and left the socket to its children.
        if holder and does_exist(holder) and not self.is_ours(holder):
            raise ProbeFailed(describe_holder(path, holder))

    async def _run(self, check: HealthCheck, env: Mapping[str, str]) -> None:
        program = self.processes.spawn(shlex.split(check.target), env=env)
        try:
            ended = await asyncio.shield(program.exited)
        finally:
            if not program.exited.done():
                await end_all(lambda: _find_alive(program.identity), first=signal.SIGKILL, timeout_s=0)
        if ended.code != 0:
            how = ended.signal or f"status {ended.code}"
            raise ProbeFailed(f"{check.target} ended with {how}")


def _find_alive(identity: ProcessIdentity) -> set[ProcessIdentity]:
    return {identity} if is_alive(identity) else set()


def _parse_length(head: bytes) -> int:
    found = _LENGTH.search(head)
    return int(found[1]) if found else 0


def _is_busy(head: bytes) -> bool:
    """Whether the process answers, and has too many callers: to start it again would end those it serves."""
    return head.split(None, 2)[1:2] == [b"503"] and _RETRY_AFTER.search(head) is not None


def _check_status_line(target: str, head: bytes) -> None:
    parts = head.split(None, 2)
    if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit():
        raise ProbeFailed(f"{target} does not speak HTTP")
    if not 200 <= int(parts[1]) < 400:
        raise ProbeFailed(f"{target} answered {int(parts[1])}")


def _describe_error(target: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{target} is not there"
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens on {target}"
    return f"{target}: {os.strerror(error.errno) if error.errno else error}"
