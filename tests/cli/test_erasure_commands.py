"""`user erase` and `ticket delete`: looked at first, asked about, and then gone for ever."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from tests.cli.test_commands import run
from tests.server.desk import child


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    """The environment of a running server with demo users."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        env = {"PATH": os.environ["PATH"], "HOME": folder, "PATH_ROOT": folder}
        with child(env, Paths.from_environ(env)):
            yield env


def call(env: dict[str, str], *words: str) -> Any:
    done = run("call", *words, "--json", env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def file_ticket(env: dict[str, str], title: str) -> int:
    ticket = call(env, "ticket.create", f"title={title}", "body=It is down.", "--as", "carol")
    call(env, "message.reply", f"ticket_id={ticket['ticket_id']}", "body=We look.", "--as", "bob")
    return int(ticket["ticket_id"])


def test_a_ticket_is_looked_at_and_then_deleted(env: dict[str, str]) -> None:
    number = str(file_ticket(env, "to be deleted"))
    looked = run("ticket", "delete", number, "--dry-run", env=env)
    assert looked.stdout == f"ticket {number} would be erased: 1 message\n"
    asked = run("ticket", "delete", number, env=env)
    assert (asked.returncode, "--yes" in asked.stderr) == (2, True)
    assert call(env, "ticket.get", f"ticket_id={number}", "--as", "bob")["title"] == "to be deleted"
    done = run("ticket", "delete", number, "--yes", env=env)
    assert done.stdout.startswith(f"ticket {number} is erased: ")
    again = run("ticket", "delete", number, "--yes", env=env)
    assert (again.returncode != 0, f"ticket {number}" in again.stderr) == (True, True)


def test_a_user_is_erased_by_their_address(env: dict[str, str]) -> None:
    number = file_ticket(env, "of someone who leaves")
    call(env, "user.enrol", "email=leaver@example.org", "name=Lea Leaver", "--as", "alice")
    filed = call(env, "ticket.create", "title=mine", "body=It is down.", "customer=lea-leaver", "--as", "bob")
    call(env, "ticket.update", f"ticket_id={filed['ticket_id']}", "status=closed", "--as", "bob")
    plan = json.loads(run("user", "erase", "leaver@example.org", "--dry-run", "--json", env=env).stdout)
    assert plan["tickets"] == 1
    done = run("user", "erase", "Leaver@example.org", "--yes", env=env)
    assert done.stdout.startswith("Lea Leaver (lea-leaver) is erased: "), done.stderr
    assert "Lea" not in json.dumps(call(env, "ticket.get", f"ticket_id={filed['ticket_id']}", "--as", "bob"))
    gone = run("user", "erase", "leaver@example.org", "--yes", env=env)
    assert (gone.returncode != 0, "there is no user" in gone.stderr) == (True, True)
    assert call(env, "ticket.get", f"ticket_id={number}", "--as", "bob")["customer"] == "carol"
