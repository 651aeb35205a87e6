"""`hero_assistance mail`: letters, the outbox and a test letter, as the operator of the machine."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hero_assistance.outbox.outbox_counts import describe_pruned
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


def test_nothing_waits_is_said(env: dict[str, str]) -> None:
    said = run("mail", "outbox", env=env)
    assert said.stdout.strip() == "nothing waits, and nothing was given up"
    assert run("mail", "outbox", "--state", "dead", env=env).stdout.strip() == "nothing is listed"


def test_the_counts_say_what_was_forgotten(env: dict[str, str]) -> None:
    assert json.loads(run("mail", "status", "--json", env=env).stdout)["pruned"] == []
    pruned = [
        {"channel": "mail", "state": "dead", "count": 7, "last_at": 1795780800000},
        {"channel": "webhook", "state": "done", "count": 3, "last_at": 1795780800000},
    ]
    assert list(describe_pruned(pruned, "mail", "letters")) == [
        "not listed any more: 7 letters that were given up; the last deleted 2026-11-27"
    ]


@pytest.fixture
def folder_env(tmp_path: Path) -> dict[str, str]:
    """The environment of a desk without a server, whose letters are listed from its folder."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PATH_ROOT": str(tmp_path)}


def test_without_a_letter_it_says_where_they_would_be(folder_env: dict[str, str]) -> None:
    folder = Paths.from_environ(folder_env).mail
    assert (
        run("mail", env=folder_env).stdout
        == f"no letters in {folder}; hero_assistance mail status says where they go\n"
    )
    assert run("mail", "list", "--json", env=folder_env).stdout.strip() == "[]"
    assert "there is no letter last" in run("mail", "open", env=folder_env).stderr


def fill(folder: Path, count: int) -> None:
    folder.mkdir(parents=True)
    for number in range(1, count + 1):
        text = f"To: Dan <dan{number}@example.net>\nSubject: Re: No network in the whole of the building {number}\n"
        (folder / f"20261127T120000Z-{number:06}.eml").write_text(f"{text}Date: Fri, 27 Nov 2026 12:00:00 +0000\n\nx\n")


def test_of_thousands_the_newest_are_listed(folder_env: dict[str, str]) -> None:
    fill(Paths.from_environ(folder_env).mail, 3000)
    done = run("mail", env=folder_env)
    lines = done.stdout.splitlines()
    assert (len(lines), lines[1].split()[0], lines[-1].split()[0]) == (51, "3000", "2951")
    assert "there are more" in done.stderr
    found = json.loads(run("mail", "list", "--limit", "200", "--json", env=folder_env).stdout)
    assert [one["id"] for one in found] == list(range(3000, 2800, -1))
    assert "dan7@example.net" in run("mail", "open", "7", env=folder_env).stdout


def test_on_a_terminal_of_40_columns_each_letter_is_whole(folder_env: dict[str, str]) -> None:
    fill(Paths.from_environ(folder_env).mail, 3)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 40))
    command = [sys.executable, "-m", "hero_assistance", "mail"]
    with subprocess.Popen(command, env=folder_env | {"TERM": "xterm"}, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        with contextlib.suppress(OSError), os.fdopen(ours, "rb", buffering=0) as terminal:
            while piece := terminal.read(4096):
                said += piece
        assert process.wait() == 0
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said.decode()).splitlines()
    assert max(map(len, lines)) <= 40
    text = " ".join(" ".join(lines).split())
    for number in (1, 2, 3):
        assert f"dan{number}@example.net" in text
        assert f"No network in the whole of the building {number}" in " ".join(text.split())


def deliver(env: dict[str, str], text: str) -> None:
    done = run("call", "mail.deliver", f"text={text}", "--operator", env=env)
    assert done.returncode == 0, done.stderr


def test_what_is_quarantined_is_discarded_or_refiled(env: dict[str, str]) -> None:
    for number in range(3):
        deliver(env, f"Subject: nameless {number}\r\n\r\nhello")
    wait_for(env, "quarantined", 3)
    assert "mail 1 is discarded" in run("mail", "discard", "1", env=env).stdout
    assert run("mail", "discard", "--older-than", "30d", "--json", env=env).stdout.strip() == "0"
    assert "2 mails are filed now" in run("mail", "refile", "--all", env=env).stdout
    wait_for(env, "filed", 2)
    deliver(env, "Subject: one more\r\n\r\nhello")
    wait_for(env, "quarantined", 1)
    assert "1 mail is discarded" in run("mail", "discard", "--all", env=env).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["discard"], "takes one of MAIL_ID, --older-than AGE and --all"),
        (["discard", "1", "--all"], "takes one of"),
        (["discard", "--older-than", "yesterday"], "is no age"),
        (["refile"], "MAIL_ID or --all"),
        (["refile", "1", "--all"], "MAIL_ID or --all"),
    ],
)
def test_what_to_discard_has_to_be_said(env: dict[str, str], words: list[str], said: str) -> None:
    wrong = run("mail", *words, env=env)
    assert wrong.returncode == 2
    assert said in wrong.stderr


def wait_for(env: dict[str, str], state: str, count: int) -> None:
    until = time.monotonic() + 30
    while json.loads(run("mail", "inbox", "--json", env=env).stdout)["counts"][state] < count:
        assert time.monotonic() < until
        time.sleep(0.1)
