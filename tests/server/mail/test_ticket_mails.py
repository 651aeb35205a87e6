"""Which messages of a ticket came by mail, and how such a mail looks."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import Desk
from tests.server.mail.mails import CAROL, deliver, vouched, write
from tests.server.mail.reports import REPORT
from tests.server.mail.test_filing import carols_ticket, office, read_column, reply_to, thread

pytestmark = pytest.mark.anyio

__all__ = ["office"]
HTML = b"From: Erin <erin@example.org>\r\nSubject: Sale\r\nContent-Type: text/html\r\n\r\n<b onclick='x()'>Now</b>"


async def mails_of(desk: Desk, ticket_id: int, user: str = "bob") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.call("mail.of_ticket", user, ticket_id=ticket_id))["mails"]
    return found


async def test_a_ticket_says_which_mail_opened_it(office: Desk) -> None:
    filed = await deliver(office, write())
    (mail,) = await mails_of(office, filed["ticket_id"])
    assert mail == {
        "mail_id": filed["mail_id"],
        "message_id": None,
        "sender": "erin@example.org",
        "subject": "The VPN is down",
        "received_at": filed["received_at"],
        "warning": "",
        "warning_kind": None,
        "is_bounce": False,
        "has_html": False,
    }


async def test_a_mail_that_acts_for_no_user_has_the_reason(office: Desk) -> None:
    number = await carols_ticket(office)
    forged = write(sender=CAROL, to=reply_to(number, "carol"), Authentication_Results=vouched(result="fail"))
    filed = await deliver(office, forged)
    (mail,) = await mails_of(office, number)
    assert (mail["message_id"], mail["sender"]) == (filed["message_id"], CAROL)
    assert (mail["warning"], mail["warning_kind"]) == ("the mail server says that it is forged", "forged")


async def test_a_bounce_is_told_from_a_mail(office: Desk) -> None:
    filed = await deliver(office, write())
    (own,) = read_column(office, "SELECT mail_id FROM mail_message_ids WHERE mail_id LIKE '<ticket-%'")
    noted = await deliver(office, REPORT.replace(b"<ticket-1.2.x@desk.example>", own.encode()))
    mails = await mails_of(office, filed["ticket_id"])
    assert [(mail["message_id"], mail["is_bounce"], mail["warning"]) for mail in mails] == [
        (noted["message_id"], True, ""),
        (None, False, ""),
    ]


async def test_a_mail_goes_where_its_message_goes(office: Desk) -> None:
    """Merged, and split off once more."""
    number = await carols_ticket(office)
    reply = await deliver(office, write("Still on fire.", sender=CAROL, to=reply_to(number, "carol")))
    opening = await deliver(office, write("It burns.", sender=CAROL, Authentication_Results=vouched()))
    await office.call("ticket.merge", "bob", ticket_id=opening["ticket_id"], into=number)
    (merged,) = [one["message_id"] for one in await thread(office, number) if "It burns." in one["body"]]
    assert [(mail["mail_id"], mail["message_id"]) for mail in await mails_of(office, number)] == [
        (opening["mail_id"], merged),
        (reply["mail_id"], reply["message_id"]),
    ]
    split = await office.call(
        "ticket.split", "bob", ticket_id=number, message_ids=[reply["message_id"]], title="The fire"
    )
    assert [mail["mail_id"] for mail in await mails_of(office, split["ticket_id"])] == [reply["mail_id"]]
    assert [mail["mail_id"] for mail in await mails_of(office, number)] == [opening["mail_id"]]


async def test_a_mail_is_shown_without_what_runs(office: Desk) -> None:
    filed = await deliver(office, HTML)
    (mail,) = await mails_of(office, filed["ticket_id"])
    assert mail["has_html"]
    found = await office.call("mail.html", "bob", mail_id=filed["mail_id"])
    assert found == {"html": "<b>Now</b>", "web_pictures": 0}


async def test_a_mail_that_cannot_be_shown_says_so(office: Desk) -> None:
    filed = await deliver(office, write())
    with pytest.raises(RpcFailure, match="cannot be shown as HTML"):
        await office.call("mail.html", "bob", mail_id=filed["mail_id"])
    with pytest.raises(RpcFailure, match="there is no mail"):
        await office.call("mail.html", "bob", mail_id=999)


async def test_a_mail_on_no_ticket_is_for_admins(office: Desk) -> None:
    mail = await deliver(office, HTML.replace(b"From: Erin <erin@example.org>\r\n", b""))
    assert mail["state"] == "quarantined"
    with pytest.raises(RpcFailure, match="there is no mail"):
        await office.call("mail.html", "bob", mail_id=mail["mail_id"])
    assert (await office.call("mail.html", "alice", mail_id=mail["mail_id"]))["html"] == "<b>Now</b>"


@pytest.mark.parametrize("method", ["mail.of_ticket", "mail.html"])
async def test_customers_see_neither(office: Desk, method: str) -> None:
    filed = await deliver(office, write(sender=CAROL, Authentication_Results=vouched()))
    name = "ticket_id" if method == "mail.of_ticket" else "mail_id"
    with pytest.raises(RpcFailure, match="may not call"):
        await office.call(method, "carol", **{name: filed[name]})
