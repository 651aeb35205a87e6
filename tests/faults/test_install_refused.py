"""A full disk and a read-only file system: a clear error, and nothing half done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.builds import ROOT, make_build
from tests.capabilities import NAMESPACES, needs

pytestmark = [
    pytest.mark.fault,
    needs(NAMESPACES),
]

# In a mount namespace of its own: a file system of 2 MiB on the root, the first release installed, then the
# disk filled or made read-only, then the second release tried. The last line tells what `bin/` runs.
_SCRIPT = """\
set -eu
mount -t tmpfs -o size=2M tmpfs "$PATH_ROOT"
"$PYTHON" -c "$INSTALL" "$ONE"
case $HOW in
full) dd if=/dev/zero of="$PATH_ROOT/ballast" bs=4k 2>/dev/null || true ;;
readonly) mount -o remount,ro "$PATH_ROOT" ;;
esac
"$PYTHON" -c "$INSTALL" "$TWO" || echo "status $?"
"$PATH_ROOT/bin/alpha"
find "$PATH_ROOT/var/releases" -name '.new-*' -o -name '.trash-*'
"""
_INSTALL = """\
import sys
from hero_assistance.command_line.run import run
sys.exit(run(["install", sys.argv[1]]))
"""


@pytest.mark.parametrize(("how", "said"), [("full", "No space left"), ("readonly", "Read-only file system")])
def test_the_old_release_stays_and_the_reason_is_named(
    how: str, said: str, tmp_path: Path, hero_root: Path, hero_env: dict[str, str]
) -> None:
    env = {
        **hero_env,
        "HOW": how,
        "PYTHON": sys.executable,
        "PYTHONPATH": ":".join(sys.path),
        "INSTALL": _INSTALL,
        "ONE": str(make_build(tmp_path / "one", "1.0-one")),
        "TWO": str(make_build(tmp_path / "two", "1.0-two", files={"bulk.txt": "x" * 300_000})),
    }
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", _SCRIPT],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-2:] == ["status 1", "1.0-one"], done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# The same on a file system that no program may run from, from the first install on or since a later one.
_NOEXEC_SCRIPT = """\
set -eu
mount -t tmpfs -o size=2M tmpfs "$PATH_ROOT"
if [ "$HOW" = later ]; then "$PYTHON" -c "$INSTALL" "$ONE"; fi
mount -o remount,noexec "$PATH_ROOT"
"$PYTHON" -c "$INSTALL" "$ONE" || echo "status $?"
ls "$PATH_ROOT/bin" || true
"""


@pytest.mark.parametrize(("how", "left"), [("first", 0), ("later", 2)])
def test_where_no_program_may_run_nothing_is_installed(
    how: str, left: int, tmp_path: Path, hero_root: Path, hero_env: dict[str, str]
) -> None:
    one = make_build(tmp_path / "one", "1.0-one")
    env = {**hero_env, "HOW": how, "PYTHON": sys.executable, "PYTHONPATH": ":".join(sys.path), "INSTALL": _INSTALL}
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", _NOEXEC_SCRIPT],
        env={**env, "ONE": str(one)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    after = done.stdout.splitlines()
    after = after[after.index("status 1") :]
    assert (after[0], len(after[1:])) == ("status 1", left), done.stdout + done.stderr
    assert f"programs cannot run from {hero_root}/var/releases" in done.stderr
    assert "mounted noexec" in done.stderr
    assert "PATH_ROOT" in done.stderr
    assert "Traceback" not in done.stderr
