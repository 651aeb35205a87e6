"""A root that cannot be used: every command says so in one line, and none with a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
