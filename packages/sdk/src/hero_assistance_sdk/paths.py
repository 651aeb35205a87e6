"""The folders of an installation, from `PATH_ROOT`, `PATH_SOCKET` and `PATH_VAR`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hero_assistance_sdk.errors import SettingError, SocketPathTooLong

SERVICE = "hero_assistance"

# sizeof(sun_path) less the closing NUL: 107 on Linux, 103 on macOS and the BSDs.
SOCKET_PATH_LIMIT = 107 if os.uname().sysname == "Linux" else 103

# The settings that `--start` forwards to each action, when they are set.
FORWARDED = ("PATH_ROOT", "PATH_SOCKET", "HERO_SOCKET_DIR", "PATH_VAR", "PATH_CFG")


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one root; `Paths.from_environ` is the only place that reads them from outside."""

    root: Path
    sockets: Path
    var: Path

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Paths:
        """Read the folders; raises `SettingError` for a relative one, or one with a control character."""
        env = os.environ if environ is None else environ
        root = _folder(env, "PATH_ROOT") or _home(env) / "hero"
        var = _folder(env, "PATH_VAR") or root / "var"
        sockets = _folder(env, "PATH_SOCKET") or _folder(env, "HERO_SOCKET_DIR") or root / "var" / "sockets"
        return cls(root=root, sockets=sockets, var=var)

    @property
    def bin(self) -> Path:
        """The folder on the operator's `PATH`."""
        return self.root / "bin"

    @property
    def releases(self) -> Path:
        """One folder a release, and the link `current`."""
        return self.var / "releases" / SERVICE

    @property
    def downloads(self) -> Path:
        """Archives of releases on their way here."""
        return self.var / "downloads" / SERVICE

    @property
    def signers(self) -> Path:
        """Whose signatures archives of releases must have; there is such a file only where an operator made one."""
        return self.state / "release_signers"

    @property
    def data(self) -> Path:
        """The data to keep: the server's database and attachments."""
        return self.var / "data" / SERVICE

    @property
    def backups(self) -> Path:
        """The server's automatic backups; outside the data folder, because a restore replaces that."""
        return self.var / "backups" / SERVICE

    @property
    def exports(self) -> Path:
        """The last export of the server."""
        return self.var / "exports" / SERVICE

    @property
    def mail(self) -> Path:
        """The outbox folder: letters of a desk without a mail server, as `.eml` files."""
        return self.var / "mail" / SERVICE

    @property
    def replica(self) -> Path:
        """What is known here of the desk's replica elsewhere."""
        return self.var / "replica" / SERVICE

    @property
    def replica_configuration(self) -> Path:
        """Where the replica goes; there is such a file only where an operator set one up."""
        return self.replica / "replica.json"

    @property
    def logs(self) -> Path:
        """One file an action; they outlive the supervisor."""
        return self.var / "log" / SERVICE

    @property
    def state(self) -> Path:
        """What the embedded supervisor keeps: registrations, its lock, secrets."""
        return self.var / "state" / SERVICE

    @property
    def service_sockets(self) -> Path:
        """The socket directory of this service, named after the service and never after a binary."""
        return self.sockets / SERVICE

    def socket(self, name: str) -> Path:
        """The path of one of our sockets, such as `rpc`; raises `SocketPathTooLong`."""
        return checked_socket_path(self.service_sockets / f"{name}.sock")

    @property
    def hero_proc_socket(self) -> Path:
        """The socket of the supervisor on a Hero OS machine."""
        return checked_socket_path(self.sockets / "hero_proc" / "rpc.sock")


def checked_socket_path(path: Path) -> Path:
    """Return `path` when the kernel can bind it; raises `SocketPathTooLong` with both lengths."""
    length = len(os.fsencode(path))
    if length > SOCKET_PATH_LIMIT:
        raise SocketPathTooLong(
            f"the socket path {path} has {length} bytes; the system accepts {SOCKET_PATH_LIMIT}",
            hint="set PATH_SOCKET (or PATH_ROOT) to a shorter folder",
        )
    return path


def forwarded_environ(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The `PATH_*` settings that are set, as each action must see them."""
    env = os.environ if environ is None else environ
    return {name: env[name] for name in FORWARDED if env.get(name)}


def _folder(env: Mapping[str, str], name: str) -> Path | None:
    value = env.get(name)
    if not value:
        return None
    path = Path(value)
    if not path.is_absolute():
        raise SettingError(f"{name} must be an absolute path, not {value!r}")
    _check_characters(name, value)
    return path


def _home(env: Mapping[str, str]) -> Path:
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    _check_characters("HOME", str(home))
    return home


def _check_characters(name: str, value: str) -> None:
    """Raise `SettingError` for a line break and the like: files with one path a line, such as units, cannot hold it."""
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):
        raise SettingError(
            f"{name} must not hold a line break or another control character: {value!r}",
            hint="rename the folder, or set PATH_ROOT to another one",
        )
