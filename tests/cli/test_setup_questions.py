"""The questions of `setup`, on a real terminal: answers, wrong answers, an interruption, and where none is asked."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from hero_assistance.setup.page_listener import read_listeners
from hero_assistance.setup.setup_checks import check_email, check_mail_server, check_sender
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from tests.cli.test_commands import run
from tests.server.desk import START_S, child

ADMIN, PAGE, NAME, MAIL = "first admin", "Address of the page", "Name of the desk", "Mail server"
SENDER = "Sender of the desk's mails"


@pytest.fixture
def hero() -> Iterator[dict[str, str]]:
    """The environment of an empty desk that runs in hero mode."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        env = {"PATH": os.environ["PATH"], "HOME": folder, "PATH_ROOT": folder}
        with child(env, Paths.from_environ(env), "--auth-mode", "hero"):
            yield env
        run("--stop", env=env)


class Terminal:
    """A program on a pseudo-terminal of its own."""

    def __init__(self, env: dict[str, str], *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hero_assistance", *arguments],
            env={**env, "TERM": "dumb"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(theirs)
        self.shown = ""

    def expect(self, text: str) -> None:
        """Wait until a text is shown that was not shown before the last answer."""
        deadline = time.monotonic() + START_S
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            assert self._read(), self.shown

    def answer(self, question: str, text: str) -> None:
        """Wait for a question, and type a line."""
        self.expect(question)
        self.shown = ""
        os.write(self._ours, f"{text}\n".encode())

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.write(self._ours, b"\x03")

    def end(self) -> int:
        """Read to the end; returns the exit status."""
        while self._read():
            pass
        os.close(self._ours)
        return self.process.wait(START_S)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], START_S)[0]:
            return False
        try:
            piece = os.read(self._ours, 65536)
        except OSError:
            # Linux says so when the last process that had the terminal is gone.
            return False
        self.shown += piece.decode()
        return bool(piece)


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def project(env: dict[str, str]) -> dict[str, Any]:
    """The settings of the desk, as the operator sees them."""
    with RpcClient(Paths.from_environ(env).socket("rpc"), headers={"x-hero-operator": "1"}) as client:
        found: dict[str, Any] = client.call("project.get")
    return found


def users(env: dict[str, str]) -> list[str]:
    with RpcClient(Paths.from_environ(env).socket("rpc"), headers={"x-hero-operator": "1"}) as client:
        return [one["email"] for one in client.call("user.list")["users"]]


def test_setup_asks_for_what_is_not_given(hero: dict[str, str]) -> None:
    setup = Terminal(hero, "setup")
    setup.answer(ADMIN, "ann@example.org")
    setup.answer(PAGE, "https://desk.example.org")
    setup.answer(NAME, "Vpn desk")
    setup.answer(MAIL, "")
    assert setup.end() == 0
    assert re.search(r"https://desk\.example\.org/sign-in/link\?token=[\w-]{43}\r\n", setup.shown)
    assert (project(hero)["name"], users(hero)) == ("Vpn desk", ["ann@example.org"])


def test_an_empty_answer_is_the_default(hero: dict[str, str]) -> None:
    setup = Terminal(hero, "setup", "--admin", "ann@example.org", "--page", "https://desk.example.org")
    setup.answer(NAME, "")
    setup.answer(MAIL, "")
    assert setup.end() == 0
    assert project(hero)["name"] == "Support"


def test_a_wrong_answer_is_asked_for_again(hero: dict[str, str]) -> None:
    setup = Terminal(hero, "setup", "--name", "Desk")
    for wrong in ("ann", "ann@", "a b@c"):
        setup.answer(ADMIN, wrong)
        setup.expect("is no e-mail address")
    setup.answer(ADMIN, "ann@example.org")
    setup.answer(PAGE, "desk.example.org")
    setup.expect("is no address of a page")
    setup.answer(PAGE, "https://desk.example.org")
    setup.answer(MAIL, "mail.example.org s3cret")
    setup.expect("no address of a mail server")
    assert "s3cret" not in setup.shown
    setup.answer(MAIL, "")
    assert setup.end() == 0
    assert users(hero) == ["ann@example.org"]


def test_a_sender_is_asked_for_with_a_mail_server(hero: dict[str, str]) -> None:
    setup = Terminal(hero, "setup", "--name", "Desk", "--admin", "ann@example.org", "--page", "https://d.example.org")
    # A password is not shown while it is typed.
    setup.answer(MAIL, "smtp://user:s3cret@127.0.0.1:9")
    setup.answer(SENDER, "Support")
    setup.expect("is no sender of mails")
    assert "s3cret" not in setup.shown
    setup.expect(SENDER)
    before = project(hero)
    setup.interrupt()
    assert setup.end() != 0
    assert (project(hero), users(hero)) == (before, [])


@pytest.mark.parametrize("answered", [0, 1, 2, 3])
def test_an_interruption_leaves_nothing_half_done(hero: dict[str, str], answered: int) -> None:
    before = project(hero)
    setup = Terminal(hero, "setup")
    answers = [(ADMIN, "ann@example.org"), (PAGE, "http://localhost:9771"), (NAME, "Desk"), (MAIL, "")]
    for question, text in answers[:answered]:
        setup.answer(question, text)
    setup.expect(answers[answered][0])
    setup.interrupt()
    status = setup.end()
    assert status not in (0, -signal.SIGINT)
    assert "Traceback" not in setup.shown
    paths = Paths.from_environ(hero)
    assert (project(hero), users(hero), read_listeners(paths)) == (before, [], ())


def test_json_never_asks(hero: dict[str, str]) -> None:
    setup = Terminal(hero, "setup", "--json")
    assert setup.end() != 0
    assert "--admin is missing" in setup.shown
    assert ADMIN not in setup.shown


@pytest.mark.parametrize("text", ["", "a", "a@", "@b", "a b@c", "a@b@c", "a@b\n.c", "a" * 260 + "@b"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(UsageError):
        check_email(text)


@pytest.mark.parametrize(
    "text",
    ["s3cret", "http://s3cret", "smtp://", "smtp://s3cret:x", "smtp://s3cret:0", "smtp://[s3cret", "smtp://s3cret\nb"],
)
def test_what_is_no_mail_server(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_mail_server(text)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "Support", "Support <x>", "a@b\r\nBcc: c@d"])
def test_what_is_no_sender(text: str) -> None:
    with pytest.raises(UsageError):
        check_sender(text)


def test_what_can_be_answered() -> None:
    assert check_email(" Ann@Example.org ") == "Ann@Example.org"
    assert check_mail_server("smtps://u:p@[::1]:465") == "smtps://u:p@[::1]:465"
    assert check_sender("Support <support@example.org>") == "Support <support@example.org>"
    assert check_sender("support@example.org") == "support@example.org"
