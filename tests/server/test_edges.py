"""Every list filled to its edge: no answer is larger than one may be, and its pages hold everything, once each."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hero_assistance_sdk.rpc.client import encode_request
from hero_assistance_sdk.size_limits import (
    ANSWER_BYTES,
    BATCH_BYTES,
    PAGE_BYTES,
    RELAY_BYTES,
    REQUEST_BYTES,
    ROW_BYTES,
    TEXT_BYTES,
)
from hero_assistance_server.rpc import pages
from hero_assistance_server.rpc.params import PAGE_LIMIT, TAG_LIMIT, TAGS_LIMIT, TITLE_LIMIT
from tests.server.desk import Desk, running

pytestmark = pytest.mark.anyio

# JSON writes each of these as two bytes.
LONGEST = '"' * TEXT_BYTES
TITLE = "\U0001f4a9" * TITLE_LIMIT
TAGS = [f"{number:02}" + "\u65e5" * (TAG_LIMIT - 2) for number in range(TAGS_LIMIT)]
# What earlier releases stored, and this one refuses; JSON writes each as six bytes.
CONTROL = "\x01" * TEXT_BYTES


@asynccontextmanager
async def filled(desk: Desk, tickets: int) -> AsyncIterator[Desk]:
    """A desk with tickets of the largest kind."""
    for _ in range(tickets):
        await desk.call("ticket.create", "carol", title=TITLE, body=LONGEST, tags=TAGS)
    yield desk


async def answer_to(desk: Desk, user: str, method: str, **params: Any) -> Any:
    """A result, whose answer is no larger than one may be."""
    response = await desk.post(encode_request(method, params), user)
    assert len(response.content) <= ANSWER_BYTES, (method, len(response.content))
    answer = response.json()
    assert "result" in answer, answer
    return answer["result"]


async def pages_of(
    desk: Desk, user: str, method: str, name: str, token: tuple[str, str] = ("cursor", "next_cursor"), **params: Any
) -> list[list[Any]]:
    """The rows of each page."""
    found: list[list[Any]] = []
    place: dict[str, Any] = {}
    while True:
        page = await answer_to(desk, user, method, **params, **place)
        assert sum(len(json.dumps(row, ensure_ascii=False)) for row in page[name][1:]) <= PAGE_BYTES
        found.append(page[name])
        if page[token[1]] is None:
            return found
        assert page[name], "a page with a next one has rows"
        place = {token[0]: page[token[1]]}


def numbers(pages: list[list[Any]], key: str) -> list[Any]:
    return [row[key] for page in pages for row in page]


async def test_lists_of_tickets(desk: Desk) -> None:
    count = PAGE_LIMIT + 10
    async with filled(desk, count):
        listed = await pages_of(desk, "bob", "ticket.list", "tickets", limit=PAGE_LIMIT)
        assert numbers(listed, "ticket_id") == list(range(count, 0, -1))
        own = await pages_of(desk, "carol", "ticket.list", "tickets", limit=PAGE_LIMIT)
        assert numbers(own, "ticket_id") == list(range(count, 0, -1))
        span = {"start": 0, "end": 4_102_444_800_000, "figure": "created", "limit": PAGE_LIMIT}
        counted = await pages_of(desk, "bob", "stats.tickets", "tickets", ("after", "next_after"), **span)
        assert numbers(counted, "ticket_id") == list(range(1, count + 1))
        changed = await answer_to(desk, "bob", "ticket.bulk", ticket_ids=list(range(1, 101)), priority="high")
        assert len(changed["results"]) == 100
        found = await pages_of(
            desk, "bob", "search.tickets", "found", ("before", "next_before"), query="tag:00*", limit=50
        )
        assert found == [[]]


async def test_a_page_of_tickets_ends_where_the_next_has_no_room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE_BYTES", 20_000)
    async with filled(desk, 10):
        await desk.call("message.note", "bob", ticket_id=3, body="n")
        for user, order in (("bob", [3, 10, 9, 8, 7, 6, 5, 4, 2, 1]), ("carol", list(range(10, 0, -1)))):
            for text in ("", "is:active"):
                listed = await pages_of(desk, user, "ticket.list", "tickets", filter=text)
                assert numbers(listed, "ticket_id") == order
                assert 1 < len(listed) < 10


async def test_a_thread(desk: Desk) -> None:
    async with filled(desk, 1):
        for _ in range(40):
            await answer_to(desk, "carol", "message.reply", ticket_id=1, body=LONGEST)
        for user in ("bob", "carol"):
            found = await pages_of(desk, user, "message.list", "messages", ticket_id=1)
            assert sorted(numbers(found, "message_id")) == list(range(1, 41))
            assert sorted(numbers(found[::-1], "message_id")) == numbers(found[::-1], "message_id")
        refused = await desk.post(
            encode_request("message.reply", {"ticket_id": 1, "body": "b", "last_seen_message_id": 0}), "bob"
        )
        assert len(refused.content) <= ANSWER_BYTES
        assert refused.json()["error"]["data"]["reason"] == "thread-moved"


async def test_events(desk: Desk) -> None:
    async with filled(desk, 4):
        for number in range(8):
            await answer_to(desk, "bob", "message.note", ticket_id=1, body=f"{number}{LONGEST[1:]}")
        seq, seen = 0, []
        while True:
            page = await answer_to(desk, "bob", "event.list", since=seq)
            seen += [event["seq"] for event in page["events"]]
            if page["seq"] == seq:
                break
            seq = page["seq"]
        assert seen == list(range(1, 13))
        heard = await desk.heard("bob", 0)
        assert [event.seq for event in heard] == list(range(1, 13))


async def test_what_agents_keep(desk: Desk) -> None:
    for number in range(20):
        name = f'{number:02}"' + TITLE[3:]
        await answer_to(desk, "bob", "canned_reply.save", name=name, body=LONGEST)
        await answer_to(desk, "bob", "macro.save", name=name, note=LONGEST, reply=LONGEST, add_tags=TAGS)
        await answer_to(desk, "bob", "view.save", name=name, filter="")
        await answer_to(desk, "carol", "ticket.create", title="t", body="b")
        await answer_to(desk, "bob", "draft.save", ticket_id=number + 1, body=LONGEST)
    for method, name, key in (
        ("canned_reply.list", "canned_replies", "canned_reply_id"),
        ("macro.list", "macros", "macro_id"),
        ("draft.list", "drafts", "ticket_id"),
    ):
        found = await pages_of(desk, "bob", method, name)
        assert len(found) > 1, method
        assert sorted(numbers(found, key)) == list(range(1, 21)), method
    views = await pages_of(desk, "bob", "view.list", "saved", limit=7)
    assert sorted(row["view"]["view_id"] for page in views for row in page) == list(range(1, 21))


async def test_the_audit_trail(desk: Desk) -> None:
    async with filled(desk, 1):
        await answer_to(desk, "carol", "message.reply", ticket_id=1, body=LONGEST)
        for number in range(20):
            body = f"{number}{LONGEST[2:]}"
            await answer_to(desk, "carol", "message.edit", message_id=1, body=body)
        found = await pages_of(desk, "bob", "audit.list", "entries", ("before", "next_before"), limit=PAGE_LIMIT)
        assert len(found) > 1
        assert numbers(found, "audit_id") == list(range(22, 0, -1))


async def test_people(desk: Desk) -> None:
    for number in range(30):
        name = f"{number}" + "\U0001f4a9" * 98
        await answer_to(desk, "alice", "user.enrol", email=f"{number}@example.org", name=name)
    people = numbers(await pages_of(desk, "bob", "user.list", "users", limit=7), "user_id")
    assert people == sorted(people)
    assert len(set(people)) == 34
    assert numbers(await pages_of(desk, "carol", "user.list", "users", limit=1), "user_id") == ["alice", "bob", "carol"]
    await answer_to(desk, "carol", "ticket.create", title="t", body="b")
    for user in ("alice", "bob"):
        await answer_to(desk, user, "message.reply", ticket_id=1, body="b")
        await answer_to(desk, user, "read.mark", ticket_id=1, message_id=1)
    readers = await pages_of(desk, "bob", "read.of_ticket", "readers", ticket_id=1, limit=1)
    assert sorted(numbers(readers, "user_id")) == ["alice", "bob"]


async def test_uploads(desk: Desk) -> None:
    for number in range(5):
        await desk.upload("carol", f"{number}.txt")
    listed = await pages_of(desk, "carol", "attachment.list", "attachments", limit=2)
    assert numbers(listed, "name") == [f"{number}.txt" for number in range(5)]


async def test_what_earlier_releases_stored(paths: Any) -> None:
    """Texts that are refused now, with six bytes of JSON for each of theirs."""
    async with running(paths) as desk:
        for number in range(1, 51):
            await desk.call("ticket.create", "carol", title="t", body="b")
            await desk.call("message.reply", "carol", ticket_id=1, body="b")
            assert number
        desk.execute("UPDATE tickets SET body = ?", CONTROL)
        desk.execute("UPDATE messages SET body = ?", CONTROL)
    async with running(paths) as desk:
        (page,) = await pages_of(desk, "bob", "ticket.list", "tickets")
        assert [len(page), {row["excerpt"] for row in page}] == [50, {""}]
        assert (await answer_to(desk, "bob", "ticket.get", ticket_id=50))["body"] == CONTROL
        thread = await pages_of(desk, "bob", "message.list", "messages", ticket_id=1)
        assert len(numbers(thread, "message_id")) == 50


async def test_a_batch_of_the_largest_answers(desk: Desk) -> None:
    async with filled(desk, 1):
        for _ in range(8):
            await answer_to(desk, "carol", "message.reply", ticket_id=1, body=LONGEST)
        one = json.loads(encode_request("message.list", {"ticket_id": 1}))
        response = await desk.post(json.dumps([one] * 100).encode(), "carol")
        assert BATCH_BYTES < len(response.content) <= BATCH_BYTES + ANSWER_BYTES
        errors = [answer["error"]["data"]["reason"] for answer in response.json() if "error" in answer]
        assert len(response.json()) == 100
        assert set(errors) == {"batch-full"}


async def test_the_largest_request_is_taken(desk: Desk) -> None:
    """With each character of both texts spelled in six bytes, and as many tags as there may be."""
    escaped = json.dumps("\u0022" * TEXT_BYTES).replace('\\"', "\\u0022")
    tags = json.dumps(TAGS)
    params = f'{{"name":"n","note":{escaped},"reply":{escaped},"add_tags":{tags},"remove_tags":{tags}}}'
    body = f'{{"jsonrpc":"2.0","id":1,"method":"macro.save","params":{params}}}'
    assert len(body) <= REQUEST_BYTES
    assert "result" in (await desk.post(body.encode(), "bob")).json()


def test_each_limit_has_room_for_those_below_it() -> None:
    assert 2 * TEXT_BYTES < ROW_BYTES <= PAGE_BYTES < ANSWER_BYTES <= BATCH_BYTES
    assert BATCH_BYTES + ANSWER_BYTES <= RELAY_BYTES
