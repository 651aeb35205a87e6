"""The mail of the people of the story: a mail server of theirs that receives, and what they write."""

from __future__ import annotations

import asyncio
import re
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from tests.server.mail.mail_server import MailServer, Received, mail_server
from tests.server.mail.mails import SUPPORT, write
from tests.ui.daemons import eventually

DELIVERS_AT = 2525
ARRIVAL_S = 30.0
_TOKEN = re.compile(r"/sign-in/link\?token=([\w-]+)")
_CODE = re.compile(r"\b(\d{6})\b")


class Post:
    """The letters that have arrived, by receiver."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._read: set[int] = set()

    @property
    def url(self) -> str:
        """The address of the server, for `SMTP_URL`."""
        return self._server.url()

    def letter(self, address: str, holds: str = "") -> Letter:
        """Wait for a letter to this address that was not read yet and holds a text."""
        return eventually(lambda: self._find(address, holds), f"a letter to {address} with {holds!r}", ARRIVAL_S)

    def count(self, address: str) -> int:
        """How many letters this address has got."""
        return sum(1 for one in self._server.received if one.to == (address,))

    def _find(self, address: str, holds: str) -> Letter | None:
        for number, received in enumerate(list(self._server.received)):
            if number not in self._read and received.to == (address,) and holds in (letter := Letter(received)).text:
                self._read.add(number)
                return letter
        return None


class Letter:
    """One letter, as its receiver reads it."""

    def __init__(self, received: Received) -> None:
        self.message = received.message
        body = self.message.get_body(("plain",))
        self.text: str = body.get_content().replace("\r\n", "\n") if body is not None else ""

    @property
    def token(self) -> str:
        """The token of its link."""
        found = _TOKEN.search(self.text)
        assert found, self.text
        return found[1]

    @property
    def code(self) -> str:
        """The code in it."""
        found = _CODE.search(self.text)
        assert found, self.text
        return found[1]

    def answer(self, text: str, sender: str) -> EmailMessage:
        """What a mail program makes of an answer: the text, and the letter quoted below."""
        quoted = "".join(f"> {line}\n" for line in self.text.splitlines())
        return write(
            f"{text}\n\nOn Friday, Support wrote:\n{quoted}",
            sender=sender,
            subject=f"Re: {self.message['Subject']}",
            To=str(self.message["Reply-To"] or self.message["From"]),
            In_Reply_To=str(self.message["Message-ID"]),
            References=str(self.message["Message-ID"]),
        )


def vouch(mail: EmailMessage, number: int) -> EmailMessage:
    """What the mail server of the desk adds to a mail whose sender's domain it has proved."""
    domain = str(mail["From"]).rpartition("@")[2].rstrip(">")
    mail["Authentication-Results"] = f"mx.desk.example; dmarc=pass header.from={domain}"
    mail["Message-ID"] = f"<story-{number}@{domain}>"
    return mail


def deliver(mail: EmailMessage) -> None:
    """Hand a mail over to the desk by SMTP, as the mail server of its machine does."""
    to = str(mail["To"] or SUPPORT)
    with eventually(_connect, "the desk takes mail") as client:
        client.sendmail("", [to], mail.as_bytes())


def _connect() -> smtplib.SMTP | None:
    try:
        return smtplib.SMTP("127.0.0.1", DELIVERS_AT, timeout=ARRIVAL_S)
    except ConnectionRefusedError:
        return None


@contextmanager
def post_office() -> Iterator[Post]:
    """Run the people's mail server in a thread while the context is open."""
    started, ready = threading.Event(), list[tuple[MailServer, asyncio.AbstractEventLoop, asyncio.Event]]()

    async def serve() -> None:
        stop = asyncio.Event()
        async with mail_server() as server:
            ready.append((server, asyncio.get_running_loop(), stop))
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert started.wait(ARRIVAL_S)
    ((server, loop, stop),) = ready
    try:
        yield Post(server)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
