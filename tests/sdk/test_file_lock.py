"""A lock is held by one process at a time, names it, and ends with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hero_assistance_sdk.files.file_lock import LockHeld, find_holder, lock_file
from tests.capabilities import NAMESPACES, needs

_HOLD = """
import sys, pathlib
from hero_assistance_sdk.files.file_lock import lock_file
with lock_file(pathlib.Path(sys.argv[1]), may_be_read_only=len(sys.argv) > 2):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_taker_learns_the_pid_of_the_holder(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    waited: list[int] = []
    with lock_file(path):
        assert find_holder(path) == os.getpid()
        with (
            pytest.raises(LockHeld, match=f"process {os.getpid()}"),
            lock_file(path, wait_s=0.1, on_wait=lambda held: waited.append(held.holder)),
        ):
            pass
    assert waited == [os.getpid()]
    assert find_holder(path) is None


def test_a_file_that_is_not_there_is_not_held(tmp_path: Path) -> None:
    assert find_holder(tmp_path / "none.lock") is None


def test_the_lock_of_a_killed_holder_is_free(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    child = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        assert find_holder(path) == child.pid
        child.kill()
    with lock_file(path):
        assert find_holder(path) == os.getpid()


_FULL = """
import pathlib, resource, sys
from hero_assistance_sdk.files.file_lock import LockHeld, find_holder, lock_file
from tests.capabilities import NAMESPACES, needs
path = pathlib.Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
with lock_file(path):
    print(find_holder(path))
    try:
        with lock_file(path):
            pass
    except LockHeld as held:
        print(held)
"""


def test_a_disk_that_takes_nothing_gives_a_lock_without_a_pid(tmp_path: Path) -> None:
    """A wrong pid would be worse than none."""
    path = tmp_path / "one.lock"
    path.write_text("1")
    done = subprocess.run([sys.executable, "-c", _FULL, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "0\nanother process\n"


def test_the_pid_of_the_last_holder_is_written_over(tmp_path: Path) -> None:
    """The file keeps its block, so that the next holder needs none."""
    path = tmp_path / "one.lock"
    path.write_text("1" * 19)
    with lock_file(path):
        assert find_holder(path) == os.getpid()
        assert path.stat().st_size >= 19


@needs(NAMESPACES)
def test_a_lock_on_a_read_only_disk(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    path.touch()
    script = f'mount --bind {tmp_path} {tmp_path}; mount -o remount,ro,bind {tmp_path}; exec "$@" </dev/null'
    around = ["unshare", "--mount", "--map-root-user", "sh", "-ec", script, "sh"]
    command = [*around, sys.executable, "-c", _HOLD, str(path)]
    allowed = subprocess.run([*command, "may be"], capture_output=True, text=True, check=False)
    assert (allowed.stdout, allowed.stderr) == ("held\n", "")
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Read-only file system" in refused.stderr
