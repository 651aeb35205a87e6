"""A desk on a small disk of its own, which is filled while the desk runs.

`python -m tests.faults.full_disk SCENE`, in a mount namespace and a process table of its own, mounts a file system of
48 MiB on `PATH_ROOT`, starts the real programs there, plays one scene and prints what came of it as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hero_assistance.action_names import SERVER, UI
from hero_assistance.supervisor.names import SUPERVISOR_LOCK
from hero_assistance.supervisor.process.process_table import list_processes, read_inherited
from hero_assistance_sdk.files.file_lock import find_holder
from hero_assistance_sdk.paths import Paths
from tests.supervisor.harness import wait_for

SIZE = "48m"
# What was left in the report: enough for a record, not for the index of a database's log.
LITTLE_BYTES = 8 * 1024
_COMMAND_S = 90.0
_CHUNK = 64 * 1024


class Disk:
    """The small file system, and what fills it."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self._ballast = paths.root / "ballast"
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", paths.root], check=True)

    @contextmanager
    def filled(self, *, leave: int = 0) -> Iterator[None]:
        """Fill it but for these bytes."""
        with self._ballast.open("wb", buffering=0) as file:
            for size in (_CHUNK, 4096):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)):
                        pass
            file.truncate(file.tell() - leave)
        yield
        self._ballast.unlink(missing_ok=True)


class Desk:
    """The programs of the source tree, as they are installed on the disk."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        paths.bin.mkdir()
        search = shlex.quote(os.pathsep.join(path for path in sys.path if path))
        for name in ("hero_assistance", SERVER, UI):
            program = paths.bin / name
            program.write_text(f'#!/bin/sh\nPYTHONPATH={search} exec {sys.executable} -m {name} "$@"\n')
            program.chmod(0o755)

    def run(self, *words: str) -> dict[str, Any]:
        """Run a command; its exit status, and what it printed on standard error."""
        done = subprocess.run(
            [self.paths.bin / "hero_assistance", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=_COMMAND_S,
        )
        return {"status": done.returncode, "said": done.stderr}

    def start(self) -> dict[str, Any]:
        return self.run("--start", "--auth-mode", "dev", "--seed-dev-users")

    def pids(self) -> dict[str, int | None]:
        """The pids of what is healthy."""
        done = subprocess.run(
            [self.paths.bin / "hero_assistance", "status", "--json"], capture_output=True, check=False, text=True
        )
        # A full disk is a condition of the server, and it serves all the same.
        actions = json.loads(done.stdout)["actions"]
        return {one["name"]: one["pid"] for one in actions if one["state"] in ("healthy", "degraded")}

    def left(self) -> int:
        """How many processes of this root there are, but for this program."""
        root = str(self.paths.root)
        return sum(read_inherited(pid, "PATH_ROOT") == root for pid in list_processes() if pid != os.getpid())

    def kill_supervisor(self) -> None:
        holder = find_holder(self.paths.state / SUPERVISOR_LOCK)
        assert holder
        os.kill(holder, signal.SIGKILL)
        wait_for(lambda: find_holder(self.paths.state / SUPERVISOR_LOCK) is None, "the supervisor has ended")


def stop(disk: Disk, desk: Desk) -> dict[str, Any]:
    """`--stop` on a full disk, once more after it, and a start there and with room again."""
    with disk.filled():
        found = {"stopped": desk.run("--stop"), "left": desk.left(), "again": desk.run("--stop")}
        found |= {"refused": desk.start(), "left_by_refused": desk.left()}
    return found | {"started": desk.start(), "ended": desk.run("--stop")}


def stop_after_death(disk: Disk, desk: Desk) -> dict[str, Any]:
    """`--stop` on a full disk after the supervisor was killed."""
    desk.kill_supervisor()
    with disk.filled():
        return {"stopped": desk.run("--stop"), "left": desk.left()}


def restart(disk: Disk, desk: Desk) -> dict[str, Any]:
    """`restart` with hardly any room, and `restart` with room."""
    before = desk.pids()
    with disk.filled(leave=LITTLE_BYTES):
        found = {"refused": desk.run("restart"), "same": desk.pids() == before, "running": len(before)}
        found["changed"] = desk.run("--start", "--auth-mode", "dev")
        found["same_still"] = desk.pids() == before
        found["as_before"] = desk.start()
    found["restarted"] = desk.run("restart")
    found["replaced"] = len(set(desk.pids().values()) - set(before.values()))
    return found | {"ended": desk.run("--stop")}


def back_up(disk: Disk, desk: Desk) -> dict[str, Any]:
    """`backup` on a full disk."""
    with disk.filled(leave=LITTLE_BYTES):
        found = {"refused": desk.run("backup", str(disk.paths.root / "b.tar"))}
        found["exported"] = desk.run("export", str(disk.paths.root / "export"))
    return found | {"ended": desk.run("--stop")}


SCENES = {scene.__name__: scene for scene in (stop, stop_after_death, restart, back_up)}


def main(name: str) -> None:
    paths = Paths.from_environ()
    disk = Disk(paths)
    desk = Desk(paths)
    found = {"first": desk.start()}
    print(json.dumps(found | SCENES[name](disk, desk)))


if __name__ == "__main__":
    main(sys.argv[1])
