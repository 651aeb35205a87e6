"""A real SMTP server on loopback, which does as it is told: accepts, refuses, is slow, or dies."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "desk", "p@ss word"


@dataclass(frozen=True)
class Received:
    """A letter as it arrived."""

    sender: str
    to: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class Behaviour:
    """What the server answers; a command without an answer here is accepted."""

    rcpt: dict[str, str] = field(default_factory=dict)
    mail: str | None = None
    data: str | None = None
    delay_s: float = 0.0
    # Accept that many letters and end the connection instead of answering.
    dies_after_data: int = 0


@dataclass
class MailServer:
    """The server of one test."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    behaviour: Behaviour = field(default_factory=Behaviour)
    sessions: int = 0
    used_tls: list[bool] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, options: str = "starttls=never", *, login: bool = False, scheme: str = "smtp") -> str:
        user = "desk:p%40ss%20word@" if login else ""
        return f"{scheme}://{user}127.0.0.1:{self.port}{'?' if options else ''}{options}"

    async def wait_for(self, count: int, timeout_s: float = 30.0) -> list[Received]:
        """Wait until so many letters are there."""
        async with asyncio.timeout(timeout_s):
            while len(self.received) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.received

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: Any
    ) -> Any:
        self.sessions += 1
        self.used_tls.append(session.ssl is not None)
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.behaviour.mail:
            return self.behaviour.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.behaviour.rcpt:
            return self.behaviour.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.behaviour.delay_s)
        if self.behaviour.data:
            return self.behaviour.data
        content = envelope.original_content
        assert content is not None
        self.received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        self._arrived.set()
        if self.behaviour.dies_after_data:
            self.behaviour.dies_after_data -= 1
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return f"250 queued as {len(self.received)}"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_right, handled=False)


@asynccontextmanager
async def mail_server(
    *,
    tls: ssl.SSLContext | None = None,
    implicit_tls: bool = False,
    auth: bool = False,
    port: int = 0,
    make: Callable[[], MailServer] = MailServer,
) -> AsyncIterator[MailServer]:
    """Listen on loopback while the context is open; `tls` is offered by STARTTLS, or used from the start."""
    server = make()
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(
            server,
            hostname="mail.example.org",
            enable_SMTPUTF8=True,
            tls_context=None if implicit_tls else tls,
            authenticator=server.authenticate if auth else None,
            auth_required=auth,
            auth_require_tls=False,
            loop=loop,
        )

    listening = await loop.create_server(protocol, "127.0.0.1", port, ssl=tls if implicit_tls else None)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
