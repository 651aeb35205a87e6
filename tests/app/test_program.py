"""The command line of the app, and how it ends."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.app.program import App, run


def test_version(hero_env: dict[str, str]) -> None:
    ended = run("--version", env=hero_env)
    assert ended.returncode == 0
    assert ended.stdout.startswith("hero_assistance_app ")


def test_help_names_every_option(hero_env: dict[str, str]) -> None:
    ended = run("--help", env=hero_env)
    assert ended.returncode == 0
    for option in ("--project", "--no-browser", "--port", "--user"):
        assert option in ended.stdout


@pytest.mark.parametrize(
    "arguments", [("--port", "99999"), ("--project", "nowhere"), ("--what",), ("--user", "\udcff")]
)
def test_usage_errors(hero_env: dict[str, str], arguments: tuple[str, ...]) -> None:
    ended = run(*arguments, env=hero_env)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken_ends_it_with_the_reason(hero_env: dict[str, str], start_app: Callable[..., App]) -> None:
    port = start_app("--project", "127.0.0.1:9").url.rpartition(":")[2]
    ended = run("--no-browser", "--project", "127.0.0.1:9", "--port", port, env=hero_env)
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_the_exit_status_says_how_it_ended(start_app: Callable[..., App], number: signal.Signals, status: int) -> None:
    app = start_app("--project", "127.0.0.1:9")
    assert app.daemon.end(number) == status
    assert app.daemon.log.read_text() == ""
