"""Mails for tests, and a desk that takes them."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from typing import Any

from hero_assistance_server.mail.keys import obtain_reply_key
from hero_assistance_server.mail.reply_address import make_reply_address
from hero_assistance_server.storage.file_storage import FileStorage
from tests.server.desk import STOP_S, Desk

SUPPORT = "support@desk.example"
CAROL, ERIN = "carol@example.org", "erin@example.org"
SERVER = "mx.desk.example"


def write(text: str = "Since this morning.", *, sender: str = ERIN, **headers: str) -> EmailMessage:
    """A mail; the keywords are headers, with `_` for `-`."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["Subject"] = headers.pop("subject", "The VPN is down")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def vouched(domain: str = "example.org", result: str = "pass") -> str:
    """What the receiving server says of a sender."""
    return f"{SERVER}; dmarc={result} header.from={domain}"


async def settled(desk: Desk) -> list[dict[str, Any]]:
    """Wait until no mail waits; returns all of them, the oldest first."""
    async with asyncio.timeout(STOP_S):
        while True:
            page = await desk.call("mail.inbox", "alice")
            if not page["counts"]["received"]:
                mails: list[dict[str, Any]] = page["mails"]
                return mails[::-1]
            await asyncio.sleep(0.01)


async def deliver(desk: Desk, mail: EmailMessage | bytes) -> dict[str, Any]:
    """Hand in a mail; returns what became of it."""
    text = (mail if isinstance(mail, bytes) else mail.as_bytes()).decode()
    made = await desk.call("mail.deliver", "alice", text=text)
    found = [one for one in await settled(desk) if one["mail_id"] == made["mail_id"]]
    return found[0]


async def address_of(store: FileStorage, ticket_id: int, user: str) -> str:
    """The reply address of a user on a ticket."""
    key = await store.write(obtain_reply_key)
    return make_reply_address(key, SUPPORT, ticket_id, user)  # type: ignore[arg-type]
