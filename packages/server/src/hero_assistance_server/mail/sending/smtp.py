"""Sends letters to a mail server by SMTP.

A letter has one receiver, so that a server that refuses one of three refuses one letter. Until the server has the whole
letter, an error means that it was not taken. From the last line of the letter until the server's answer it is not known
(RFC 1047): such a letter is sent again, with the same Message-ID, and may arrive twice. That is why the answer is
awaited for as long as RFC 5321 says.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from hero_assistance_server.mail.sending.smtp_faults import (
    CA_HINT,
    OF_SERVER,
    SENDER_HINT,
    WAIT_HINT,
    ServerFault,
    describe,
    explain,
    find_hint,
)
from hero_assistance_server.mail.sending.smtp_url import Encryption, SmtpServer
from hero_assistance_server.outbox.model import Outcome, Refused, RetryLater, Sent

if TYPE_CHECKING:
    from aiosmtplib import SMTP

CONNECT_TIMEOUT_S = 30.0
COMMAND_TIMEOUT_S = 60.0
# RFC 5321, 4.5.3.2.6: a client that waits less for the answer to a letter makes others get it twice.
ANSWER_TIMEOUT_S = 570.0
# A server may end a connection that says nothing; an idle one is closed before.
IDLE_S = 5.0
_UNKNOWN = "the mail server had the letter and did not answer: it may have arrived, and is sent again"


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom and to whom a mail goes; with `is_utf8` an address has other letters than ASCII."""

    sender: str
    to: str
    is_utf8: bool = False


@dataclass
class SmtpTransport:
    """The connections to one mail server; one that has sent a letter sends the next."""

    server: SmtpServer
    local_host: str
    command_timeout_s: float = COMMAND_TIMEOUT_S
    answer_timeout_s: float = ANSWER_TIMEOUT_S
    _idle: list[SMTP] = field(default_factory=list)
    _timer: asyncio.TimerHandle | None = None

    async def send(self, envelope: Envelope, message: bytes) -> Outcome:
        """Send one mail; raises `ServerFault` where the server takes none."""
        from aiosmtplib import SMTPException

        connection = await self._take_connection(envelope)
        try:
            outcome = await self._transmit(connection, envelope, message)
        except (SMTPException, OSError) as error:
            connection.close()
            said = f"the mail server ended the connection: {describe(error)}"
            raise ServerFault(said, WAIT_HINT, knew_letter=True) from error
        except BaseException:
            connection.close()
            raise
        await self._put_back(connection, outcome)
        return outcome

    def close(self) -> None:
        """Close the idle connections."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._idle:
            self._idle.pop().close()

    async def _take_connection(self, envelope: Envelope) -> SMTP:
        """Return a connection that has the sender of a letter: an idle one where it is still open, else a new one."""
        from aiosmtplib import SMTPException, SMTPResponseException

        while self._idle:
            connection = self._idle.pop()
            with suppress(SMTPException, OSError):
                await self._begin(connection, envelope)
                return connection
            connection.close()
        connection = await self._connect()
        try:
            await self._begin(connection, envelope)
        except (SMTPException, OSError) as error:
            connection.close()
            what, hint = "ended the connection", WAIT_HINT
            if isinstance(error, SMTPResponseException):
                what, hint = "refuses our address", SENDER_HINT
            if getattr(error, "code", None) in OF_SERVER:
                what, hint = "takes no letters now", find_hint(error)
            raise ServerFault(f"the mail server {what}: {describe(error)}", hint) from error
        except BaseException:
            connection.close()
            raise
        return connection

    async def _begin(self, connection: SMTP, envelope: Envelope) -> None:
        options = []
        if envelope.is_utf8 and connection.supports_extension("smtputf8"):
            options.append("SMTPUTF8")
        elif not envelope.sender.isascii():
            raise ServerFault("the mail server takes no MAIL_FROM with other letters than ASCII", SENDER_HINT)
        encoding = "utf-8" if options else "ascii"
        await connection.mail(envelope.sender, options=options, encoding=encoding, timeout=self.command_timeout_s)

    async def _transmit(self, connection: SMTP, envelope: Envelope, message: bytes) -> Outcome:
        from aiosmtplib import SMTPException, SMTPResponseException

        if envelope.is_utf8 and not connection.supports_extension("smtputf8"):
            return Refused("the mail server takes no addresses with other letters than ASCII")
        encoding = "utf-8" if envelope.is_utf8 else "ascii"
        try:
            await connection.rcpt(envelope.to, encoding=encoding, timeout=self.command_timeout_s)
        except SMTPResponseException as error:
            return _to_outcome(error)
        try:
            answer = await connection.data(message, timeout=self.answer_timeout_s)
        except SMTPResponseException as error:
            return _to_outcome(error)
        except (SMTPException, OSError):
            connection.close()
            return RetryLater(_UNKNOWN)
        return Sent(f"{answer.code} {answer.message}")

    async def _put_back(self, connection: SMTP, outcome: Outcome) -> None:
        """Keep a connection for the next letter; after a refusal the server is asked to forget the letter."""
        from aiosmtplib import SMTPException

        if not connection.is_connected:
            return
        if not isinstance(outcome, Sent):
            try:
                await connection.rset(timeout=self.command_timeout_s)
            except (SMTPException, OSError):
                connection.close()
                return
        self._idle.append(connection)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(IDLE_S, self.close)

    async def _connect(self) -> SMTP:
        """Open a connection and log in; raises `ServerFault`."""
        from aiosmtplib import SMTP, SMTPException

        server = self.server
        connection = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            local_hostname=self.local_host,
            timeout=min(CONNECT_TIMEOUT_S, self.command_timeout_s),
            use_tls=server.encryption is Encryption.TLS,
            start_tls={Encryption.OFFERED: None, Encryption.STARTTLS: True}.get(server.encryption, False),
            tls_context=self._tls,
        )
        try:
            await connection.connect()
        except (SMTPException, OSError, ValueError) as error:
            connection.close()
            raise ServerFault(*explain(error)) from error
        except BaseException:
            connection.close()
            raise
        return connection

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """How certificates are checked: where encryption is only taken when it is offered, it proves nothing."""
        try:
            context = ssl.create_default_context(cafile=self.server.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ServerFault("the file that SMTP_URL names as ca cannot be read", CA_HINT) from error
        if not self.server.verify or self.server.encryption is Encryption.OFFERED:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _to_outcome(error: Exception) -> Outcome:
    """What an answer to one letter means; raises `ServerFault` for one about the server as a whole."""
    code = getattr(error, "code", 0)
    text = describe(error)
    if code in OF_SERVER:
        raise ServerFault(
            f"the mail server takes no letters now: {text}", find_hint(error), knew_letter=True
        ) from error
    return Refused(text) if 500 <= code < 600 else RetryLater(text)
