"""The installed zipapps on a real PostgreSQL, by the commands of an operator."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from hero_assistance_sdk.files.data_folder import DATABASE
from hero_assistance_sdk.paths import Paths

_COMMAND_S = 300.0

Command = Callable[..., str]


@pytest.fixture
def command(dist: Path, hero_root: Path, hero_env: dict[str, str]) -> Iterator[Command]:
    """Runs the installed command line, which must succeed; what runs at the end is stopped."""
    env = {**hero_env, "HERO_ASSISTANCE_TCP": "off"}

    def run(*arguments: str, program: Path = hero_root / "bin" / "hero_assistance", given: str | None = None) -> str:
        done = subprocess.run(
            [program, *arguments], env=env, input=given, capture_output=True, text=True, timeout=_COMMAND_S, check=False
        )
        assert "s3cr3t" not in done.stdout + done.stderr
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("install", str(dist), program=dist / "hero_assistance")
    yield run
    run("--stop")


def test_from_the_secret_to_a_ticket_in_the_database(
    command: Command, hero_root: Path, postgres_url: str, paths: Paths
) -> None:
    command("secret", "set", "DATABASE", "-", given=postgres_url.replace("desk@", "desk:s3cr3t@"))
    command("--start", "--auth-mode", "dev", "--seed-dev-users")
    made = json.loads(command("call", "ticket.create", "title=the printer burns", "body=help", "--as", "carol"))
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute("SELECT ticket_id, title FROM hero_assistance.tickets").fetchall()
    assert found == [(made["ticket_id"], "the printer burns")]
    assert not (paths.data / DATABASE).exists()
    # A restart hands the sockets over, and the node to the next process.
    command("restart")
    assert json.loads(command("call", "system.health", "--as", "alice"))["status"] == "ok"
    findings = json.loads(
        subprocess.run(
            [hero_root / "bin" / "hero_assistance", "doctor", "--json"],
            env={"PATH": "/usr/bin:/bin", "HOME": str(hero_root / "home"), "PATH_ROOT": str(hero_root)},
            capture_output=True,
            text=True,
            timeout=_COMMAND_S,
            check=False,
        ).stdout
    )["findings"]
    (database,) = [one for one in findings if one["check"] == "database"]
    assert database["verdict"] == "ok"
    assert "1 server works on it" in database["detail"]
