"""The places an action wants to listen at: free, stale, or held by somebody else, who is left alone."""

from __future__ import annotations

import contextlib
import socket
import stat
from collections.abc import Iterable
from pathlib import Path

from hero_assistance.supervisor.probes import held_by
from hero_assistance_sdk.hero_proc.specs import ActionSpec
from hero_assistance_sdk.sockets import listening_pid


class NotFree(Exception):
    """Somebody else holds what the action needs; the text says who."""


def require_free(spec: ActionSpec) -> None:
    """Remove stale sockets; raises `NotFree` when a process listens at one of the action's places."""
    for path in map(Path, spec.sockets):
        holder = listening_pid(path)
        if holder is not None:
            raise NotFree(held_by(str(path), holder))
        _remove_socket(path)
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    for port in spec.tcp_ports:
        if _port_is_held(port):
            raise NotFree(held_by(f"TCP port {port}", 0))


def clear_sockets(paths: Iterable[str]) -> None:
    """Remove the sockets that nobody listens on."""
    for path in map(Path, paths):
        if listening_pid(path) is None:
            _remove_socket(path)


def _remove_socket(path: Path) -> None:
    with contextlib.suppress(OSError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()


def _port_is_held(port: int) -> bool:
    """Whether a listener has the port on some address: ours could not bind every address then."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return True
    return False
