"""A container of an unpacked image: its root is read-only, its user is not root, its data are in a volume."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.capabilities import AS_ROOT, NAMESPACES, require

_TIMEOUT_S = 120.0
_OWN = ["--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child"]
# What a runtime of containers does, as far as the program can see it.
_ENTER = """\
ip link set lo up
mount --bind "$ROOT" "$ROOT"
mount -o remount,bind,ro "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs tmpfs "$ROOT/dev"
for name in null zero random urandom; do
  touch "$ROOT/dev/$name"
  mount --bind "/dev/$name" "$ROOT/dev/$name"
done
mkdir -m 1777 "$ROOT/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$ROOT/tmp"
mount -t tmpfs -o "uid=${OWNER%:*},gid=${OWNER#*:},mode=0755" tmpfs "$ROOT/run/hero-assistance"
mount --bind "$VOLUME" "$ROOT/$DATA"
exec chroot --userspec="$OWNER" "$ROOT" /usr/bin/env -i "$@"
"""


@dataclass(frozen=True)
class Bundle:
    """An unpacked image, as umoci leaves it, and the folder that is the volume."""

    folder: Path
    volume: Path

    @property
    def root(self) -> Path:
        """The files of the image."""
        return self.folder / "rootfs"

    @property
    def process(self) -> dict[str, Any]:
        """What the image says of its program: arguments, environment, user."""
        found: dict[str, Any] = json.loads((self.folder / "config.json").read_text())["process"]
        return found

    @contextmanager
    def started(self) -> Iterator[subprocess.Popen[str]]:
        """Start its entry point; it ends with the block."""
        with subprocess.Popen(
            self._command(self.process["args"]),
            env=self._environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
        ) as program:
            try:
                yield program
            finally:
                program.kill()

    def run_in(self, program: subprocess.Popen[str], *words: str) -> str:
        """Run a command in the container of a program, as its user; returns what it printed."""
        pid = find_child(program.pid)
        owner = ["--setuid", str(self.process["user"]["uid"]), "--setgid", str(self.process["user"]["gid"])]
        spaces = ["--mount", "--net", "--ipc", "--pid", f"--root=/proc/{pid}/root", f"--wd=/proc/{pid}/root"]
        command = ["nsenter", f"--target={pid}", *spaces, *owner, "--", "/usr/bin/env", "-i", *self.process["env"]]
        done = subprocess.run([*command, *words], capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _command(self, words: Sequence[str]) -> list[str]:
        return ["unshare", *_OWN, "--", "sh", "-ec", _ENTER, "sh", *self.process["env"], *words]

    def _environ(self) -> dict[str, str]:
        user = self.process["user"]
        return {
            "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
            "ROOT": str(self.root),
            "VOLUME": str(self.volume),
            "DATA": self.process["cwd"].removeprefix("/"),
            "OWNER": f"{user['uid']}:{user['gid']}",
        }


def ask_to_end(program: subprocess.Popen[str]) -> None:
    """Send the first process of a container what a runtime sends it."""
    os.kill(find_child(program.pid), signal.SIGTERM)


def find_child(pid: int) -> int:
    """The only child of a process: the first process of a namespace."""
    [child] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def unpack_image(archive: Path, folder: Path, name: str) -> Bundle:
    """Unpack an image by umoci, with an empty volume of its user."""
    for capability in (NAMESPACES, AS_ROOT):
        require(capability)
    layout = folder / "layout"
    layout.mkdir()
    subprocess.run(["tar", "--extract", f"--file={archive}", f"--directory={layout}"], check=True)
    command = ["umoci", "unpack", "--image", f"{layout}:{name}", str(folder / "bundle")]
    subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S)
    found = Bundle(folder / "bundle", folder / "volume")
    found.volume.mkdir(mode=0o700)
    os.chown(found.volume, found.process["user"]["uid"], found.process["user"]["gid"])
    return found
