"""The first use of a desk, word for word: `--start`, `setup`, and the page at its address, also after a restart."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import httpx2
import pytest

from hero_assistance.action_names import ACTIONS
from hero_assistance.setup.page_listener import read_listeners
from hero_assistance_sdk.net.sockets import bind_tcp, bound_address
from hero_assistance_sdk.paths import Paths
from tests.cli.test_commands import run
from tests.free_ports import find_free_port

ANSWER_S = 20.0


@pytest.fixture
def env() -> Iterator[dict[str, str]]:
    """A root with the programs of this environment in `bin/`; what runs there is stopped."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        env = {"PATH": os.environ["PATH"], "HOME": folder, "PATH_ROOT": folder, "HERO_ASSISTANCE_TCP": "off"}
        paths = Paths.from_environ(env)
        paths.bin.mkdir(parents=True)
        for name in ACTIONS:
            program = paths.bin / name
            program.write_text(f'#!/bin/sh\nexec {sys.executable} -m {name} "$@"\n')
            program.chmod(0o755)
        yield env
        run("--stop", env=env)


def page_answers(port: int) -> bool:
    try:
        with httpx2.Client(trust_env=False, timeout=ANSWER_S) as http:
            return http.get(f"http://localhost:{port}/health").status_code == 200
    except httpx2.TransportError:
        return False


def test_a_fresh_desk_has_an_admin_and_a_page_after_two_commands(env: dict[str, str]) -> None:
    port = find_free_port()
    page = f"http://localhost:{port}"
    started = run("--start", env=env)
    assert started.returncode == 0, started.stderr
    assert "this desk has no admin: hero_assistance setup" in started.stderr
    done = run("setup", "--admin", "ann@example.org", "--page", page, "--json", env=env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["link"].startswith(f"{page}/sign-in/link?token=")
    assert page_answers(port)
    run("--stop", env=env)
    assert not page_answers(port)
    again = run("--start", env=env)
    assert (again.returncode, "no admin" in again.stderr) == (0, False), again.stderr
    assert f"page: http://127.0.0.1:{port}/" in again.stdout
    assert page_answers(port)
    _refuse_a_held_port(env, port)
    moved = run("setup", "--admin", "ann@example.org", "--page", "https://desk.example.org", env=env)
    assert "a proxy has to serve it from ui.sock" in moved.stdout
    assert read_listeners(Paths.from_environ(env)) == ()


def _refuse_a_held_port(env: dict[str, str], port: int) -> None:
    """The page stays where it was when the new address cannot be had."""
    with bind_tcp("127.0.0.1:0") as taken:
        held = bound_address(taken)
        refused = run("setup", "--admin", "ann@example.org", "--page", f"http://{held}", env=env)
    assert refused.returncode != 0
    assert held in refused.stderr
    assert page_answers(port)
    assert read_listeners(Paths.from_environ(env)) == (f"127.0.0.1:{port}",)


def test_the_desk_that_was_tried_out_says_why_it_does_not_start(env: dict[str, str]) -> None:
    assert run("--start", "--auth-mode", "dev", "--seed-dev-users", env=env).returncode == 0
    assert run("--stop", env=env).returncode == 0
    refused = run("--start", env=env)
    assert refused.returncode != 0
    assert "hero_assistance user deactivate --demo" in refused.stderr
    run("--stop", env=env)
    assert run("user", "deactivate", "--demo", env=env).returncode == 0
    started = run("--start", env=env)
    assert started.returncode == 0, started.stderr
