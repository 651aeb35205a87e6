"""Which projects to show: the ones given, else the remembered, else this machine's ticket server."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from hero_assistance_app.remembered_projects import KnownProject, list_once
from hero_assistance_sdk.errors import HeroError, UsageError
from hero_assistance_sdk.net.ports import SERVER_PORT
from hero_assistance_sdk.net.sockets import parse_address
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.project.address_book import AddressBook
from hero_assistance_sdk.project.identity import ProjectId
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_ui.projects import ShownProject

LOOPBACK = "127.0.0.1"
# A broad bind is reached by the loopback address of its family.
_EVERY_ADDRESS = {"::": LOOPBACK, "0.0.0.0": LOOPBACK}  # noqa: S104


class NoProject(HeroError):
    """No ticket server was named, and none runs here."""

    reason = "no-project"


def normalize_address(text: str) -> str:
    """Return `HOST:PORT` or `[V6]:PORT`, written one way; a port alone is this machine's. Raises `UsageError`."""
    host, port = parse_address(text)
    if port == 0:
        raise UsageError(f"{text!r} is not the address of a project: its port is 0")
    host = _EVERY_ADDRESS.get(host, host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def find_local_address(paths: Paths) -> str | None:
    """Return the TCP address of this machine's ticket server; `None` when none runs or it has none."""
    socket = paths.socket("rpc")
    if not socket.exists():
        return None
    tcp = _ask_address(socket)
    return None if tcp is None else normalize_address(tcp)


def parse_project(text: str) -> KnownProject:
    """Return the project of `--project`: an address, or several with commas between. Raises `UsageError`."""
    return KnownProject(tuple(dict.fromkeys(map(normalize_address, text.split(",")))))


def make_projects(
    known: Sequence[KnownProject | str], on_identified: Callable[[KnownProject], None] = lambda _project: None
) -> list[ShownProject]:
    """Return the projects to show, in the order given, each once; `on_identified` is told which one proved its id."""
    unique = list_once([KnownProject((one,)) if isinstance(one, str) else one for one in known])
    if not unique:
        raise NoProject(
            "no project to show",
            hint=f"name a ticket server: hero_assistance_app --project HOST:{SERVER_PORT} (remembered from then on)",
        )
    return [
        ShownProject(id=_id_of(project.name), name=project.name, target=_target_of(project, on_identified))
        for project in unique
    ]


def _target_of(project: KnownProject, on_identified: Callable[[KnownProject], None]) -> str | AddressBook:
    if len(project.addresses) == 1 and project.project_id is None:
        return project.name

    def note_identified(project_id: ProjectId) -> None:
        on_identified(replace(project, project_id=project_id))

    return AddressBook(project.addresses, project.project_id, on_identified=note_identified)


def _ask_address(socket: Path) -> str | None:
    try:
        with RpcClient(socket) as client:
            tcp = client.call("system.health").get("tcp")
    except HeroError:
        # A socket without an answer is as good as none.
        return None
    return tcp if isinstance(tcp, str) else None


def _id_of(address: str) -> str:
    """Return an id for URLs; two addresses never have the same, because no host or port holds the letters put in."""
    text = address.lower().replace("[", "v6-").replace("]", "").replace(":", "_")
    return re.sub(r"[^a-z0-9._-]", lambda found: f"-{ord(found[0]):x}-", text)
