"""A reply becomes a letter in a real mail server, and its link mutes the ticket: over the server's own sockets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.jobs import settings_watch
from hero_assistance_server.notifications import rules
from tests.server.desk import running
from tests.server.mail.mail_server import mail_server
from tests.server.mail.settings_socket import telling

pytestmark = pytest.mark.anyio


async def test_a_customer_gets_a_reply_by_mail_and_mutes_the_ticket(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "BATCH_FOR", timedelta(seconds=0.1))
    monkeypatch.setattr(settings_watch, "PAUSE_S", 0.05)
    async with mail_server() as server:
        secrets = {"SMTP_URL": server.url(), "MAIL_FROM": "Help <help@desk.example.org>"}
        async with telling(paths, secrets), running(paths) as desk:
            await desk.call("project.update", "alice", page_address="https://desk.example.org")
            await desk.call("user.update", "alice", user_id="carol", email="carol@example.net")
            filed = await desk.call("ticket.create", "carol", title="No network", body="b")
            await desk.call("message.reply", "bob", ticket_id=filed["ticket_id"], body="Try again.")
            (received,) = await server.wait_for(1)
            message = received.message
            assert str(message["From"]) == '"Bob (Support)" <help@desk.example.org>'
            assert message["Auto-Submitted"] == "auto-generated"
            body = message.get_body(("plain",))
            assert body is not None
            assert "> Try again." in body.get_content()
            token = message["List-Unsubscribe"].strip("<>").partition("token=")[2]
            assert await desk.call("notification.unsubscribe", None, token=token) is True
            await desk.call("message.reply", "bob", ticket_id=filed["ticket_id"], body="Still there?")
            await desk.call("mail.test", "alice", address="last@example.net")
            letters = await server.wait_for(2)
            assert [one.to[0] for one in letters] == ["carol@example.net", "last@example.net"]
            assert (await desk.call("mail.status", "alice"))["way"] == "smtp"
