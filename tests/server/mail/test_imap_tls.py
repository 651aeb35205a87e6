"""A mailbox by STARTTLS and TLS, against a real Dovecot: a certificate of others, or none, gets no password."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hero_assistance_server.mail.receiving.sources.imap_connection import MailboxUnreadable
from hero_assistance_server.storage.file_storage import FileStorage
from tests.capabilities import DOVECOT, needs
from tests.server.mail.certificates import make_certificate
from tests.server.mail.dovecot import Dovecot, dovecot
from tests.server.mail.imap_server import imap_server
from tests.server.mail.mailbox_reading import mail, reading, stored
from tests.server.store_fixtures import opened

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(hero_root: Path) -> AsyncIterator[FileStorage]:
    async with opened(hero_root / "data") as store:
        yield store


@pytest.fixture
def server(hero_root: Path) -> Iterator[Dovecot]:
    folder = hero_root / "tls"
    folder.mkdir()
    with dovecot(hero_root / "dovecot", certificate=make_certificate(folder)) as running:
        running.append(mail(1))
        yield running


def url(server: Dovecot, scheme: str, options: str) -> str:
    port = server.tls_port if scheme == "imaps" else server.port
    return f"{scheme}://support%40desk.example:s3%2Fcr%40t@127.0.0.1:{port}/INBOX?{options}"


@needs(DOVECOT)
@pytest.mark.parametrize(("scheme", "options"), [("imap", "starttls=always&"), ("imaps", "")])
async def test_a_mailbox_is_read_over_tls(server: Dovecot, store: FileStorage, scheme: str, options: str) -> None:
    async with reading(store, url(server, scheme, f"{options}ca={server.certificate}")):
        assert await stored(store, 1) == [mail(1)]
        await asyncio.to_thread(server.append, mail(2))
        assert await stored(store, 2) == [mail(1), mail(2)]


@needs(DOVECOT)
@pytest.mark.parametrize(("scheme", "options"), [("imap", "starttls=always"), ("imaps", "")])
async def test_a_certificate_that_is_not_known_gets_no_password(
    server: Dovecot, store: FileStorage, scheme: str, options: str
) -> None:
    logins = (server.folder / "log").read_text().count("Login: user=")
    async with reading(store, url(server, scheme, options).rstrip("?")) as one:
        error = await one.error()
    assert isinstance(error, MailboxUnreadable)
    assert "the certificate of 127.0.0.1 is not valid" in error.message
    assert (server.folder / "log").read_text().count("Login: user=") == logins


@needs(DOVECOT)
async def test_a_certificate_for_another_host_is_refused(server: Dovecot, store: FileStorage) -> None:
    wrong = url(server, "imap", f"starttls=always&ca={server.certificate}").replace("127.0.0.1", "localhost")
    async with reading(store, wrong) as one:
        assert "the certificate of localhost is not valid" in (await one.error()).message


async def test_a_file_of_certificates_that_is_none_is_said(store: FileStorage, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    async with reading(store, f"imaps://a:b@127.0.0.1:9/INBOX?ca={tmp_path / 'ca.pem'}") as one:
        await one.error()


async def test_a_server_without_starttls_gets_no_password(store: FileStorage) -> None:
    async with imap_server({1: mail(1)}, {}) as server, reading(store, f"{server.url}?starttls=always") as one:
        assert "does not offer STARTTLS" in (await one.error()).message
    assert not server.commands & {b"LOGIN"}
