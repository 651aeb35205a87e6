"""The listener: the mail server of this machine hands over mails by LMTP or SMTP, and each is stored before the answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from hero_assistance_sdk.errors import TooLarge, Unavailable
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.mail.receiving.intake import MAIL_LIMIT, Intake
from hero_assistance_server.mail.receiving.model import Arrival
from hero_assistance_server.mail.receiving.sources.listen_address import BadMailSetting, ListenAddress

SOURCE = "listener"
# A mail server opens a few at once; each holds one mail in memory.
CONNECTIONS_LIMIT = 20
RECIPIENTS_LIMIT = 100
SILENCE_S = 60.0
SOCKET_MODE = 0o660

_log = get_log("mail")


class _Handler:
    """Answers the commands of one connection."""

    def __init__(self, intake: Intake, *, is_lmtp: bool) -> None:
        self._intake = intake
        self._is_lmtp = is_lmtp

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Take any recipient: the mail server has decided which are ours."""
        if len(envelope.rcpt_tos) >= RECIPIENTS_LIMIT:
            return "452 4.5.3 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Store the mail; LMTP has one answer for each recipient."""
        answer = await self._store(Arrival(SOURCE, envelope.content, tuple(envelope.rcpt_tos)))
        return "\r\n".join([answer] * len(envelope.rcpt_tos)) if self._is_lmtp else answer

    async def _store(self, arrival: Arrival) -> str:
        try:
            mail_id = await self._intake.receive(arrival)
        except TooLarge as error:
            return f"552 5.3.4 {error.message}"
        except Unavailable as error:
            _log.warning("mail.refused-for-now", error=error)
            return "451 4.3.0 it cannot be stored now; try again"
        return f"250 2.0.0 stored as {mail_id}" if mail_id is not None else "250 2.0.0 stored before"


@asynccontextmanager
async def listen(address: ListenAddress, intake: Intake) -> AsyncIterator[None]:
    """Take mails while the context is open; raises `BadMailSetting` where the address cannot be bound."""
    from aiosmtpd.lmtp import LMTP
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    handler = _Handler(intake, is_lmtp=address.is_lmtp)
    opened: set[asyncio.BaseTransport] = set()

    class Connection(LMTP if address.is_lmtp else SMTP):  # type: ignore[misc]
        """One connection, of a bounded number."""

        def connection_made(self, transport: Any) -> None:
            """Refuse what is too much."""
            if len(opened) >= CONNECTIONS_LIMIT:
                transport.write(b"421 4.7.0 too many connections\r\n")
                transport.close()
                return
            opened.add(transport)
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            """Give the place back."""
            if self.transport is not None:
                opened.discard(self.transport)
                super().connection_lost(error)

    def connect() -> Connection:
        return Connection(
            handler,
            data_size_limit=MAIL_LIMIT,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="hero_assistance",
            timeout=SILENCE_S,
            loop=loop,
        )

    try:
        if address.path is not None:
            with contextlib.suppress(FileNotFoundError):
                address.path.unlink()
            server: asyncio.Server = await loop.create_unix_server(connect, str(address.path))
            os.chmod(address.path, SOCKET_MODE)
        else:
            server = await loop.create_server(connect, address.host, address.port)
    except OSError as error:
        raise BadMailSetting(f"{address} cannot be listened on: {error.strerror}", hint="set MAIL_LISTEN") from error
    _log.info("mail.listening", address=str(address))
    try:
        async with server:
            yield
    finally:
        for transport in list(opened):
            transport.close()
