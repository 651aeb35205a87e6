"""What somebody has begun to write: theirs alone, on every screen, until it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.drafts.rules import DRAFTS_LIMIT
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
    texts = [text for (text,) in filed.execute("SELECT payload FROM events UNION ALL SELECT detail FROM audit")]
    actions = [action for (action,) in filed.execute("SELECT action FROM audit")]
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


async def test_a_customer_takes_no_draft_from_who_is_no_collaborator(filed: Desk) -> None:
    await filed.call("draft.save", "bob", ticket_id=1, body="dear Carol")
    for user in ("carol", "alice"):
        await filed.call("ticket.uninvite", user, ticket_id=1, user_id="bob")
    assert await begun(filed, "bob") == [(1, "reply", "", "dear Carol")]


async def test_nobody_keeps_more_drafts_than_the_limit(filed: Desk) -> None:
    for number in range(DRAFTS_LIMIT + 1):
        await filed.call("ticket.create", "carol", title=str(number), body="")
    for number in range(DRAFTS_LIMIT):
        await filed.call("draft.save", "bob", ticket_id=number + 1, body="b")
    assert await refusal(filed, "draft.save", "bob", ticket_id=DRAFTS_LIMIT + 1, body="b") == "conflict"
    await filed.call("draft.save", "bob", ticket_id=1, body="the same one again")


async def test_a_save_that_comes_after_its_text_was_sent_is_refused(filed: Desk) -> None:
    """It began before the send and was overtaken: it must not bring back what was sent."""
    first, second = {"client_token": "t1"}, {"client_token": "t2"}
    for method, draft, sent in (
        ("message.reply", {"ticket_id": 1}, {"ticket_id": 1}),
        ("message.note", {"ticket_id": 1, "kind": "note"}, {"ticket_id": 1}),
        ("ticket.create", {"ticket_id": None}, {"title": "t"}),
    ):
        await filed.call(method, "bob", **sent, body="dear Carol", **first)
        late = {**draft, "body": "dear Ca", **first}
        for based_on in (None, 0):
            with pytest.raises(RpcFailure) as refused:
                await filed.call("draft.save", "bob", **late, based_on=based_on)
            assert (refused.value.remote_reason, refused.value.data["sent"]) == ("draft-moved", "dear Carol")
        await filed.call("draft.save", "bob", **draft, body="the next one", **second, based_on=0)
        assert (await filed.call("draft.get", "bob", **draft))["client_token"] == second["client_token"]
    # Another's token is another token.
    await filed.call("draft.save", "alice", ticket_id=1, body="mine", **first)


async def test_a_save_goes_on_from_the_draft_that_its_author_has_seen(filed: Desk) -> None:
    first = await filed.call("draft.save", "bob", ticket_id=1, body="one", based_on=0)
    second = await filed.call("draft.save", "bob", ticket_id=1, body="two", based_on=first["updated_at"])
    assert second["updated_at"] > first["updated_at"]
    for known in (0, first["updated_at"]):
        with pytest.raises(RpcFailure) as refused:
            await filed.call("draft.save", "bob", ticket_id=1, body="elsewhere", based_on=known)
        assert refused.value.data["sent"] is None
        assert refused.value.data["updated_at"] == second["updated_at"]
        if known:
            assert await refusal(filed, "draft.delete", "bob", ticket_id=1, based_on=known) == "draft-moved"
    assert await begun(filed, "bob") == [(1, "reply", "", "two")]
    assert await filed.call("draft.delete", "bob", ticket_id=1, based_on=second["updated_at"]) is True
    assert await refusal(filed, "draft.save", "bob", ticket_id=1, body="b", based_on=1) == "draft-moved"
    assert await filed.call("draft.delete", "bob", ticket_id=1, based_on=1) is False


async def test_a_draft_has_its_files_on_every_screen_until_they_are_gone(filed: Desk) -> None:
    kept = [await filed.upload("bob", name, name.encode()) for name in ("a.txt", "b.txt")]
    others = await filed.upload("carol", "c.txt", b"c")
    ids = [*(one["attachment_id"] for one in kept), others["attachment_id"], 99]
    saved = await filed.call("draft.save", "bob", ticket_id=1, body="see", attachments=ids)
    assert saved["attachments"] == kept
    assert (await filed.call("draft.list", "bob"))["drafts"] == [saved]
    await filed.call("attachment.delete", "bob", attachment_id=ids[0])
    assert (await filed.call("draft.get", "bob", ticket_id=1))["attachments"] == kept[1:]


async def test_what_was_begun_while_a_text_was_on_its_way_stays(filed: Desk) -> None:
    first, second = {"client_token": "t1"}, {"client_token": "t2"}
    await filed.call("draft.save", "bob", ticket_id=1, body="the next one", **second)
    await filed.call("message.reply", "bob", ticket_id=1, body="b", **first)
    assert await begun(filed, "bob") == [(1, "reply", "", "the next one")]
    await filed.call("message.reply", "bob", ticket_id=1, body="the next one", **second)
    assert await begun(filed, "bob") == []
