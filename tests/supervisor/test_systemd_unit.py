"""The unit that brings the service back: written, removed, and never that of another root."""

from __future__ import annotations

import signal
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from hero_assistance.systemd_unit import UNIT, NoSystemd, disable, enable, render_unit
from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.paths import Paths
from tests.capabilities import SYSTEMD, needs
from tests.supervisor.harness import Harness

# What systemd expands, unquotes or takes for the end of a word, and what a shell does.
ODD = "a \"b\" %h $x ${y} 'c' \\ ; # a=b \u00e9"


def _install(paths: Paths) -> None:
    """A program in `bin/` that says how it was called."""
    paths.bin.mkdir(parents=True)
    program = paths.bin / "hero_assistance"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$0" "$PATH_ROOT" "$@"\n')
    program.chmod(0o755)


@pytest.fixture
def systemd(tmp_path: Path) -> Path:
    folder = tmp_path / "systemd"
    folder.mkdir()
    return folder


def test_enable_writes_a_unit_and_its_link_and_disable_removes_both(
    paths: Paths, hero_env: dict[str, str], systemd: Path
) -> None:
    enabled = enable(paths, environ=hero_env, systemd=systemd)
    link = enabled.unit.parent / "default.target.wants" / UNIT
    assert enabled.changed
    assert enabled.unit.is_relative_to(hero_env["HOME"])
    assert link.resolve() == enabled.unit
    assert not enable(paths, environ=hero_env, systemd=systemd).changed
    assert disable(paths, environ=hero_env)
    assert not link.is_symlink()
    assert not enabled.unit.exists()
    assert not disable(paths, environ=hero_env)


def test_the_unit_runs_the_supervisor_of_this_root_and_spares_what_it_started(paths: Paths) -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(render_unit(paths))
    assert unit["Service"]["ExecStart"] == f'"{sys.executable}" "-m" "hero_assistance" "supervisor" "run"'
    assert unit["Service"]["KillMode"] == "process"
    assert unit["Install"]["WantedBy"] == "default.target"
    assert f'Environment="PATH_ROOT={paths.root}"' in render_unit(paths)


def test_what_systemd_would_expand_is_escaped(tmp_path: Path) -> None:
    folder = tmp_path / 'a "b" %h $x'
    text = render_unit(Paths(root=folder, sockets=folder, var=folder))
    assert 'a \\"b\\" %%h $x"' in text


@needs(SYSTEMD)
@pytest.mark.parametrize("installed", [False, True], ids=["source tree", "installed"])
@pytest.mark.parametrize("root", ["plain", ODD, "a\\"])
def test_systemd_reads_the_unit_without_a_complaint(
    paths: Paths, hero_env: dict[str, str], systemd: Path, tmp_path: Path, root: str, installed: bool
) -> None:
    folder = paths.root / root
    layout = Paths(root=folder, sockets=folder / "s", var=folder / "v")
    if installed:
        _install(layout)
    unit = enable(layout, environ=hero_env, systemd=systemd).unit
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", unit],
        env={**hero_env, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert disable(layout, environ=hero_env)


def test_another_roots_unit_is_left_alone(
    paths: Paths, hero_env: dict[str, str], systemd: Path, tmp_path: Path
) -> None:
    enable(paths, environ=hero_env, systemd=systemd)
    other = Paths(root=tmp_path, sockets=tmp_path, var=tmp_path)
    with pytest.raises(Conflict, match="of another root"):
        enable(other, environ=hero_env, systemd=systemd)
    with pytest.raises(Conflict):
        disable(other, environ=hero_env)


@pytest.mark.parametrize("root", ["plain", ODD])
def test_the_line_for_another_init_does_what_it_says(
    paths: Paths, hero_env: dict[str, str], tmp_path: Path, root: str
) -> None:
    folder = paths.root / root
    layout = Paths(root=folder, sockets=folder / "s", var=folder / "v")
    _install(layout)
    with pytest.raises(NoSystemd) as refused:
        enable(layout, environ=hero_env, systemd=tmp_path / "none")
    line = str(refused.value.hint).partition("as this user: ")[2]
    done = subprocess.run(["sh", "-c", line], env=hero_env, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.splitlines() == [str(layout.bin / "hero_assistance"), str(folder), "supervisor", "run"]


def test_the_program_is_written_without_what_systemd_only_expands_in_arguments(paths: Paths) -> None:
    layout = Paths(root=paths.root / "$x", sockets=paths.root, var=paths.root)
    _install(layout)
    assert f'ExecStart="{layout.bin}/hero_assistance" "supervisor" "run"' in render_unit(layout)


def test_without_systemd_it_says_how_else(paths: Paths, hero_env: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(NoSystemd) as refused:
        enable(paths, environ=hero_env, systemd=tmp_path / "none")
    assert f"PATH_ROOT={paths.root}" in str(refused.value.hint)
    assert str(refused.value.hint).endswith("supervisor run")


def test_the_command_says_so_too(hero_env: dict[str, str]) -> None:
    command = [sys.executable, "-m", "hero_assistance", "disable"]
    done = subprocess.run(command, env=hero_env, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "was not enabled\n"


def test_what_was_wanted_comes_back_when_nothing_of_it_is_left(supervised: Harness) -> None:
    """As after a reboot: neither supervisor nor process is there, only the registration."""
    supervised.start_actions(supervised.action())
    before = supervised.until_state(ActionState.HEALTHY).pid
    supervised.end_supervisor(signal.SIGKILL)
    supervised.clean_up()
    supervised.start_supervisor()
    after = supervised.until_state(ActionState.HEALTHY).pid
    assert after != before
