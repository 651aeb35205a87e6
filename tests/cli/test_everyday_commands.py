"""The everyday commands start at once: what they import, and that they read their words as click does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest

from hero_assistance.command_line.main import cli
from hero_assistance.light_commands.direct import split_words
from hero_assistance.light_commands.help_page import COMMANDS, OPTIONS, SUMMARY, render_help
from hero_assistance.releases.install import install
from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.paths import Paths
from tests.builds import make_build
from tests.cli.test_commands import run
from tests.server.desk import child

_RUNS_AND_LISTS = """\
import sys
from hero_assistance.__main__ import main
status = main()
print(*sys.modules, file=sys.stderr)
sys.exit(status)
"""
SLOW = {"pydantic", "pydantic_core", "httpx2", "httpcore2", "rich", "asyncio", "http.client", "email", "logging"}


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    """The environment of a running server."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        env = {"PATH": os.environ["PATH"], "HOME": folder, "PATH_ROOT": folder}
        paths = Paths.from_environ(env)
        paths.logs.mkdir(parents=True)
        (paths.logs / "hero_assistance_server.log").write_text("a line\n" * 20)
        try:
            with child(env, paths):
                yield env
        finally:
            run("--stop", env=env)


def start_supervisor(env: dict[str, str]) -> None:
    """Have the embedded supervisor run; with nothing to look after it ends by itself after a while."""
    assert run("secret", "set", "THEME", "dark", env=env).returncode == 0


def imported_by(*arguments: str, env: dict[str, str]) -> set[str]:
    """The modules that a command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", _RUNS_AND_LISTS, *arguments], env=env, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "command",
    ["--help", "status", "status --json", "call system.health", "call", "logs --lines 10", "logs -n 1 --json"],
)
def test_an_everyday_command_imports_nothing_slow(command: str, env: dict[str, str]) -> None:
    if command.startswith("status"):
        start_supervisor(env)
    imported = imported_by(*command.split(), env=env)
    assert "hero_assistance.command_line.run" in imported
    assert not {*SLOW, "click"} & imported


@pytest.mark.parametrize("command", ["ticket list", "ticket create t --body b", "call ticket.list limit=1"])
def test_a_call_of_the_server_imports_no_models(command: str, env: dict[str, str]) -> None:
    assert not SLOW & imported_by(*command.split(), env=env)


def test_a_status_of_nothing_imports_nothing_slow(hero_env: dict[str, str]) -> None:
    assert not {*SLOW, "click"} & imported_by("status", env=hero_env)


@pytest.mark.parametrize("command", ["rollback", "rollback 1.0-one", "releases", "releases --json"])
def test_going_back_imports_nothing_slow(
    command: str, store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]
) -> None:
    for release in ("1.0-one", "1.0-two"):
        install(store, make_build(tmp_path / release, release), lambda _step: None)
    assert not {*SLOW, "click", "subprocess"} & imported_by(*command.split(), env=hero_env)
    assert store.live() == ("1.0-one" if command.startswith("rollback") else "1.0-two")


@pytest.mark.parametrize(
    ("words", "texts", "flags", "values"),
    [
        ([], [], set(), {}),
        (["a", "--flag", "-"], ["a", "-"], {"--flag"}, {}),
        (["--option", "v", "a=b"], ["a=b"], set(), {"--option": "v"}),
        (["--option", "v", "--option", "w"], [], set(), {"--option": "w"}),
        (["--option", ""], [], set(), {"--option": ""}),
    ],
)
def test_plain_words(words: list[str], texts: list[str], flags: set[str], values: dict[str, str]) -> None:
    found = split_words(words, ["--flag"], ["--option"])
    assert found is not None
    assert (found.texts, found.flags, found.values) == (texts, flags, values)


@pytest.mark.parametrize(
    "words", [["--other"], ["--"], ["-x"], ["--option=v"], ["--option"], ["--option", "-v"], ["--fla"], ["--help"]]
)
def test_words_that_are_left_to_click(words: list[str]) -> None:
    assert split_words(words, ["--flag"], ["--option"]) is None


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("status extra", 2, "Got unexpected extra argument"),
        ("status --jsn", 2, "No such option"),
        ("status --help", 0, "Show what runs."),
        ("logs --lines x", 2, "is not a valid integer"),
        ("logs --lines", 2, "requires an argument"),
        ("logs --lines=1", 0, "a line"),
        ("logs -n1 --attempt all", 0, "a line"),
        ("logs a b", 2, "Got unexpected extra argument"),
        ("call --as", 2, "requires an argument"),
        ("rollback a b", 2, "Got unexpected extra argument"),
        ("rollback --help", 0, "Go back to RELEASE"),
        ("rollback nowhere", 2, "nowhere is not installed"),
        ("releases extra", 2, "Got unexpected extra argument"),
        ("call --as=alice system.health", 0, '"ok"'),
        ("statu", 2, "No such command"),
    ],
)
def test_what_is_not_plain_is_explained_by_click(words: str, status: int, said: str, env: dict[str, str]) -> None:
    done = run(*words.split(), env=env)
    assert done.returncode == status, done.stderr
    assert said in done.stdout + done.stderr


def test_status_says_which_supervisor_listens(env: dict[str, str]) -> None:
    start_supervisor(env)
    done = run("status", "--json", env=env)
    assert (done.returncode, json.loads(done.stdout)["supervisor"]) == (3, "embedded")


def test_the_help_names_every_option_and_command() -> None:
    context = cli.make_context("hero_assistance", [], resilient_parsing=True)
    params = {(param.name or "").removeprefix("_click_default_"): param for param in cli.get_params(context)}
    assert set(params) == set(OPTIONS)
    for name, (written, about) in OPTIONS.items():
        param = params[name]
        assert isinstance(param, click.Option)
        assert written.split()[0].rstrip(",") in param.opts
        assert set(param.opts) <= set(written.replace(",", "").split())
        assert param.help == about
    assert cli.help == SUMMARY
    assert cli.list_commands(context) == sorted(COMMANDS)


def test_the_help_fits_the_terminal(hero_env: dict[str, str]) -> None:
    for columns in (20, 60, 79, 80, 100, 500):
        text = render_help(columns)
        assert max(map(len, text.splitlines()[4:])) <= max(50, min(columns, 100) - 2)
        assert all(name in text for name in COMMANDS)
    done = run("--help", env={**hero_env, "COLUMNS": "60"})
    assert (done.returncode, done.stdout) == (0, render_help(60) + "\n")
    assert run(env=hero_env).returncode == 2
    assert run("-h", env=hero_env).stdout == run("--start", "--help", env=hero_env).stdout


def test_every_line_about_a_command_fits_eighty_columns() -> None:
    lines = render_help(80).partition("Commands:\n")[2].splitlines()
    assert len(lines) == len(COMMANDS)
