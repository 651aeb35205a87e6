"""Mentions: who is named in a note takes part in its ticket, and the audit trail says so."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_server.messages.mentions import MENTIONS_LIMIT, find_mentions
from tests.bounded_work import bounded_work
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("@bob", ["bob"]),
        ("Ask @bob, @erin-example-2 or @BOB.", ["bob", "erin-example-2", "BOB"]),
        ("(@bob) @bob: *@alice* **@erin**", ["bob", "alice", "erin"]),
        ("Über @zoë", ["zoë"]),
        ("@bob's", ["bob"]),
        ("@bob@example.org", ["bob@example.org"]),
        ("bob@example.org and /@bob and a@@b and @ bob and @", []),
        ("`@bob` and ``a ` @bob`` and ```@bob```", []),
        ("a ` alone: @bob", ["bob"]),
        ("`` a ` b @bob", ["bob"]),
        ("```\n@bob\n```\n@alice", ["alice"]),
        ("~~~ py\n@bob\n```\n@bob\n~~~~\n@alice", ["alice"]),
        ("```\n@bob never closed", []),
        ("> @bob wrote\n>> @erin\n@alice", ["alice"]),
        ("   > @bob", []),
        ("", []),
    ],
)
def test_who_is_named(body: str, named: list[str]) -> None:
    assert [names[-1] for names in find_mentions(body)] == named


def test_a_sign_at_the_end_may_belong_to_a_name() -> None:
    assert list(find_mentions("with @bob.")) == [("bob.", "bob")]


def test_the_first_ones_count() -> None:
    found = list(find_mentions(" ".join(f"@user{number}" for number in range(100))))
    assert [names[0] for names in found] == [f"user{number}" for number in range(MENTIONS_LIMIT)]


@pytest.mark.parametrize(
    "body",
    [
        "@" * 60_000,
        "@a" * 30_000,
        "".join("`" * (number % 300) + "a" for number in range(400)) + "@b",
        "`a" * 30_000 + "@b",
        "```\n~~~\n" * 7_000 + "@b",
        "> " * 30_000,
        ("@" + "a" * 300 + ".") * 200,
    ],
    ids=["ats", "names", "runs of many lengths", "spans", "fences", "quotations", "long names"],
)
def test_a_long_text_takes_no_time(body: str) -> None:
    with bounded_work():
        list(find_mentions(body))


async def filed(desk: Desk) -> Desk:
    await desk.call("ticket.create", "carol", title="t", body="b")
    for name, role in (("Erin Example", "agent"), ("Gone Agent", "agent")):
        await desk.call("user.enrol", "alice", email=f"{name[:4].lower()}@example.org", name=name, role=role)
    await desk.call("user.deactivate", "alice", user_id="gone-agent")
    return desk


async def followers(desk: Desk) -> list[str]:
    found: list[str] = (await desk.call("ticket.get", "alice", ticket_id=1))["followers"]
    return found


async def mentioned(desk: Desk) -> list[str | None]:
    """Whom the audit entries of the ticket name, the newest first."""
    entries: list[dict[str, Any]] = (await desk.call("audit.list", "alice", ticket_id=1))["entries"]
    return [entry["detail"].get("mentioned") for entry in entries]


async def test_who_is_mentioned_takes_part(desk: Desk) -> None:
    await filed(desk)
    await desk.call("message.note", "bob", ticket_id=1, body="@Alice and @erin-example, see @bob and @nobody")
    assert await followers(desk) == ["bob", "alice", "erin-example"]
    assert await mentioned(desk) == ["alice, erin-example", None]
    await desk.call("message.note", "bob", ticket_id=1, body="@alice again")
    assert await followers(desk) == ["bob", "alice", "erin-example"]
    assert (await mentioned(desk))[0] == "alice"


async def test_who_is_deactivated_or_a_customer_is_not_mentioned(desk: Desk) -> None:
    await filed(desk)
    await desk.call("message.note", "bob", ticket_id=1, body="@gone-agent @carol @dave")
    assert await followers(desk) == ["bob"]
    assert await mentioned(desk) == [None, None]


async def test_the_assignee_is_mentioned_and_no_follower_as_well(desk: Desk) -> None:
    await filed(desk)
    await desk.call("ticket.update", "bob", ticket_id=1, assignee="alice")
    await desk.call("message.note", "bob", ticket_id=1, body="@alice")
    assert await followers(desk) == ["bob"]
    assert (await mentioned(desk))[0] == "alice"


async def test_a_reply_mentions_no_user(desk: Desk) -> None:
    await filed(desk)
    await desk.call("message.reply", "bob", ticket_id=1, body="@alice will look")
    await desk.call("message.reply", "carol", ticket_id=1, body="@alice @erin-example")
    assert await followers(desk) == ["bob"]


async def test_a_corrected_note_mentions_whom_it_did_not(desk: Desk) -> None:
    await filed(desk)
    note = await desk.call("message.note", "bob", ticket_id=1, body="@alice")
    await desk.call("message.edit", "bob", message_id=note["message_id"], body="@alice and @erin-example")
    assert await followers(desk) == ["bob", "alice", "erin-example"]
    assert await mentioned(desk) == ["erin-example", "alice", None]


async def test_the_customer_sees_no_trace(desk: Desk) -> None:
    await filed(desk)
    before = await desk.call("ticket.get", "carol", ticket_id=1)
    seq = (await desk.call("system.health"))["seq"]
    await desk.call("message.note", "bob", ticket_id=1, body="@alice")
    assert await desk.call("ticket.get", "carol", ticket_id=1) == before
    assert await desk.heard("carol", seq) == []


async def test_a_login_names_its_user(desk: Desk) -> None:
    await filed(desk)
    await desk.call("user.bind_login", "alice", user_id="erin-example", login="erin@hero")
    await desk.call("message.note", "bob", ticket_id=1, body="ask @erin@hero.")
    assert await followers(desk) == ["bob", "erin-example"]


async def test_a_macro_mentions_whom_its_text_names_and_not_whom_a_customer_names(desk: Desk) -> None:
    await filed(desk)
    await desk.call("user.update_me", "carol", name="Hi @erin-example")
    await desk.call("ticket.create", "carol", title="by @erin-example", body="b")
    macro = await desk.call("macro.save", "bob", name="m", note="@alice, {{customer.name}} calls")
    await desk.call("macro.run", "bob", macro_id=macro["macro_id"], ticket_ids=[2])
    ticket = await desk.call("ticket.get", "alice", ticket_id=2)
    assert ticket["followers"] == ["bob", "alice"]


async def test_who_is_offered(desk: Desk) -> None:
    await filed(desk)

    async def offered(prefix: str, **params: Any) -> list[str]:
        found = await desk.call("user.mentionable", "bob", prefix=prefix, **params)
        return [user["user_id"] for user in found["users"]]

    assert await offered("") == ["alice", "bob", "erin-example"]
    assert await offered("EX") == ["erin-example"]
    assert await offered("gone") == await offered("carol") == []
    assert await offered("", limit=1) == ["alice"]
