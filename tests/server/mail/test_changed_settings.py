"""A secret about mail that the operator has just set holds at once for what they ask then, and says what is wrong."""

from __future__ import annotations

import asyncio

import pytest

from hero_assistance_sdk.paths import Paths
from tests.server.desk import STOP_S, Desk, running
from tests.server.mail.settings_socket import telling

pytestmark = pytest.mark.anyio

SECRETS = {"MAIL_FROM": "Support <support@example.org>", "SMTP_URL": "smtp://127.0.0.1:1?starttls=never"}
# Each with what must not be quoted of it, because every caller may read a condition.
BAD_SOURCES = [
    ("IMAP_URL", "imaps://imap.example.org/INBOX", "mailbox", "IMAP_URL cannot be used: it names no user"),
    ("IMAP_URL", "imap://u:secret@imap.example.org/", "mailbox", "IMAP_URL cannot be used: imap:// sends the password"),
    ("MAIL_LISTEN", "lmtp://10.20.30.40:24", "mail-listener", "MAIL_LISTEN cannot be used: its address is reached"),
    ("MAIL_LISTEN", "smtp://secret.example.org:25", "mail-listener", "MAIL_LISTEN cannot be used: its host is no"),
    ("MAIL_LISTEN", "secret", "mail-listener", "MAIL_LISTEN cannot be used: it is neither lmtp: nor smtp:"),
]


async def test_a_new_mail_server_is_used_by_the_next_test_letter(paths: Paths) -> None:
    secrets: dict[str, str] = {}
    async with telling(paths, secrets), running(paths) as desk:
        assert (await desk.call("mail.status", "alice"))["way"] == "folder"
        secrets |= SECRETS
        made = await desk.call("mail.test", "alice", address="you@example.net")
        assert (made["status"]["way"], made["status"]["server"]) == ("smtp", "127.0.0.1:1")
        secrets["SMTP_URL"] = "mail.example.org"
        status = await desk.call("mail.status", "alice")
        assert (status["way"], "SMTP_URL cannot be used" in status["fault"]) == ("held", True)


@pytest.mark.parametrize(("name", "value", "condition", "said"), BAD_SOURCES)
async def test_a_bad_source_of_mail_says_what_is_wrong(
    paths: Paths, name: str, value: str, condition: str, said: str
) -> None:
    async with telling(paths, {name: value}), running(paths) as desk:
        found = await _wait_for_condition(desk, condition)
    assert found["message"].startswith(said)
    assert found["hint"]
    assert not any(word in str(found) for word in ("secret.", "10.20.30.40", "u:secret"))


async def _wait_for_condition(desk: Desk, name: str) -> dict[str, str]:
    async with asyncio.timeout(STOP_S):
        while True:
            conditions: list[dict[str, str]] = (await desk.call("system.health"))["conditions"]
            found = next((one for one in conditions if one["name"] == name), None)
            if found is not None:
                return found
            await asyncio.sleep(0.05)
