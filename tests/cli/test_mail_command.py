"""`hero_assistance mail`: letters, the outbox and a test letter, as the operator of the machine."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import pytest

from hero_assistance_sdk.paths import Paths
from tests.cli.test_commands import run
from tests.server.desk import child


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    """The environment of a running server without a mail server."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        env = {"PATH": os.environ["PATH"], "HOME": folder, "PATH_ROOT": folder}
        with child(env, Paths.from_environ(env)):
            yield env


def test_a_test_letter_becomes_a_file_that_is_listed_and_opened(env: dict[str, str]) -> None:
    sent = run("mail", "test", "dan@example.net", env=env)
    assert sent.returncode == 0, sent.stderr
    assert "no mail server is set" in sent.stdout
    assert "sent to dan@example.net: written to " in sent.stdout
    listed = json.loads(run("mail", "list", "--json", env=env).stdout)
    assert listed[0]["to"] == "dan@example.net"
    assert listed[0]["subject"] == "A test letter from Support"
    opened = run("mail", "open", str(listed[0]["id"]), env=env).stdout
    assert "Subject: A test letter from Support" in opened
    assert "This letter shows that Support can send mail.\n\nIf you" in opened
    assert "dan@example.net" in run("mail", env=env).stdout
    done = json.loads(run("mail", "outbox", "--all", "--json", env=env).stdout)
    assert (done[0]["state"], done[0]["target"]) == ("done", "dan@example.net")
    assert run("mail", "outbox", "--json", env=env).stdout.strip() == "[]"


def test_what_is_over_is_neither_retried_nor_dropped(env: dict[str, str]) -> None:
    run("mail", "test", "dan@example.net", env=env)
    assert run("mail", "retry", "1", "--json", env=env).stdout.strip() == "false"
    assert run("mail", "drop", "1", "--json", env=env).stdout.strip() == "false"
    assert run("mail", "retry", "--all", "--json", env=env).stdout.strip() == "0"


def test_errors_say_what_to_do(env: dict[str, str]) -> None:
    wrong = run("mail", "retry", env=env)
    assert wrong.returncode == 2
    assert "DELIVERY_ID or --all" in wrong.stderr
    missing = run("mail", "open", "77", env=env)
    assert missing.returncode != 0
    assert "there is no letter 77" in missing.stderr
    assert "there is no delivery 99" in run("mail", "drop", "99", env=env).stderr
    wrong = run("mail", "test", "nonsense", env=env)
    assert wrong.returncode != 0
    assert "address: this is no e-mail address, such as ann@example.org" in wrong.stderr


def test_an_agent_may_not_look_into_the_outbox(env: dict[str, str]) -> None:
    refused = run("mail", "outbox", "--as", "bob", env=env)
    assert refused.returncode != 0
    assert "bob is a agent" in refused.stderr or "may not call outbox.list" in refused.stderr


def test_the_status_says_where_letters_go(env: dict[str, str]) -> None:
    status = json.loads(run("mail", "status", "--json", env=env).stdout)
    assert status["way"] == "folder"
    assert "letters go to" in run("mail", "status", env=env).stdout


def test_doctor_says_where_letters_go(env: dict[str, str]) -> None:
    found = json.loads(run("doctor", "--json", env=env).stdout)["findings"]
    (mail,) = [one for one in found if one["check"] == "mail"]
    assert mail["verdict"] == "ok"
    assert "no mail server is set" in mail["detail"]
    assert "SMTP_URL" in mail["hint"]
