"""Errors of the operating system: one line with the path, its owner and what to do."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hero_assistance import os_errors
from hero_assistance.os_errors import explain, is_missing_part


def test_a_full_disk_names_the_file_and_the_remedy(tmp_path: Path) -> None:
    found = explain(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "state")))
    assert str(found).startswith(f"{tmp_path / 'state'}: No space left on device")
    assert found.hint == "free some space on this disk"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_refused_path_names_its_owner(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "not made" / "file"
    mine = explain(OSError(number, os.strerror(number), str(path)))
    assert mine.hint == f"you own {tmp_path}: give yourself the right with: chmod u+rwX {tmp_path}"
    monkeypatch.setattr(os, "geteuid", lambda: 54_321)
    other = explain(OSError(number, os.strerror(number), str(path)))
    assert "belongs to" in str(other.hint)
    assert str(tmp_path) in str(other.hint)


def test_a_file_of_the_program_itself_is_told_apart() -> None:
    part = Path(os_errors.__file__).with_name("gone.py")
    assert is_missing_part(FileNotFoundError(errno.ENOENT, "", str(part)))
    assert not is_missing_part(FileNotFoundError(errno.ENOENT, "", "/nowhere"))


COMMANDS = ("status", "--start", "--stop", "restart", "doctor", "secret list", "service list", "logs", "install .")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("spoil", ["file", "loop", "long"])
def test_a_root_that_cannot_be_used_gives_one_line(
    command: str, spoil: str, hero_env: dict[str, str], hero_root: Path
) -> None:
    """No command answers with a traceback."""
    root = hero_root / "unusable"
    if spoil == "file":
        root.write_text("")
    elif spoil == "loop":
        root.symlink_to(root)
    else:
        root = Path("/tmp") / ("x" * 300)
    done = subprocess.run(
        [sys.executable, "-m", "hero_assistance", *command.split()],
        env={**hero_env, "PATH_ROOT": str(root), "PATH_SOCKET": str(hero_root / "sockets")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode != 0 or not done.stderr
