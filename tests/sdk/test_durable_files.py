"""A file is replaced as a whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hero_assistance_sdk.files.durable_files import replace_file, write_atomic


def test_a_failed_write_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")
    with pytest.raises(OSError, match="full"):
        _write_until_full(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    write_atomic(tmp_path / "folder" / "file", b"")
    assert (tmp_path / "folder" / "file").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o700


def test_what_a_killed_process_left_is_removed_by_the_next_write(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    path = tmp_path / "file"
    left = path.with_name(f".file.{int(ended.stdout)}")
    others = [path.with_name(name) for name in (f".file.{os.getppid()}", ".file.x", f".other.{int(ended.stdout)}")]
    for half in (left, *others):
        half.write_text("half")
    write_atomic(path, b"whole")
    assert sorted(tmp_path.iterdir()) == sorted([path, *others])


def test_an_interrupt_leaves_no_half(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _write_until_interrupted(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def _write_until_full(path: Path) -> None:
    with replace_file(path) as file:
        file.write(b"new, in pa")
        raise OSError("full")


def _write_until_interrupted(path: Path) -> None:
    with replace_file(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt
