"""What strangers make of a desk by mail in an hour: customers, notes and reports; the rest waits for an operator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from hero_assistance_sdk.limits import Limits
from hero_assistance_sdk.paths import Paths
from tests.limits import NO_RATES
from tests.server.desk import Desk, running
from tests.server.mail.mails import CAROL, SERVER, deliver, settled, vouched, write
from tests.server.mail.reports import REPORT
from tests.server.mail.test_filing import KEY, carols_ticket, read_column, receipts, reply_to, thread

pytestmark = pytest.mark.anyio


def limited(**limits: float) -> Limits:
    return replace(NO_RATES, **limits)


@asynccontextmanager
async def limited_desk(paths: Paths, limits: Limits) -> AsyncIterator[Desk]:
    async with running(paths, limits=limits) as desk:
        await desk.call("project.update", "alice", mail_servers=[SERVER])
        await desk.call("user.update", "alice", user_id="carol", email=CAROL)
        yield desk


async def strangers(desk: Desk, count: int, domain: str = "example{}.net", first: int = 0) -> list[dict[str, Any]]:
    """Mails of strangers, each from another address."""
    return [
        await deliver(desk, write(sender=f"s{number}@{domain.format(number)}"))
        for number in range(first, first + count)
    ]


async def test_a_desk_makes_so_many_customers_of_mails_in_an_hour(paths: Paths) -> None:
    async with limited_desk(paths, limited(mail_newcomers_per_hour=3)) as desk:
        users = len((await desk.call("user.list", "alice"))["users"])
        *first, last = await strangers(desk, 4)
        assert {one["state"] for one in first} == {"filed"}
        assert (last["state"], last["ticket_id"]) == ("quarantined", None)
        assert last["reason"] == "mails of unknown senders made 3 customers within an hour already"
        assert len((await desk.call("user.list", "alice"))["users"]) == users + 3
        assert len(receipts(desk)) == 3
        known = await deliver(desk, write(sender=CAROL, Authentication_Results=vouched()))
        assert known["state"] == "filed"


async def test_a_domain_has_a_limit_of_its_own_in_any_case_of_its_letters(paths: Paths) -> None:
    async with limited_desk(paths, limited(mail_newcomers_per_hour_per_domain=2)) as desk:
        await strangers(desk, 1, "Evil.example")
        await strangers(desk, 1, "evil.example", first=1)
        (last,) = await strangers(desk, 1, "EVIL.example", first=2)
        assert last["reason"] == "mails of unknown senders of evil.example made 2 customers within an hour already"
        assert (await strangers(desk, 1, "other.example"))[0]["state"] == "filed"


async def test_what_waited_for_an_operator_is_filed_by_refiling_all(paths: Paths) -> None:
    async with limited_desk(paths, limited(mail_newcomers_per_hour=1)) as desk:
        await strangers(desk, 3)
        assert await desk.call("mail.refile_quarantined", "alice") == 2
        assert {one["state"] for one in await settled(desk)} == {"filed"}
        assert len(receipts(desk)) == 1


async def test_a_flood_of_forged_answers_on_a_ticket_is_stopped(paths: Paths) -> None:
    async with limited_desk(paths, limited(mail_unproved_per_hour_per_ticket=2)) as desk:
        number = await carols_ticket(desk)
        key = read_column(desk, "SELECT key FROM mail_keys WHERE name = 'reply-address'")
        assert key == []
        desk.execute("INSERT INTO mail_keys VALUES ('reply-address', ?)", KEY.hex())
        forged = vouched(result="fail")
        to = reply_to(number, "carol")
        mails = [write(f"{one}", sender=CAROL, to=to, Authentication_Results=forged) for one in range(3)]
        *first, last = [await deliver(desk, mail) for mail in mails]
        assert {one["ticket_id"] for one in first} == {number}
        assert last["state"] == "quarantined"
        assert (
            last["reason"]
            == f"2 mails whose senders are not proved were filed on ticket {number} within an hour already"
        )
        assert len(await thread(desk, number)) == 2


async def test_a_flood_of_unproved_mails_is_stopped(paths: Paths) -> None:
    async with limited_desk(paths, limited(mail_unproved_per_hour=2)) as desk:
        *first, last = [await deliver(desk, write(f"{one}", sender=CAROL)) for one in range(3)]
        assert {one["state"] for one in first} == {"filed"}
        assert last["reason"] == "2 mails whose senders are not proved were filed within an hour already"


async def test_a_flood_of_reports_on_a_ticket_is_stopped(paths: Paths) -> None:
    async with limited_desk(paths, limited(mail_unproved_per_hour_per_ticket=2)) as desk:
        filed = await deliver(desk, write())
        (own,) = read_column(desk, "SELECT mail_id FROM mail_message_ids WHERE mail_id LIKE '<ticket-%'")
        report = REPORT.replace(b"<ticket-1.2.x@desk.example>", own.encode())
        mails = [report.replace(b"Sorry", b"Sorry %d" % number) for number in range(3)]
        *first, last = [await deliver(desk, mail) for mail in mails]
        assert [one["ticket_id"] for one in first] == [filed["ticket_id"]] * 2
        assert last["state"] == "quarantined"
        assert "2 reports of mail systems" in last["reason"]
        await desk.call("mail.refile", "alice", mail_id=last["mail_id"])
        await settled(desk)
        assert len(await thread(desk, filed["ticket_id"])) == 3


FORGED = "mx.desk.example; dmarc=fail header.from=example.org"


async def flood(desk: Desk, count: int, **headers: str) -> None:
    for number in range(count):
        await desk.call("mail.deliver", "alice", text=write(f"{number}", sender=CAROL, **headers).as_bytes().decode())
    await settled(desk)


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-replied"}, {}, {"Authentication_Results": FORGED}])
async def test_mails_of_others_in_a_name_silence_no_one(paths: Paths, headers: dict[str, str]) -> None:
    async with limited_desk(paths, NO_RATES) as desk:
        await flood(desk, 101, **headers)
        real = await deliver(desk, write("It burns.", sender=CAROL, Authentication_Results=vouched()))
        assert (real["state"], real["reason"]) == ("filed", "")
        assert [one.split()[1] for one in receipts(desk)] == [CAROL]


async def test_a_proved_sender_who_writes_without_end_is_stopped(paths: Paths) -> None:
    async with limited_desk(paths, NO_RATES) as desk:
        await flood(desk, 100, Authentication_Results=vouched())
        last = await deliver(desk, write("more", sender=CAROL, Authentication_Results=vouched()))
        assert (last["state"], last["reason"]) == ("quarantined", "its sender wrote 100 mails within an hour")


async def test_an_address_whose_mails_are_not_proved_has_a_limit(paths: Paths) -> None:
    async with limited_desk(paths, NO_RATES) as desk:
        await flood(desk, 100)
        last = await deliver(desk, write("more", sender=CAROL))
        assert (last["state"], last["reason"]) == ("quarantined", "its sender wrote 100 mails within an hour")
