"""The network of the service: socket folders, the sockets in them, TCP ports, and which process holds each."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance_sdk.errors import SettingError
from hero_assistance_sdk.net.ports import SERVER_PORT
from hero_assistance_sdk.os_errors import explain_owner, name_user
from hero_assistance_sdk.paths import SERVICE, Paths
from hero_assistance_sdk.shell_words import quote_command

# Only the owner may make or replace a socket; the proxies of a box, which may be other users, may connect to it.
_OTHERS_WRITE = 0o022
_OTHERS_ENTER = 0o055
_NAMES = ("rpc", "events", "ui", "supervisor")


def check_folders(paths: Paths) -> Iterator[Finding]:
    """Owner and mode of the folder of all sockets and of ours."""
    for folder in (paths.sockets, paths.service_sockets):
        if not folder.exists():
            continue
        about = folder.stat()
        mode = stat.S_IMODE(about.st_mode)
        close = quote_command("chmod", "755", folder)
        if about.st_uid != os.geteuid():
            hint = explain_owner(folder) or ""
            yield Finding("folders", Verdict.FAULT, f"{folder} belongs to {name_user(about.st_uid)}", hint)
        if mode & _OTHERS_WRITE and not mode & stat.S_ISVTX:
            yield Finding("folders", Verdict.FAULT, f"{folder} can be written by others", close)
        elif mode & _OTHERS_ENTER != _OTHERS_ENTER:
            detail = f"{folder} has mode {mode:o}: a proxy of another user cannot enter"
            yield Finding("folders", Verdict.WARNING, detail, close)


def check_socket_group(paths: Paths) -> Iterator[Finding]:
    """Whether the group that may connect to `ui.sock` exists, and can enter every folder on the way to it."""
    from hero_assistance.supervisor.connection import registered_spec
    from hero_assistance_sdk.net.socket_group import read_socket_group

    spec = registered_spec(paths)
    try:
        # Every action has the same environment.
        group = read_socket_group(spec.actions[0].env) if spec else None
    except SettingError as error:
        yield Finding("folders", Verdict.FAULT, error.message, error.hint or "")
        return
    folder = paths.service_sockets
    for place in (folder, *folder.parents) if group is not None else ():
        about = place.stat() if place.exists() else None
        if about and not about.st_mode & stat.S_IXOTH and not (about.st_gid == group and about.st_mode & stat.S_IXGRP):
            detail = f"the group that may connect to ui.sock cannot enter {place}"
            allow = quote_command("chmod", "o+x", place)
            yield Finding("folders", Verdict.FAULT, detail, f"{allow}, or start with another PATH_SOCKET")


def check_sockets(paths: Paths) -> Iterator[Finding]:
    """Each socket: held by a process of the service, by another process, or by none."""
    from hero_assistance.supervisor.process.process_table import read_command_name
    from hero_assistance_sdk.net.sockets import listening_pid

    is_ours = _recognize_ours(paths)
    for path in (*map(paths.socket, _NAMES), paths.hero_proc_socket):
        if not path.exists():
            continue
        pid = listening_pid(path)
        if pid is None:
            hint = "start hero_proc, or remove it" if path == paths.hero_proc_socket else "the next start replaces it"
            yield Finding("sockets", Verdict.WARNING, f"nobody listens on {path}", hint)
        elif pid and path != paths.hero_proc_socket and not is_ours(pid):
            detail = f"{path} is held by process {pid} ({read_command_name(pid)}), which is none of this service"
            yield Finding("sockets", Verdict.FAULT, detail, f"end it, or set another PATH_SOCKET; see: ps -p {pid}")
        else:
            who = f"process {pid}" if pid else "a process that this system does not name"
            yield Finding("sockets", Verdict.OK, f"{path.name} is held by {who}")


def check_ports(paths: Paths) -> Iterator[Finding]:
    """The TCP ports of the registered service: whether another process holds one."""
    from hero_assistance.setup.tcp_listener import describe_process, explain_search
    from hero_assistance.supervisor.process.tcp_ports import find_port_holder, tells_port_holders

    held = [(find_port_holder(port), port, verdict, lost) for port, verdict, lost in _list_ports(paths)]
    is_ours = _recognize_ours(paths)
    for pid, port, verdict, lost in held:
        if pid is None or (pid and is_ours(pid)):
            continue
        hint = f"end it, or start with another port; see: {explain_search(port)}"
        if not pid and not tells_port_holders() and _runs_well(paths):
            detail = f"TCP port {port} is in use; this system does not say by which process, and the service runs well"
            yield Finding("ports", Verdict.OK, detail)
            continue
        yield Finding("ports", verdict, f"TCP port {port} is held by {describe_process(pid)}: {lost}", hint)


def _runs_well(paths: Paths) -> bool:
    """Whether every action is healthy, so that each has the ports that it asked for."""
    from hero_assistance.status import HEALTHY, read_status

    return read_status(paths).exit_status == HEALTHY


def _recognize_ours(paths: Paths) -> Callable[[int], bool]:
    """Tells whether a process belongs to the service or supervises it."""
    from hero_assistance.status import read_status
    from hero_assistance.supervisor.names import SUPERVISOR_LOCK
    from hero_assistance.supervisor.process.process_family import MARK, add_descendants
    from hero_assistance.supervisor.process.process_table import list_processes, read_inherited
    from hero_assistance.supervisor.registry.registry import Registry
    from hero_assistance_sdk.files.file_lock import find_holder

    table = list_processes()
    known = {action.pid for action in read_status(paths).actions} | {find_holder(paths.state / SUPERVISOR_LOCK)}
    family = add_descendants({pid for pid in known if pid}, table)
    marked = f"{Registry(paths.state).instance}/{SERVICE}/"
    return lambda pid: pid in family or (read_inherited(pid, MARK) or "").startswith(marked)


def _list_ports(paths: Paths) -> list[tuple[int, Verdict, str]]:
    """Each TCP port of the service, how bad it is to lose it, and what is lost."""
    from hero_assistance.action_names import SERVER
    from hero_assistance.service import TCP_SETTING, read_settings
    from hero_assistance.supervisor.connection import registered_spec
    from hero_assistance_sdk.net.sockets import parse_address

    spec = registered_spec(paths)
    server = spec.action(SERVER) if spec else None
    if spec is None or server is None:
        return []
    address = server.env.get(TCP_SETTING, str(SERVER_PORT))
    settings = read_settings(spec)
    pages = settings.ui_tcp if settings else ()
    server_port = [] if address == "off" else [parse_address(address)[1]]
    wanted = [(port, Verdict.WARNING, "overlay peers cannot connect") for port in server_port]
    wanted += [(parse_address(page)[1], Verdict.FAULT, "the page is not served there") for page in pages]
    return [row for row in wanted if row[0]]
