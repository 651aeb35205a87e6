"""A connection to an IMAP server on which the user is signed in; no password goes over one that is not as asked for."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from hero_assistance_sdk.errors import HeroError, Unreachable
from hero_assistance_server.mail.receiving.sources.imap_bounds import bound_answers
from hero_assistance_server.mail.receiving.sources.imap_greeting import await_greeting
from hero_assistance_server.mail.receiving.sources.imap_url import ImapEncryption, Mailbox

ANSWER_S = 60.0
_HAS_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EXISTS = re.compile(rb"\* \d+ (?:EXISTS|RECENT)\s*", re.IGNORECASE)
_HINT = "hero_assistance secret set IMAP_URL ..."


class MailboxUnreadable(HeroError):
    """A mailbox that does not let itself be read."""

    reason = "mailbox-unreadable"


@asynccontextmanager
async def connect(mailbox: Mailbox) -> AsyncIterator[Any]:
    """Yield a client that is signed in; errors of the library become ours."""
    import aioimaplib

    # It tells of each line that it does not know: a server could fill the log with them.
    logging.getLogger(aioimaplib.__name__).setLevel(logging.WARNING)
    client: Any = None
    try:
        client = await _open(mailbox)
        _note_news(client)
        bound_answers(client)
        await await_greeting(client, ANSWER_S)
        if mailbox.encryption is ImapEncryption.STARTTLS:
            await _start_tls(client, mailbox)
        answer = await client.login(quote(mailbox.user), mailbox.password)
        check_answer(answer, "the server refuses the user or the password")
        yield client
    except ssl.SSLCertVerificationError as error:
        fault = f"the certificate of {mailbox.host} is not valid: {error.verify_message}"
        raise MailboxUnreadable(fault, hint="write the host as its certificate does, or name its ?ca=FILE") from error
    except (OSError, TimeoutError, aioimaplib.AioImapException) as error:
        raise Unreachable(
            f"{mailbox.host} does not answer as an IMAP server: {error or type(error).__name__}", hint="see IMAP_URL"
        ) from error
    finally:
        if client is not None:
            _close(client)


def check_answer(answer: Any, fault: str) -> Sequence[bytes | bytearray]:
    """Return the lines of an answer; raises `MailboxUnreadable` for a refusal, with the server's words."""
    if answer.result != "OK":
        raise MailboxUnreadable(f"{fault}: {describe_refusal(answer)}", hint=_HINT)
    lines: Sequence[Any] = answer.lines
    return lines


def describe_refusal(answer: Any) -> str:
    """Return what a server said last, as one line."""
    said = " ".join(bytes(line).decode("utf-8", "replace") for line in answer.lines[-1:])
    return _HAS_CONTROL.sub(" ", said)[:200]


def quote(text: str) -> str:
    """Return a text as IMAP writes a string; raises `MailboxUnreadable` for one that cannot be."""
    if _HAS_CONTROL.search(text):
        raise MailboxUnreadable("there is a control character in IMAP_URL", hint="write it once more")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


async def _open(mailbox: Mailbox) -> Any:
    import aioimaplib

    async with asyncio.timeout(ANSWER_S):
        # The library waits its whole time for a server that refuses; a socket says so at once.
        _reader, probe = await asyncio.open_connection(mailbox.host, mailbox.port)
        probe.close()
    if mailbox.encryption is ImapEncryption.TLS:
        context = _make_context(mailbox)
        return aioimaplib.IMAP4_SSL(mailbox.host, mailbox.port, timeout=ANSWER_S, ssl_context=context)
    return aioimaplib.IMAP4(mailbox.host, mailbox.port, timeout=ANSWER_S)


def _note_news(client: Any) -> None:
    """Let `client.news` be set at each word of a new mail; the library drops it while another command runs."""
    client.news = asyncio.Event()
    handle = client.protocol._untagged_response

    def handle_untagged(line: bytes) -> Any:
        if _EXISTS.fullmatch(line):
            client.news.set()
        return handle(line)

    client.protocol._untagged_response = handle_untagged


async def _start_tls(client: Any, mailbox: Mailbox) -> None:
    """Encrypt a connection; the library knows the command and not what follows it.

    What came before, in plain text, may be of others: it is forgotten, and the server is asked again what it can do.
    """
    from aioimaplib.aioimaplib import Command

    protocol = client.protocol
    loop = asyncio.get_running_loop()
    if "STARTTLS" not in protocol.capabilities:
        raise MailboxUnreadable(f"{mailbox.host} does not offer STARTTLS", hint="write imaps:// if it has that port")
    async with asyncio.timeout(ANSWER_S):
        answer = await protocol.execute(Command("STARTTLS", protocol.new_tag(), loop=loop))
        check_answer(answer, "the server refuses STARTTLS")
        if protocol.incomplete_line:
            raise MailboxUnreadable(f"{mailbox.host} says something between STARTTLS and TLS", hint="write imaps://")
        protocol.capabilities = set()
        protocol.transport = await loop.start_tls(
            protocol.transport, protocol, _make_context(mailbox), server_hostname=mailbox.host
        )
        await protocol.capability()


def _make_context(mailbox: Mailbox) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=mailbox.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise MailboxUnreadable("the file that IMAP_URL names as ca cannot be read", hint=_HINT) from error


def _close(client: Any) -> None:
    """End a connection, also one that does not answer any more."""
    transport = client.protocol.transport if client.protocol is not None else None
    if transport is not None:
        transport.close()
