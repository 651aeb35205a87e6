"""`webhook` against a real server: what is added, shown, tried and sent again."""

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

# An address for documents: what would be sent to it is refused.
URL = "https://192.0.2.7/desk"


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    """The environment of a server in dev mode, on which Carol has filed ticket 1."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        env = {"PATH": os.environ["PATH"], "HOME": folder, "PATH_ROOT": folder}
        with child(env, Paths.from_environ(env)):
            assert run("ticket", "create", "t", "--as", "carol", env=env).returncode == 0
            yield env


def webhook(env: dict[str, str], *words: str) -> str:
    """What a command prints on standard output."""
    done = run("webhook", *words, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def found(env: dict[str, str], *words: str) -> Any:
    """What a command prints as JSON."""
    return json.loads(webhook(env, *words, "--json"))


@pytest.fixture
def added(env: dict[str, str]) -> Iterator[str]:
    """The id of a webhook, removed afterwards."""
    made = found(env, "add", URL, "--kind", "ticket.created", "--description", "chat")
    webhook_id = str(made["webhook"]["webhook_id"])
    yield webhook_id
    webhook(env, "remove", webhook_id)


def test_the_secret_alone_is_on_standard_output(env: dict[str, str]) -> None:
    done = run("webhook", "add", URL, env=env)
    assert done.stdout.startswith("whsec_")
    assert len(done.stdout.split()) == 1
    assert "not shown again" in done.stderr
    assert "warning: 192.0.2.7 is no address of the internet" in done.stderr
    webhook_id = done.stderr.split()[2].rstrip(":")
    rotated = webhook(env, "rotate", webhook_id)
    assert rotated.startswith("whsec_")
    assert rotated != done.stdout
    assert webhook(env, "remove", webhook_id) == f"removed webhook {webhook_id}\n"


def test_the_operator_makes_them(env: dict[str, str], added: str) -> None:
    assert found(env, "list")["webhooks"][0]["created_by"] is None
    assert run("webhook", "list", "--as", "alice", env=env).returncode == 0
    refused = run("webhook", "list", "--as", "bob", env=env)
    assert refused.returncode == 1
    assert "bob is a agent and may not call webhook.list" in refused.stderr
    assert added


def test_what_is_listed(env: dict[str, str], added: str) -> None:
    lines = webhook(env, "list").splitlines()
    assert lines[0].split() == ["id", "state", "url", "kinds", "why"]
    assert lines[1].split()[:4] == [added, "active", URL, "ticket.created"]
    assert "192.0.2.7 is no address of the internet" in lines[1]


def test_what_is_changed_and_what_stays(env: dict[str, str], added: str) -> None:
    changed = found(env, "update", added, "--all-kinds", "--notes")
    assert (changed["kinds"], changed["with_notes"], changed["url"], changed["description"]) == ([], True, URL, "chat")
    assert found(env, "disable", added)["state"] == "disabled"
    assert found(env, "enable", added)["state"] == "active"
    both = run("webhook", "update", added, "--all-kinds", "--kind", "ticket.created", env=env)
    assert both.returncode == 2
    assert "exclude each other" in both.stderr


def test_a_test_waits_for_its_end(env: dict[str, str], added: str) -> None:
    done = run("webhook", "test", added, env=env)
    assert done.returncode == 1
    assert done.stderr.startswith("not taken: 192.0.2.7 is no address of the internet")
    rows = webhook(env, "answers", added).splitlines()
    assert rows[0].split() == ["time", "event", "kind", "answer", "ms", "said"]
    assert "webhook.test" in rows[1]
    assert "is no address of the internet" in rows[1]


def test_an_event_is_sent_again(env: dict[str, str], added: str) -> None:
    said = webhook(env, "redeliver", added, "1")
    assert said.startswith(f"event 1 is sent to webhook {added} as msg_")
    missing = run("webhook", "redeliver", added, "999", env=env)
    assert missing.returncode == 1
    assert "no event 999 of the team is stored" in missing.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "ftp://example.org/"), "url: it does not begin with https:// or http://"),
        (("add", URL, "--kind", "ticket.burnt"), "there are: canned_reply.deleted"),
        (("test", "99"), "there is no webhook 99"),
    ],
)
def test_what_is_wrong_is_explained(env: dict[str, str], words: tuple[str, ...], said: str) -> None:
    done = run("webhook", *words, env=env)
    assert done.returncode == 1
    assert said in done.stderr


def test_a_ticket_is_filed_for_a_customer(env: dict[str, str]) -> None:
    done = run("ticket", "create", "By telephone", "--as", "bob", "--customer", "carol", "--json", env=env)
    ticket = json.loads(done.stdout)
    assert (ticket["customer"], ticket["followers"]) == ("carol", ["bob"])
