"""A Linux whose /proc is not there, or is not ours: refused at once with the reason, and nothing is left running."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hero_assistance.action_names import ACTIONS
from hero_assistance.supervisor.names import SUPERVISOR_LOCK
from hero_assistance.supervisor.process.required_proc import NoProcessTable, require_proc
from hero_assistance_sdk.files.file_lock import find_holder
from hero_assistance_sdk.paths import Paths
from tests.builds import ROOT
from tests.capabilities import MASKED_PROC, NAMESPACES, PROC, needs

pytestmark = [
    pytest.mark.fault,
    needs(NAMESPACES, PROC),
]

# Each command in a mount namespace of its own, as root of it; the last line of each says how it ended.
_SCRIPT = """\
set -eu
eval "$PREPARE"
for words in "--start --auth-mode dev" "supervisor run" status doctor --stop; do
  timeout 60 "$PYTHON" -m hero_assistance $words 2>&1 && echo "$words: 0" || echo "$words: $?"
done
"""
_ALONE = ("unshare", "--mount", "--map-root-user")
_WITH_PIDS = (*_ALONE, "--pid", "--fork", "--kill-child")
KINDS = {
    "empty": (_ALONE, "mount -t tmpfs none /proc", "/proc/self/stat cannot be read"),
    "without the system's part": (
        _WITH_PIDS,
        "mount -t proc -o subset=pid proc /proc",
        "/proc/sys/kernel/random/boot_id cannot be read",
    ),
    "of another PID namespace": (_WITH_PIDS, ":", "/proc is that of another PID namespace"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_refused_with_the_reason(kind: str, paths: Paths, hero_env: dict[str, str]) -> None:
    prefix, prepare, reason = KINDS[kind]
    started = paths.root / "started"
    paths.bin.mkdir(parents=True)
    for name in ACTIONS:
        (paths.bin / name).write_text(f"#!/bin/sh\ntouch {started}\nsleep 60\n")
        (paths.bin / name).chmod(0o755)
    env = {**hero_env, "PREPARE": prepare, "PYTHON": sys.executable, "PYTHONPATH": ":".join(sys.path)}
    allowed = subprocess.run([*prefix, "sh", "-c", prepare], env=env, capture_output=True, text=True, check=False)
    if allowed.returncode:
        pytest.skip(MASKED_PROC.reason)
    done = subprocess.run(
        [*prefix, "sh", "-c", _SCRIPT], env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240
    )
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stdout.splitlines()
    ends = {line.rpartition(": ")[0]: line.rpartition(": ")[2] for line in lines if line[-1:].isdigit()}
    wanted = {"--start --auth-mode dev": "1", "supervisor run": "1", "status": "3", "--stop": "0"}
    assert {words: ends.get(words) for words in wanted} == wanted, done.stdout
    assert sum(reason in line for line in lines) >= 3, done.stdout
    assert sum("mount -t proc proc /proc" in line for line in lines) >= 3, done.stdout
    assert not started.exists()
    assert find_holder(paths.state / SUPERVISOR_LOCK) is None


def test_elsewhere_there_is_nothing_to_miss(tmp_path: Path) -> None:
    require_proc(tmp_path, "darwin")
    with pytest.raises(NoProcessTable, match="self/stat cannot be read"):
        require_proc(tmp_path, "linux")


def test_this_machine_has_what_is_needed() -> None:
    assert Path("/proc/self").readlink().name == str(os.getpid())
    require_proc()
