"""A target that is a folder of an SFTP server, by OpenSSH's program `sftp`: it is where OpenSSH is."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar

from hero_assistance.replication.errors import ReplicaFailed
from hero_assistance.replication.openssh import run_openssh
from hero_assistance.replication.target_folder import FOLDER, select_names
from hero_assistance.replication.targets import SftpTarget

_CONNECT_S = 10
_ALIVE_S = 5
# Of one connection; each carries at most so many files.
_TIMEOUT_S = 600.0
_PORTION = 100


@dataclass(frozen=True, slots=True)
class SftpFolder:
    """Implements `TargetFolder`; `known_hosts` names the one key that the server may have."""

    portion: ClassVar[int] = _PORTION
    target: SftpTarget
    key: Path
    known_hosts: Path

    def read(self, name: str) -> bytes | None:
        """Fetch the file into a folder of its own."""
        with tempfile.TemporaryDirectory(prefix="ha") as scratch:
            # A server that lacks the file is told from one that does not answer.
            self._run([_line("-get", _quote(self.target.folder / name), name)], Path(scratch))
            found = Path(scratch) / name
            return found.read_bytes() if found.exists() else None

    def write(self, name: str, content: bytes) -> None:
        """Put the file under another name and rename it."""
        with tempfile.TemporaryDirectory(prefix="ha") as scratch:
            (Path(scratch) / name).write_bytes(content)
            parents = [*reversed(self.target.folder.parents)][1:]
            made = [_line("-mkdir", _quote(folder)) for folder in (*parents, self.target.folder)]
            self._run([*made, self._enter, *_put(name, name)], Path(scratch))

    def list_files(self) -> set[str]:
        """List what is two folders down."""
        listed = self._run([self._enter, _line("-ls", "-1", f"{FOLDER}/*/*")])
        return select_names("/".join(line.strip().split("/")[-2:]) for line in listed.splitlines())

    def put(self, attachments: Path, names: Sequence[str]) -> set[str]:
        """Put them in portions, each under another name at first; what was deleted meanwhile is left out."""
        copied: set[str] = set()
        for portion in _cut(names):
            there = [name for name in portion if (attachments / name).is_file()]
            groups = sorted({name.partition("/")[0] for name in there})
            made = [_line("-mkdir", folder) for folder in (FOLDER, *(f"{FOLDER}/{group}" for group in groups))]
            puts = [command for name in there for command in _put(name, f"{FOLDER}/{name}")]
            if puts:
                self._run([self._enter, *made, *puts], attachments)
            copied.update(there)
        return copied

    def fetch(self, names: Sequence[str], attachments: Path) -> None:
        """Get them in portions."""
        for portion in _cut(names):
            for name in portion:
                (attachments / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._run([self._enter, *(_line("get", f"{FOLDER}/{name}", name) for name in portion)], attachments)

    def delete(self, names: Sequence[str]) -> None:
        """Remove them in portions; one that is gone already is none the worse."""
        for portion in _cut(names):
            self._run([self._enter, *(_line("-rm", f"{FOLDER}/{name}") for name in portion)])

    @property
    def _enter(self) -> str:
        return _line("cd", _quote(self.target.folder))

    def _run(self, commands: Sequence[str], folder: Path = Path("/")) -> str:
        """Run commands in one connection, in a folder of this machine; returns what they print."""
        try:
            done = run_openssh(self._command(), _TIMEOUT_S, text="\n".join([*commands, "bye", ""]), folder=folder)
        except subprocess.TimeoutExpired:
            raise ReplicaFailed(f"{self.target} is too slow", hint=f"no answer for {_TIMEOUT_S:.0f} s") from None
        if done.returncode != 0:
            lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
            why = next((line for line in reversed(lines) if not line.startswith("Connection closed")), "no connection")
            raise ReplicaFailed(f"{self.target} does not do what is asked of it: {why}")
        return done.stdout

    def _command(self) -> list[str]:
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": str(_CONNECT_S),
            "GlobalKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "ServerAliveCountMax": "3",
            "ServerAliveInterval": str(_ALIVE_S),
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(self.known_hosts),
        }
        given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        where = ("-i", str(self.key), "-P", str(self.target.port), f"{self.target.user}@{self.target.bracketed_host}")
        return ["sftp", "-F", "/dev/null", "-b", "-", *given, *where]


def _line(*words: str) -> str:
    return " ".join(words)


def _quote(path: PurePosixPath) -> str:
    """Quote the path of a target, which holds nothing that quotes do not protect."""
    return f'"{path}"'


def _put(local: str, remote: str) -> list[str]:
    """The commands by which a file appears whole; a server that can has it on its disk before."""
    half = f"{remote}.part"
    return [_line("put", "-f", local, half), _line("rename", half, remote)]


def _cut(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[start : start + _PORTION] for start in range(0, len(names), _PORTION))
