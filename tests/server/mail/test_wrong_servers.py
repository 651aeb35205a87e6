"""`hero_assistance mail test` with each kind of wrong mail server: one clear line, and a hint that helps."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.jobs import settings_watch
from tests.cli.test_commands import run
from tests.server.desk import running
from tests.server.mail.certificates import make_certificate, server_context
from tests.server.mail.mail_server import Behaviour, MailServer, mail_server
from tests.server.mail.settings_socket import telling

pytestmark = pytest.mark.anyio

TO = "dan@example.net"
FROM = "Support <support@example.org>"


async def try_with(paths: Paths, secrets: Mapping[str, str], address: str = TO) -> subprocess.CompletedProcess[str]:
    """Run `mail test` against a desk with these secrets."""
    env = {"HOME": str(paths.root), "PATH_ROOT": str(paths.root)}
    env |= {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    async with telling(paths, secrets), running(paths):
        return await asyncio.to_thread(run, "mail", "test", address, env=env)


def check(done: subprocess.CompletedProcess[str], said: str, hint: str) -> None:
    """One line says what is wrong, and one what helps."""
    assert done.returncode == 1, done.stdout + done.stderr
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert len(lines) == 2, lines
    assert said in lines[0]
    assert lines[1].strip().startswith("hint: ")
    assert hint in lines[1]


@pytest.fixture(autouse=True)
def read_settings_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_watch, "PAUSE_S", 0.05)


async def test_no_server_listens_there(paths: Paths) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{free.getsockname()[1]}"
        done = await try_with(paths, {"SMTP_URL": url, "MAIL_FROM": FROM})
    check(done, f"the letter to {TO} is not sent: the mail server cannot be reached", "are host and port right")


@pytest.mark.parametrize(
    ("kind", "url", "said", "hint"),
    [
        ({}, "smtps", "does not speak TLS here", "smtps:// is for port 465"),
        ({}, "login", "does not offer what SMTP_URL asks for", "smtps://"),
        ({"tls": True}, "login", "the certificate of the mail server is not valid", "?ca=FILE"),
        ({"auth": True}, "wrong password", "refuses the user and password of SMTP_URL", "secret set SMTP_URL"),
        ({"auth": True}, "", "the mail server takes no letters now: 530", "user and password"),
    ],
    ids=["TLS where there is none", "no STARTTLS", "certificate", "password", "no login"],
)
async def test_a_server_that_is_not_what_the_url_says(
    paths: Paths, tmp_path: Path, kind: Mapping[str, bool], url: str, said: str, hint: str
) -> None:
    options: dict[str, Any] = dict(kind)
    if "tls" in options:
        options["tls"] = server_context(*make_certificate(tmp_path))
    async with mail_server(**options) as server:
        urls = {
            "": server.url(),
            "smtps": server.url("", scheme="smtps"),
            "login": server.url("", login=True),
            "wrong password": server.url(login=True).replace("p%40ss", "wrong"),
        }
        done = await try_with(paths, {"SMTP_URL": urls[url], "MAIL_FROM": FROM})
    check(done, said, hint)


@pytest.mark.parametrize(
    ("behaviour", "said", "hint"),
    [
        (Behaviour(mail="550 5.7.1 not yours"), "refuses our address: 550 5.7.1 not yours", "MAIL_FROM"),
        (Behaviour(mail="421 4.3.2 closing"), "takes no letters now: 421 4.3.2 closing", "letters wait"),
        (Behaviour(rcpt={TO: "550 5.1.1 no such user"}), "550 5.1.1 no such user", "is the address right"),
        (Behaviour(rcpt={TO: "451 4.7.1 greylisted"}), "451 4.7.1 greylisted", "tried again by itself"),
        (Behaviour(data="554 5.7.1 spam\x1b[31m"), "554 5.7.1 spam", "is the address right"),
    ],
    ids=["sender", "closing", "receiver", "greylisted", "refused"],
)
async def test_a_server_that_refuses(paths: Paths, behaviour: Behaviour, said: str, hint: str) -> None:
    async with mail_server(make=lambda: MailServer(behaviour=behaviour)) as server:
        done = await try_with(paths, {"SMTP_URL": server.url(), "MAIL_FROM": FROM})
    check(done, said, hint)
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ({"SMTP_URL": "mail.example.org", "MAIL_FROM": FROM}, "SMTP_URL cannot be used"),
        ({"SMTP_URL": "smtp://mail.example.org"}, "SMTP_URL is set and MAIL_FROM is not"),
        ({"SMTP_URL": "smtp://mail.example.org", "MAIL_FROM": "nonsense"}, "MAIL_FROM cannot be used"),
    ],
)
async def test_settings_that_cannot_be_used(paths: Paths, secrets: Mapping[str, str], said: str) -> None:
    check(await try_with(paths, secrets), said, "hero_assistance secret set")


async def test_a_server_that_takes_the_letter(paths: Paths) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(mail_server())
        done = await try_with(paths, {"SMTP_URL": server.url(), "MAIL_FROM": FROM})
    assert done.returncode == 0, done.stderr
    assert f"sent to {TO}: 250 queued as 1" in done.stdout
