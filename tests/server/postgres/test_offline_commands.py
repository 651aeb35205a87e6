"""The commands on data without a server, for a desk in PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.storage.postgres.database.migrate import migrations
from tests.server.desk import START_S, running
from tests.server.mail.settings_socket import telling
from tests.server.postgres.daemons import another_root

pytestmark = pytest.mark.anyio

Done = subprocess.CompletedProcess[str]


async def run(env: dict[str, str], url: str | None, *arguments: str) -> Done:
    """Run the server's program while a supervisor tells `DATABASE`, or that there is none."""

    def start() -> Done:
        return subprocess.run(
            [sys.executable, "-m", "hero_assistance_server", *arguments],
            env=env,
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )

    async with telling(Paths.from_environ(env), {} if url is None else {"DATABASE": url}):
        return await asyncio.to_thread(start)


@pytest.fixture
async def filled_url(paths: Paths, postgres_url: str) -> str:
    """The address of a database with a desk that has a ticket, and that no server runs on."""
    async with running(paths, database=postgres_url) as desk:
        await desk.call("ticket.create", "carol", title="the printer burns", body="help")
    return postgres_url


async def test_an_export_moves_the_desk_to_sqlite(hero_env: dict[str, str], filled_url: str, hero_root: Path) -> None:
    done = await run(hero_env, filled_url, "export", "--json", str(hero_root / "out"))
    assert json.loads(done.stdout)["rows"]["tickets"] == 1, done.stderr
    with another_root(hero_env) as other:
        moved = await run(other, None, "import", str(hero_root / "out"))
        assert moved.returncode == 0, moved.stderr
        again = await run(other, None, "export", str(Path(other["PATH_ROOT"]) / "out"))
        assert again.returncode == 0, again.stderr
        assert (Path(other["PATH_ROOT"]) / "out/project.json").read_bytes() == (
            hero_root / "out/project.json"
        ).read_bytes()


async def test_an_import_fills_the_database_and_no_file(
    hero_env: dict[str, str], past: Paths, postgres_url: str
) -> None:
    exported = await run(hero_env, None, "export", str(past.root / "out"))
    assert exported.returncode == 0, exported.stderr
    with another_root(hero_env) as other:
        done = await run(other, postgres_url, "import", str(past.root / "out"))
        assert done.returncode == 0, done.stderr
        assert not list(Paths.from_environ(other).data.glob("*.db"))
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM hero_assistance.tickets").fetchone() == (True,)


@pytest.mark.parametrize(
    ("command", "hint"),
    [("backup", "pg_dump"), ("restore", "pg_restore"), ("restore-replica", "promote a standby")],
)
async def test_what_postgresql_has_tools_for_is_left_to_them(
    hero_env: dict[str, str], postgres_url: str, hero_root: Path, command: str, hint: str
) -> None:
    done = await run(hero_env, postgres_url, command, str(hero_root / "file"))
    assert done.returncode == 1
    assert "this desk is in PostgreSQL, whose own tools do that" in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_node_knows_without_a_supervisor_that_its_desk_is_elsewhere(
    hero_env: dict[str, str], filled_url: str, paths: Paths
) -> None:
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "hero_assistance_server", "backup", str(paths.root / "file")],
        env=hero_env,
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    assert done.returncode == 1
    assert "this desk is in PostgreSQL" in done.stderr


async def test_the_database_is_described_without_its_password(hero_env: dict[str, str], filled_url: str) -> None:
    done = await run(hero_env, filled_url.replace("desk@", "desk:s3cr3t@"), "database")
    found = json.loads(done.stdout)
    assert found["engine"] == "postgresql"
    assert int(found["version"].split(".")[0]) >= 15
    assert found["is_primary"] is True
    assert (found["nodes"], found["standbys"]) == (0, 0)
    assert found["schema"] == migrations()[-1].number
    assert "s3cr3t" not in done.stdout + done.stderr


async def test_demo_users_are_removed_from_the_database(hero_env: dict[str, str], filled_url: str) -> None:
    done = await run(hero_env, filled_url, "remove-demo-users", "--json")
    assert json.loads(done.stdout) == {"removed": ["alice", "bob", "carol", "dave"]}, done.stderr
