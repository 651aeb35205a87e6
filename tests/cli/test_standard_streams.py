"""Output that is closed, full or not read any more: the work goes on, and nothing is printed about it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hero_assistance_sdk.paths import Paths

PROGRAM = f'"{sys.executable}" -m hero_assistance'


def shell(command: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a shell's command line, which must end by itself."""
    return subprocess.run(["bash", "-c", command], env=env, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    "streams", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-", "> /dev/full", "2> /dev/full", "2>&1 | true"]
)
@pytest.mark.parametrize("command", ["status", "status --json", "--help", "service list", "secret list", "no-such"])
def test_a_closed_or_full_stream_gives_no_traceback(hero_env: dict[str, str], command: str, streams: str) -> None:
    done = shell(f"set -o pipefail; {PROGRAM} {command} {streams}", hero_env)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    usual = shell(f"{PROGRAM} {command}", hero_env).returncode
    # What cannot be printed on standard output is a failure; on standard error it is none.
    assert done.returncode in ({usual, 1} if ">" in streams.replace("2>", "") or "|" in streams else {usual})


def test_no_file_takes_the_place_of_a_closed_stream(hero_env: dict[str, str], hero_root: Path) -> None:
    """The first file that is opened would become standard output, and what is printed its content."""
    program = (
        "from hero_assistance.light_commands.standard_streams import protect_streams; protect_streams()\n"
        f"opened = open({str(hero_root / 'opened')!r}, 'w')\n"
        "print('printed'); import sys; print('printed', file=sys.stderr, flush=True); sys.stdout.flush()\n"
        "opened.write('content')\n"
    )
    done = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, program], env=hero_env, check=True, timeout=60
    )
    assert done.returncode == 0
    assert (hero_root / "opened").read_text() == "content"


def test_following_ends_with_its_reader(hero_env: dict[str, str], paths: Paths) -> None:
    paths.logs.mkdir(parents=True)
    (paths.logs / "hero_assistance_server.log").write_text("a line\n")
    done = shell(f"{PROGRAM} logs hero_assistance_server --follow | head -1", hero_env)
    assert (done.stdout, done.stderr) == ("a line\n", "")


def test_progress_that_is_not_read_stops_neither_install_nor_start_nor_stop(
    dist: Path, hero_env: dict[str, str], paths: Paths
) -> None:
    env = {**hero_env, "HERO_ASSISTANCE_TCP": "off", "PATH": os.environ["PATH"]}
    shell(f"'{dist / 'hero_assistance'}' install '{dist}' 2>&1 | head -1", env)
    binary = paths.bin / "hero_assistance"
    assert binary.exists()
    try:
        shell(f"'{binary}' --start 2>&- | true", env)
        assert shell(f"'{binary}' status", env).returncode == 0
        shell(f"'{binary}' --stop 2>&1 | head -1", env)
        assert shell(f"'{binary}' status", env).returncode == 3
    finally:
        subprocess.run([binary, "--stop"], env=env, check=False, capture_output=True, timeout=60)
