"""The listener: the mail server of this machine hands over mails by LMTP or SMTP; each is stored before the answer."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from hero_assistance_sdk.errors import TooLarge, Unavailable
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.net.sockets import SOCKET_MODE, bind_tcp, bind_unix
from hero_assistance_server.mail.receiving.intake import MAIL_LIMIT, Intake
from hero_assistance_server.mail.receiving.model import Arrival
from hero_assistance_server.mail.receiving.sources.listen_address import (
    BadMailSetting,
    ListenAddress,
    parse_listen_address,
)
from hero_assistance_server.mail.receiving.sources.smtp_data import read_smtp_data
from hero_assistance_server.quotas.rules import MIB

if TYPE_CHECKING:
    from hero_assistance_server.mail.receiving.sources.receiving import Receiving

SOURCE = "listener"
CONDITION = "mail-listener"
# A mail server opens a few at once; each holds one mail in memory.
CONNECTIONS_LIMIT = 20
RECIPIENTS_LIMIT = 100
SILENCE_S = 60.0
# What a connection holds before it is taken over.
PIECE_LIMIT = 1024 * 1024
_TOO_LARGE = f"552 5.3.4 a mail has at most {MAIL_LIMIT // MIB} MiB here"
_NOT_NOW = "451 4.3.0 it cannot be stored now; try again"

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

    async def take(self, raw: bytes | None, recipients: tuple[str, ...]) -> str:
        """Store the mail, `None` for one that is too large; LMTP has one answer for each recipient."""
        answer = _TOO_LARGE if raw is None else await self._store(Arrival(SOURCE, raw, recipients))
        return "\r\n".join([answer] * len(recipients)) if self._is_lmtp else answer

    async def _store(self, arrival: Arrival) -> str:
        try:
            mail_id = await self._intake.receive(arrival)
        except TooLarge:
            return _TOO_LARGE
        except Unavailable as error:
            _log.warning("mail.refused-for-now", error=error)
            return _NOT_NOW
        except Exception as error:  # noqa: BLE001
            # The outermost place of one mail: the library would refuse it for good, and it would be lost.
            _log.error("mail.not-stored", exc_info=error)
            return _NOT_NOW
        return f"250 2.0.0 stored as {mail_id}" if mail_id is not None else "250 2.0.0 stored before"


async def listen_for_ever(setting: str, receiving: Receiving) -> None:
    """Take mails until cancelled; raises `BadMailSetting` or `AddressInUse`."""
    address = parse_listen_address(setting, receiving.desk.mail_socket)
    async with listen(address, receiving.intake):
        receiving.note_health(CONDITION)
        await asyncio.Event().wait()


@asynccontextmanager
async def listen(address: ListenAddress, intake: Intake) -> AsyncIterator[None]:
    """Take mails while the context is open; raises `BadMailSetting` or `AddressInUse`."""
    connect = _make_factory(intake, is_lmtp=address.is_lmtp)
    opened: set[asyncio.Transport] = set()
    loop = asyncio.get_running_loop()
    bound = _bind(address)
    if address.path is not None:
        server: asyncio.Server = await loop.create_unix_server(lambda: connect(opened), sock=bound)
    else:
        server = await loop.create_server(lambda: connect(opened), sock=bound)
    _log.info("mail.listening", address=str(address))
    try:
        async with server:
            yield
    finally:
        for transport in list(opened):
            transport.close()


def _bind(address: ListenAddress) -> socket.socket:
    if address.path is None:
        host = f"[{address.host}]" if ":" in address.host else address.host
        return bind_tcp(f"{host}:{address.port}")
    if address.path.exists() and not address.path.is_socket():
        raise BadMailSetting(f"{address.path} is a file, and no socket", hint="name another path in MAIL_LISTEN")
    return bind_unix(address.path, mode=SOCKET_MODE)


def _make_factory(intake: Intake, *, is_lmtp: bool) -> Callable[[set[asyncio.Transport]], asyncio.Protocol]:
    """Return what makes the protocol of a connection; the library is imported where there is a listener."""
    from aiosmtpd.lmtp import LMTP
    from aiosmtpd.smtp import SMTP

    # It writes a line for each command, with the addresses of senders.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    handler = _Handler(intake, is_lmtp=is_lmtp)

    class MailConnection(LMTP if is_lmtp else SMTP):  # type: ignore[misc]
        """One connection, of a bounded number."""

        line_length_limit = PIECE_LIMIT

        def __init__(self, opened: set[asyncio.Transport]) -> None:
            self._opened = opened
            super().__init__(
                handler,
                data_size_limit=MAIL_LIMIT,
                enable_SMTPUTF8=True,
                hostname="localhost",
                ident="hero_assistance",
                timeout=SILENCE_S,
            )

        async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
            """Take a mail; lines of any length, because a refused mail would be lost to both sides."""
            if await self.check_helo_needed():
                return
            if arg or not self.envelope.rcpt_tos:
                await self.push("501 DATA has no parameter" if arg else "503 name a recipient first")
                return
            await self.push("354 end with a line that is a single dot")
            try:
                raw = await read_smtp_data(self._reader, MAIL_LIMIT)
            except asyncio.CancelledError:
                self._writer.close()
                raise
            answer = await handler.take(raw, tuple(self.envelope.rcpt_tos))
            self._set_post_data_state()
            await self.push(answer)

        def connection_made(self, transport: Any) -> None:
            """Refuse what is too much."""
            if len(self._opened) >= CONNECTIONS_LIMIT:
                transport.write(b"421 4.7.0 too many connections\r\n")
                transport.close()
                return
            self._opened.add(transport)
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            """Give the place back."""
            if self.transport is not None:
                self._opened.discard(self.transport)
                super().connection_lost(error)

    return MailConnection
