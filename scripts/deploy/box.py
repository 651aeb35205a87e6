"""A box as it was found: what it can run, which releases it has, and what runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hero_assistance_sdk.hero_proc.states import WORST_FIRST
from hero_assistance_sdk.paths import SERVICE, Paths
from hero_assistance_sdk.zipapp.header import Target

EMPTY = "empty"
OFF = "off"
UNKNOWN = "unknown"
HEALTHY = "healthy"
STOPPED = "stopped"
DEGRADED = "degraded"


def _make_paths(root: str, var: str) -> Paths:
    """The folders of a desk elsewhere; its sockets are not asked for."""
    return Paths(root=Path(root), sockets=Path(var) / "sockets", var=Path(var))


_NOWHERE = _make_paths("/nonexistent", "/nonexistent/var")


@dataclass(frozen=True)
class Box:
    """One box; `releases` are what it has installed, the last activated first, and `commits` what each was built from.

    `targets` are what its interpreters can run, `live_target` is what its live release was built for; `sent` are the
    names in its folder for archives on their way. `state` is that of its worst action, or `empty` without a release,
    `off` when it cannot be reached, `unknown` when its command line tool does not answer.
    """

    name: str
    state: str
    machine: str = ""
    paths: Paths = _NOWHERE
    sent: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    releases: tuple[str, ...] = ()
    commits: Mapping[str, str] = field(default_factory=dict)
    live: str | None = None
    live_target: Target | None = None
    running: str | None = None
    detail: str = ""
    findings: tuple[Mapping[str, str], ...] = ()

    @property
    def program(self) -> Path:
        """The installed command line tool."""
        return self.paths.bin / SERVICE

    @property
    def previous(self) -> str | None:
        """The release that was live before the live one."""
        if self.live is None or self.live not in self.releases:
            return None
        older = self.releases[self.releases.index(self.live) + 1 :]
        return older[0] if older else None

    @property
    def serves(self) -> bool:
        """Whether it answers its users."""
        return self.state in {HEALTHY, DEGRADED}


def parse_box(report: Mapping[str, Any]) -> Box:
    """A box from what `deploy/box_facts.py` reports of it."""
    releases, status, live = report["releases"], report["status"], report["live"]
    return Box(
        name=report["name"],
        state=_find_state(status, releases, program=report["program"]),
        machine=report["machine"],
        paths=_make_paths(report["root"], report["var"]),
        sent=tuple(report["sent"]),
        targets=tuple(Target(*target) for target in report["targets"]),
        releases=tuple(one["release"] for one in releases or ()),
        commits={one["release"]: f"{one['version']} {one['commit'] or ''}" for one in releases or ()},
        live=next((one["release"] for one in releases or () if one["live"]), None),
        live_target=Target(live["python"], live["platform"]) if live else None,
        running=status["release"] if status else None,
        findings=tuple(one for one in (report.get("doctor") or {}).get("findings", ()) if one["verdict"] != "ok"),
    )


def _find_state(status: Mapping[str, Any] | None, releases: list[Any] | None, *, program: bool) -> str:
    if not program:
        return EMPTY
    if status is None or releases is None:
        return UNKNOWN
    states = {action["state"] for action in status["actions"]}
    return next((state.value for state in WORST_FIRST if state.value in states), UNKNOWN)
