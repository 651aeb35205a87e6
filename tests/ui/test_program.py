"""The command line of the page's daemon."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.ui.daemons import desk


def _run(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hero_assistance_ui", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)


def test_version(hero_env: dict[str, str]) -> None:
    run = _run("--version", env=hero_env)
    assert run.returncode == 0
    assert run.stdout.startswith("hero_assistance_ui ")


def test_help_names_every_option(hero_env: dict[str, str]) -> None:
    run = _run("--help", env=hero_env)
    assert run.returncode == 0
    assert "--auth-mode" in run.stdout
    assert "--tcp" in run.stdout


def test_a_wrong_option_is_a_usage_error(hero_env: dict[str, str]) -> None:
    assert _run("--auth-mode", "guess", env=hero_env).returncode == 2


def test_a_wrong_address_is_a_usage_error_in_one_line(hero_env: dict[str, str]) -> None:
    run = _run("--tcp", "nowhere", env=hero_env)
    assert run.returncode == 2
    assert "'nowhere' is not an address" in run.stderr
    assert "Traceback" not in run.stderr


def test_an_address_that_is_taken_ends_it_with_the_reason(hero_env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        run = _run("--tcp", address, env=hero_env)
    assert run.returncode == 1
    assert f"cannot listen on {address}" in run.stderr


def test_it_serves_several_tcp_addresses_and_ends_cleanly(hero_root: Path, hero_env: dict[str, str]) -> None:
    with desk(hero_root, hero_env) as made:
        page = made.start_ui("--tcp", "127.0.0.1:0", "--tcp", "127.0.0.1:0")
        assert page.log.read_text().count("name=tcp") == 2
        assert page.end(signal.SIGTERM) == 0
        assert not made.paths.socket("ui").exists()
