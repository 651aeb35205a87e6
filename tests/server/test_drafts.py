"""What somebody has begun to write: theirs alone, on every screen, until it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.drafts.rules import DRAFTS_LIMIT
from hero_assistance_server.storage.sqlite.database.connection import open_reader
from tests.server.desk import Desk, running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def filed(desk: Desk) -> Desk:
    """A ticket of Carol's."""
    await desk.call("ticket.create", "carol", title="c", body="b")
    return desk


async def begun(desk: Desk, user: str) -> list[tuple[Any, ...]]:
    found = (await desk.call("draft.list", user))["drafts"]
    return [(draft["ticket_id"], draft["kind"], draft["title"], draft["body"]) for draft in found]


async def refusal(desk: Desk, method: str, user: str, **params: Any) -> str:
    with pytest.raises(RpcFailure) as refused:
        await desk.call(method, user, **params)
    return refused.value.remote_reason


async def test_a_reply_a_note_and_a_new_ticket_are_kept_apart(filed: Desk) -> None:
    await filed.call("draft.save", "bob", ticket_id=1, body="dear")
    await filed.call("draft.save", "bob", ticket_id=1, kind="note", body="psst")
    await filed.call("draft.save", "bob", ticket_id=None, title="A printer", body="It")
    await filed.call("draft.save", "bob", ticket_id=1, body="dear Carol")
    assert sorted(await begun(filed, "bob"), key=str) == [
        (1, "note", "", "psst"),
        (1, "reply", "", "dear Carol"),
        (None, "reply", "A printer", "It"),
    ]
    assert (await filed.call("draft.get", "bob", ticket_id=1))["body"] == "dear Carol"
    assert await filed.call("draft.get", "alice", ticket_id=1) is None
    assert await begun(filed, "alice") == []


@pytest.mark.parametrize(
    ("method", "params", "left"),
    [
        ("message.reply", {"ticket_id": 1, "body": "sent"}, {(1, "note"), (None, "reply")}),
        ("message.note", {"ticket_id": 1, "body": "sent"}, {(1, "reply"), (None, "reply")}),
        ("ticket.create", {"title": "sent", "body": ""}, {(1, "reply"), (1, "note")}),
    ],
)
async def test_sending_deletes_the_draft_of_what_is_sent(
    filed: Desk, method: str, params: dict[str, Any], left: set[Any]
) -> None:
    for ticket_id, kind in ((1, "reply"), (1, "note"), (None, "reply")):
        await filed.call("draft.save", "bob", ticket_id=ticket_id, kind=kind, body="begun")
    await filed.call("draft.save", "alice", ticket_id=1, body="another's")
    await filed.call(method, "bob", **params)
    assert {(ticket_id, kind) for ticket_id, kind, _, _ in await begun(filed, "bob")} == left
    assert await begun(filed, "alice") == [(1, "reply", "", "another's")]


async def test_sending_after_a_restart_deletes_what_was_begun_before(paths: Paths) -> None:
    async with running(paths) as desk:
        await desk.call("draft.save", "carol", ticket_id=None, title="A printer", body="It")
    async with running(paths) as desk:
        await desk.call("ticket.create", "carol", title="A printer", body="It does not print.")
        assert await begun(desk, "carol") == []


async def test_a_send_that_fails_leaves_the_draft(filed: Desk) -> None:
    await filed.call("draft.save", "bob", ticket_id=1, body="begun")
    await filed.call("message.reply", "carol", ticket_id=1, body="meanwhile")
    assert await refusal(filed, "message.reply", "bob", ticket_id=1, body="b", last_seen_message_id=0) == "thread-moved"
    assert await begun(filed, "bob") == [(1, "reply", "", "begun")]


async def test_a_retry_does_not_delete_what_was_begun_since(filed: Desk) -> None:
    sent = {"ticket_id": 1, "body": "b", "client_token": "t"}
    await filed.call("message.reply", "bob", **sent)
    await filed.call("draft.save", "bob", ticket_id=1, body="the next one")
    await filed.call("message.reply", "bob", **sent)
    assert await begun(filed, "bob") == [(1, "reply", "", "the next one")]


async def test_nothing_of_the_text_is_left_in_events_or_the_audit_trail(filed: Desk) -> None:
    await filed.call("draft.save", "bob", ticket_id=1, body="what I really think")
    await filed.call("draft.delete", "bob", ticket_id=1)
    assert await begun(filed, "bob") == []
    reader = open_reader(filed.database)
    texts = [row[0] for row in reader.execute("SELECT payload FROM events UNION ALL SELECT detail FROM audit")]
    actions = [row[0] for row in reader.execute("SELECT action FROM audit")]
    reader.close()
    assert "really" not in "".join(texts)
    assert actions == ["ticket.created"]


async def test_what_may_not_be_sent_is_not_begun(filed: Desk) -> None:
    assert await refusal(filed, "draft.save", "carol", ticket_id=1, kind="note", body="b") == "forbidden"
    assert await refusal(filed, "draft.save", "dave", ticket_id=1, body="b") == "not-found"
    assert await refusal(filed, "draft.save", "bob", ticket_id=1, title="t", body="b") == "conflict"
    assert await refusal(filed, "draft.save", "bob", ticket_id=1, body="x" * 65537) == "invalid-params"


async def test_a_collaborator_who_is_taken_off_has_no_draft_there(filed: Desk) -> None:
    await filed.call("ticket.invite", "bob", ticket_id=1, user_id="dave")
    await filed.call("draft.save", "dave", ticket_id=1, body="b")
    await filed.call("ticket.uninvite", "bob", ticket_id=1, user_id="dave")
    assert await begun(filed, "dave") == []
    await filed.call("ticket.invite", "bob", ticket_id=1, user_id="dave")
    assert await begun(filed, "dave") == []


async def test_nobody_keeps_more_drafts_than_the_limit(filed: Desk) -> None:
    for number in range(DRAFTS_LIMIT + 1):
        await filed.call("ticket.create", "carol", title=str(number), body="")
    for number in range(DRAFTS_LIMIT):
        await filed.call("draft.save", "bob", ticket_id=number + 1, body="b")
    assert await refusal(filed, "draft.save", "bob", ticket_id=DRAFTS_LIMIT + 1, body="b") == "conflict"
    await filed.call("draft.save", "bob", ticket_id=1, body="the same one again")
