"""A lock is held by one process at a time, names it, and ends with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hero_assistance_sdk.files.file_lock import LockHeld, find_holder, lock_file

_HOLD = """
import sys, pathlib
from hero_assistance_sdk.files.file_lock import lock_file
with lock_file(pathlib.Path(sys.argv[1])):
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
