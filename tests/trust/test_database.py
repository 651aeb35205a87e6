"""The commands of an operator whose desk is in PostgreSQL, with a real supervisor that keeps `DATABASE`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.paths import Paths
from tests.postgres import name_of
from tests.postgres_pair import running_pair
from tests.server.desk import START_S, child
from tests.trust.harness import Supervised, supervised

# A supervisor is started, then the server's program, then the question is asked.
_COMMAND_S = 3 * START_S


@pytest.fixture
def supervisor(paths: Paths, hero_env: dict[str, str], postgres_url: str) -> Iterator[Supervised]:
    """A supervisor that keeps the address of an empty database, with a password."""
    with supervised(paths, hero_env) as made:
        made.start()
        made.set("DATABASE", postgres_url.replace("desk@", "desk:s3cr3t@"))
        yield made


def run(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hero_assistance", *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=_COMMAND_S, check=False)
    assert "s3cr3t" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def find(env: dict[str, str], check: str) -> list[tuple[str, str]]:
    """Return verdict and detail of what `doctor` finds by one check."""
    found = json.loads(run(env, "doctor", "--json").stdout)["findings"]
    return [(one["verdict"], one["detail"]) for one in found if one["check"] == check]


def test_doctor_tells_of_the_database_and_who_works_on_it(
    supervisor: Supervised, hero_env: dict[str, str], paths: Paths
) -> None:
    ((verdict, detail),) = find(hero_env, "database")
    assert verdict == "ok"
    assert "; 0 servers work on it, " in detail
    with child(hero_env, paths):
        ((verdict, detail),) = find(hero_env, "database")
        assert verdict == "ok"
        assert detail.startswith("PostgreSQL ")
        assert "; 1 server works on it, 0 standbys follow it; " in detail
        assert find(hero_env, "data")[0][1].startswith("the desk is in PostgreSQL")
        assert find(hero_env, "backups")[0][1].startswith("the desk is in PostgreSQL")


def test_doctor_says_why_a_database_cannot_be_opened(supervisor: Supervised, hero_env: dict[str, str]) -> None:
    supervisor.set("DATABASE", "postgresql://desk:s3cr3t@/desk?host=/nowhere")
    ((verdict, detail),) = find(hero_env, "database")
    assert verdict == "fault"
    assert detail.startswith("the database cannot be opened: ")
    assert "/nowhere" in detail


def test_doctor_names_a_standby_and_says_whether_commits_wait_for_one(
    supervisor: Supervised, hero_env: dict[str, str]
) -> None:
    with running_pair("on") as pair:
        url = pair.create_database()
        pair.wait_for_standby()
        supervisor.set("DATABASE", url)
        ((verdict, detail),) = find(hero_env, "database")
        assert verdict == "ok"
        assert "1 standby follows it, and commits wait for one; " in detail
        supervisor.set("DATABASE", pair.standby.url_of(name_of(url)))
        ((verdict, detail),) = find(hero_env, "database")
        assert verdict == "fault"
        assert detail.endswith("is a standby, which takes no writes")


def test_doctor_says_nothing_of_postgresql_where_the_desk_is_in_sqlite(
    supervisor: Supervised, hero_env: dict[str, str]
) -> None:
    supervisor.delete("DATABASE")
    assert find(hero_env, "database") == []


def test_an_import_before_the_first_start_fills_the_database(
    supervisor: Supervised, hero_env: dict[str, str], paths: Paths, postgres_url: str
) -> None:
    """Also while no supervisor runs: it is started for the command, and ends after it."""
    url = supervisor.get("DATABASE")
    supervisor.delete("DATABASE")
    with child(hero_env, paths) as server, server.client("carol") as client:
        client.call("ticket.create", title="the printer burns", body="help")
    assert run(hero_env, "export", str(paths.root / "out")).returncode == 0
    supervisor.set("DATABASE", url)
    supervisor.kill()
    done = run(hero_env, "import", str(paths.root / "out"))
    # What the stage of the test had registered keeps that supervisor.
    with SupervisorClient(supervisor.socket) as client:
        client.service_delete("stage")
    assert done.returncode == 0, done.stderr
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT title FROM hero_assistance.tickets").fetchall() == [("the printer burns",)]


def test_a_backup_names_the_tool_of_postgresql(supervisor: Supervised, hero_env: dict[str, str], paths: Paths) -> None:
    done = run(hero_env, "backup", str(paths.root / "file"))
    assert done.returncode == 1
    assert "pg_dump" in done.stderr
    assert not (paths.root / "file").exists()


def test_a_replica_is_refused(supervisor: Supervised, hero_env: dict[str, str], paths: Paths) -> None:
    done = run(hero_env, "replicate", "setup", str(paths.root / "elsewhere"))
    assert done.returncode != 0
    assert "Litestream copies SQLite alone" in done.stderr
    assert not (paths.root / "elsewhere").exists()


def test_the_operator_calls_the_server_as_ever(supervisor: Supervised, hero_env: dict[str, str], paths: Paths) -> None:
    """Makes the first admin of a fresh desk, and asks for it."""
    with child(hero_env, paths, "--auth-mode", "hero"):
        added = run(hero_env, "call", "user.add", "email=ann@example.org", "role=admin", "--operator")
        assert added.returncode == 0, added.stderr
        health = json.loads(run(hero_env, "call", "system.health").stdout)
        assert health["has_admin"] is True
        assert health["status"] == "ok"


def test_a_backup_that_a_page_asks_for_is_refused(
    supervisor: Supervised, hero_env: dict[str, str], paths: Paths
) -> None:
    with child(hero_env, paths):
        refused = run(hero_env, "call", "system.backup", "--as", "alice")
    assert refused.returncode != 0
    assert "pg_dump" in refused.stderr
