"""Boxes of a fleet: each has a network, processes and mounts of its own, and a real sshd; they end with the test."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import Any

from tests.builds import ROOT
from tests.capabilities import NAMESPACES, SSH_KEYGEN, SSHD, find_program, require
from tests.postgres import find_user
from tests.sshd import CLIENT, CONFIGURATION, make_key, read_public_key, write_configuration

PORT = 2222
DISK = "4g"
_HOST = "host"
_TIMEOUT_S = 60.0
_DEPLOY_S = 600.0
# Without root's rights, a namespace of users makes root of whoever runs the tests.
_MAPPED = os.geteuid() != 0
_MAP = ["--map-root-user"] if _MAPPED else []
# In front of what runs as whoever logs in, and of what refuses to be root.
AS_USER = ["unshare", "--user", f"--map-user={os.geteuid()}", f"--map-group={os.getegid()}"] if _MAPPED else []
UNPRIVILEGED = AS_USER or ["setpriv", f"--reuid={find_user()}", f"--regid={find_user()}", "--clear-groups"]
_OWN_PIDS = ["--pid", "--fork", "--kill-child", "--mount-proc"]
# What is on standard input ends with the test, and with `cat` ends all that the box runs.
_START = """\
ip link set lo up
mount -t tmpfs tmpfs /run
mkdir /run/sshd
[ -z "$DISK" ] || mount -t tmpfs -o "size=$DISK,mode=0700" tmpfs "$ROOT"
"$@" >"$ROOT.log" 2>&1 &
echo ready
exec cat
"""
# Of what has a network alone.
_NETWORK = "ip link set lo up; echo ready; exec cat"


@dataclass(frozen=True)
class Host:
    """A process that holds namespaces, by its pid."""

    process: subprocess.Popen[str]

    def enter(self, *namespaces: str) -> list[str]:
        """The words in front of a command that is run in its network, and in these other namespaces of it."""
        user = ["--user", "--preserve-credentials"] if _MAPPED else []
        return ["nsenter", f"--target={self.process.pid}", *user, "--net", *namespaces, "--"]

    def enter_alone(self) -> list[str]:
        """The words in front of a command in its network; what that command has started ends with it."""
        return [*self.enter(), "unshare", *_OWN_PIDS, "--"]

    def enter_processes(self) -> list[str]:
        """The words in front of a command that is one of its processes, and ends with them."""
        # The process itself is in front of the namespace that it has made for its children.
        return self.enter("--mount", f"--pid=/proc/{self.process.pid}/ns/pid_for_children")


@dataclass(frozen=True)
class TestedBox:
    """One box: its address, and the root of its desk."""

    __test__ = False

    name: str
    host: Host
    address: str
    root: Path

    def run(self, *command: str) -> str:
        """Run a command with the mounts of the box."""
        return must_run([*self.host.enter("--mount"), *command])

    def run_in_processes(self, *command: str, given: str | None = None) -> str:
        """Run a command as one of its processes, which sees the others; `given` is its standard input."""
        return must_run([*self.host.enter_processes(), *command], given)

    def shrink_disk(self, left_mb: int) -> None:
        """Leave this much free on its disk."""
        blocks, free, size = map(int, self.run("stat", "--file-system", "--format=%b %f %S", str(self.root)).split())
        self._resize_disk(f"{(blocks - free) * size + left_mb * 1024 * 1024}")

    def grow_disk(self) -> None:
        """Give its disk the size of before."""
        self._resize_disk(DISK)

    def _resize_disk(self, size: str) -> None:
        self.run("mount", "-o", f"remount,size={size}", str(self.root))

    def switch_off(self) -> None:
        """End everything that it runs, and its network."""
        _end(self.host.process)


@dataclass(frozen=True)
class BoxNetwork:
    """Boxes, and the machine that deploys to them, which is in a network with all of them."""

    controller: Host
    boxes: tuple[TestedBox, ...]
    inventory: Path

    def run(
        self, command: Sequence[str], on_progress: Callable[[str], None] = lambda line: None
    ) -> tuple[int, str, str]:
        """Run a command on the machine that deploys: its exit status, what it printed, and what it told meanwhile.

        Each line of the latter is passed on as it comes.
        """
        told = []
        with TemporaryFile("w+") as printed:
            with subprocess.Popen(
                [*self.controller.enter(), *command],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.PIPE,
                text=True,
            ) as process:
                overdue = Timer(_DEPLOY_S, process.kill)
                overdue.start()
                for line in process.stderr or ():
                    told.append(line)
                    on_progress(line)
                overdue.cancel()
            printed.seek(0)
            return process.returncode, printed.read(), "".join(told)


@contextmanager
def started_boxes(folder: Path, names: Sequence[str], *, small_disks: Sequence[str] = ()) -> Iterator[BoxNetwork]:
    """Boxes of these names, empty, with sshd; those of `small_disks` have a root of `DISK`."""
    for capability in (NAMESPACES, SSHD, SSH_KEYGEN):
        require(capability)
    for key in (CLIENT, _HOST):
        make_key(folder / key)
    write_configuration(folder, f"Port {PORT}", f"HostKey {folder / _HOST}", "PidFile none")
    with ExitStack() as ends:
        controller = _start_host(ends, ["unshare", "--net", *_MAP, "--", "sh", "-ec", _NETWORK])
        boxes = tuple(
            _start_box(ends, controller, folder, name, number, DISK if name in small_disks else "")
            for number, name in enumerate(names, 1)
        )
        yield BoxNetwork(controller, boxes, write_inventory(folder, boxes))


def _start_box(ends: ExitStack, controller: Host, folder: Path, name: str, number: int, disk: str) -> TestedBox:
    root = folder / name
    root.mkdir()
    # Only root runs as another user than who logs in.
    sshd = [*AS_USER, str(find_program("sshd")), "-D", "-e", "-f", str(folder / CONFIGURATION)]
    command = ["unshare", "--net", "--mount", "--uts", *_OWN_PIDS, "--", "sh", "-ec", _START, "sh", *sshd]
    host = _start_host(ends, [*controller.enter(), *command], {"ROOT": str(root), "DISK": disk})
    near, far = f"10.77.{number}.1", f"10.77.{number}.2"
    link_host(controller, host, (f"box{number}", f"{near}/30"), ("eth0", f"{far}/30"))
    return TestedBox(name, host, far, root)


def link_host(controller: Host, host: Host, near: tuple[str, str], far: tuple[str, str], *flags: str) -> None:
    """Link a machine to the one that deploys: each gets a device with an address, to which the flags are added."""
    here, there = controller.enter(), host.enter()
    must_run([*here, *f"ip link add {near[0]} type veth peer name {far[0]} netns {host.process.pid}".split()])
    for prefix, (device, address) in ((here, near), (there, far)):
        must_run([*prefix, "ip", "address", "add", address, "dev", device, *flags])
        must_run([*prefix, "ip", "link", "set", device, "up"])


def start_machine(ends: ExitStack, controller: Host) -> Host:
    """Start a machine next to the one that deploys, which has nothing but a network."""
    return _start_host(ends, [*controller.enter(), "unshare", "--net", "--", "sh", "-ec", _NETWORK])


def _start_host(ends: ExitStack, command: list[str], environ: dict[str, str] | None = None) -> Host:
    """Start what holds namespaces, and says `ready`, until its standard input ends."""
    process = subprocess.Popen(
        command, env={**os.environ, **(environ or {})}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    ends.callback(_end, process)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return Host(process)


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.wait(_TIMEOUT_S)
    process.stdout.close()


def write_inventory(
    folder: Path, boxes: Sequence[TestedBox], environ: Mapping[str, str] | None = None, **data: Any
) -> Path:
    """Write the inventory of these boxes; `environ` and `data` are for each of them."""
    host_key = read_public_key(folder / _HOST)
    (folder / "known_hosts").write_text("".join(f"[{box.address}]:{PORT} {host_key}\n" for box in boxes))
    common = {
        "ssh_user": getpass.getuser(),
        "ssh_port": PORT,
        "ssh_key": str(folder / CLIENT),
        "ssh_known_hosts_file": str(folder / "known_hosts"),
        "ssh_strict_host_key_checking": "yes",
        "hero_start": ("--auth-mode", "dev"),
        **data,
    }
    path = os.pathsep.join([str(Path(sys.executable).resolve().parent), os.defpath])
    listed = [
        (
            box.name,
            {
                **common,
                "ssh_hostname": box.address,
                "hero_environment": {
                    "PATH_ROOT": str(box.root),
                    "HOME": str(box.root),
                    "PATH": path,
                    **(environ or {}),
                },
            },
        )
        for box in boxes
    ]
    inventory = folder / "inventory.py"
    inventory.write_text(f"boxes = {listed!r}\n")
    return inventory


def must_run(command: list[str], given: str | None = None) -> str:
    """Run a command that has to succeed, and return what it prints; `given` is its standard input."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout.strip()
