"""Bringing the service back after a reboot: a systemd user unit that runs the supervisor of one root.

The supervisor starts again what was wanted when the power went; its registrations say what that was.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.supervisor.connection import supervisor_command
from hero_assistance_sdk.errors import Conflict, HeroError
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.shell_words import quote_command

UNIT = "hero_assistance.service"
# This folder exists where systemd started the machine (sd_booted(3)).
RUNNING_SYSTEMD = Path("/run/systemd/system")
_RELOAD_S = 10.0
_BY_SHELL = ("/bin/sh", "-c", 'exec "$0" "$@"')
# An upgrade ends the supervisor and goes on with the next one: what it runs must outlive it, so only the main process
# is killed with the unit.
_TEMPLATE = """\
# Written by: hero_assistance enable
[Unit]
Description=hero_assistance support desk in {root}

[Service]
{environment}
ExecStart={command}
KillMode=process
Restart=on-failure

[Install]
WantedBy=default.target
"""


class NoSystemd(HeroError):
    """Something else than systemd starts this machine."""

    reason = "no-systemd"


@dataclass(frozen=True, slots=True)
class Enabled:
    """`changed` is false when nothing had to be written; `lingers` says whether the unit starts without a sign-in."""

    unit: Path
    changed: bool
    lingers: bool


def enable(paths: Paths, *, environ: Mapping[str, str] | None = None, systemd: Path = RUNNING_SYSTEMD) -> Enabled:
    """Write the unit and the link that starts it; raises `NoSystemd`, or `Conflict` where another root has the unit."""
    if not systemd.is_dir():
        # `env` would take a path with an equals sign for a variable.
        line = quote_command("env", *_list_settings(paths), *_by_shell_if(supervisor_command(paths), "="))
        raise NoSystemd("systemd does not run this machine", hint=f"have what starts it run, as this user: {line}")
    unit, link = _locate(os.environ if environ is None else environ)
    text = render_unit(paths)
    before = unit.read_text() if unit.exists() else None
    if before is not None and not _is_unit_of(paths, before):
        raise Conflict(f"{unit} is of another root", hint="run hero_assistance disable with that PATH_ROOT first")
    changed = before != text or not link.is_symlink()
    if changed:
        link.parent.mkdir(parents=True, exist_ok=True)
        temporary = unit.with_name(f".{UNIT}.{os.getpid()}")
        temporary.write_text(text)
        temporary.rename(unit)
        link.unlink(missing_ok=True)
        link.symlink_to(unit)
        _reload()
    return Enabled(unit, changed, _lingers())


def disable(paths: Paths, *, environ: Mapping[str, str] | None = None) -> bool:
    """Remove unit and link; false when there was none. Raises `Conflict` where another root has the unit."""
    unit, link = _locate(os.environ if environ is None else environ)
    if not unit.exists():
        return False
    if not _is_unit_of(paths, unit.read_text()):
        raise Conflict(f"{unit} is of another root", hint="set PATH_ROOT to that one")
    link.unlink(missing_ok=True)
    unit.unlink()
    _reload()
    return True


def render_unit(paths: Paths) -> str:
    """The unit: the same folders and the same supervisor as now."""
    # systemd expands variables in arguments, and takes the path of the program as it is, but not with these characters.
    program, *arguments = _by_shell_if(supervisor_command(paths), "\"'\\")
    command = " ".join([_quote(program), *(_quote(word).replace("$", "$$") for word in arguments)])
    environment = "\n".join(f"Environment={_quote(setting)}" for setting in _list_settings(paths))
    return _TEMPLATE.format(root=_escape_root(paths), environment=environment, command=command)


def _by_shell_if(command: Sequence[str], special: str) -> list[str]:
    """The command; by a shell that becomes the program, where its path has one of these characters."""
    return [*(_BY_SHELL if any(character in command[0] for character in special) else ()), *command]


def _is_unit_of(paths: Paths, text: str) -> bool:
    """Whether a unit was written for this root."""
    return f"\nEnvironment={_quote(_list_settings(paths)[0])}\n" in text


def _escape_root(paths: Paths) -> str:
    """The root as systemd shows it in a description; a backslash at the end of the line would join the next one."""
    text = str(paths.root).replace("%", "%%")
    return f"{text}/" if text.endswith("\\") else text


def _list_settings(paths: Paths) -> list[str]:
    return [f"PATH_ROOT={paths.root}", f"PATH_SOCKET={paths.sockets}", f"PATH_VAR={paths.var}"]


def _quote(word: str) -> str:
    """A word as systemd.syntax(7) reads it back."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _locate(environ: Mapping[str, str]) -> tuple[Path, Path]:
    """The unit, and the link by which it is started."""
    home = environ.get("HOME") or str(Path.home())
    folder = Path(environ.get("XDG_CONFIG_HOME") or Path(home, ".config")) / "systemd" / "user"
    return folder / UNIT, folder / "default.target.wants" / UNIT


def _reload() -> None:
    """Tell the user's systemd, where one runs; it reads the unit by itself when it starts."""
    systemctl = shutil.which("systemctl")
    if systemctl:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run([systemctl, "--user", "daemon-reload"], capture_output=True, check=False, timeout=_RELOAD_S)


def _lingers() -> bool:
    """Whether this user's units start at boot, and not only at sign-in."""
    name = os.environ.get("USER") or os.environ.get("LOGNAME") or "root"
    return Path("/var/lib/systemd/linger", name).exists()
