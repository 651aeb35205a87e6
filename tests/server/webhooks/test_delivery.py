"""From an event to a receiver: what is sent, signed, tried again and given up."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.wire import EventKind, MessageKind, Role, UserId
from hero_assistance_server.drafts.service import DraftText, save_draft
from hero_assistance_server.mail.sending.service import read_letter
from hero_assistance_server.outbox.model import DeliveryState
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.users.model import User
from hero_assistance_server.webhooks import follower, rules
from hero_assistance_server.webhooks.model import WebhookState
from hero_assistance_server.webhooks.repository import ANSWERS_KEPT
from hero_assistance_server.webhooks.service import (
    delete_webhook,
    queue_again,
    queue_message,
    queue_test,
    rotate_secret,
    update_webhook,
)
from tests.server.databases import execute
from tests.server.desk import until
from tests.server.outgoing_http.receiver import Receiver, answer, receiving
from tests.server.webhooks.stage import ALICE, BOB, Stage, is_signed, kinds, received, staged

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY


@pytest.fixture
async def stage(hero_root: Path) -> AsyncIterator[Stage]:
    async with staged(hero_root) as stage:
        yield stage


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def test_an_event_arrives_signed(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add(receiver.url("/desk?room=1"))
    async with stage.run():
        ticket_id = await stage.file_ticket("The VPN is down")
        (request,) = await received(receiver.requests, 1)
        (noted,) = await stage.answered(webhook, 1)
    assert request.line == "POST /desk?room=1 HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    assert is_signed(request, webhook.secret)
    assert abs(datetime.now(UTC).timestamp() - int(request.headers["webhook-timestamp"])) < 60
    told = json.loads(request.body)
    assert (told["type"], told["data"]["ticket"]["ticket_id"]) == ("ticket.created", ticket_id)
    assert told["data"]["ticket"]["title"] == "The VPN is down"
    assert (noted.message_id, noted.status, noted.error, noted.excerpt) == (
        request.headers["webhook-id"],
        200,
        "",
        "ok",
    )


async def test_a_message_knows_the_ticket_that_it_is_about(stage: Stage, receiver: Receiver) -> None:
    """With which it is deleted."""
    await stage.add(receiver.url())
    async with stage.run():
        ticket_id = await stage.file_ticket("The VPN is down")
        await received(receiver.requests, 1)
    rows = execute(stage.store.folder, "SELECT ticket_id FROM deliveries")
    assert rows == [(ticket_id,)]


async def test_only_what_was_asked_for_and_what_an_admin_may_see(stage: Stage, receiver: Receiver) -> None:
    async with receiving() as team, receiving() as some:
        await stage.add(receiver.url())
        await stage.add(team.url(), with_notes=True)
        await stage.add(some.url(), "message.replied")
        async with stage.run():
            ticket_id = await stage.file_ticket()
            await stage.write(BOB, NOTE, ticket_id, "between us")
            await stage.store.write(lambda work: save_draft(work, BOB, ticket_id, REPLY, DraftText(body="not sent")))
            await stage.write(BOB, REPLY, ticket_id, "hello")
            await received(team.requests, 3)
            await received(some.requests, 1)
            await received(receiver.requests, 2)
    assert sorted(kinds(receiver.requests)) == ["message.replied", "ticket.created"]
    assert sorted(kinds(team.requests)) == ["message.noted", "message.replied", "ticket.created"]
    assert kinds(some.requests) == ["message.replied"]
    assert b"between us" not in b"".join(request.body for request in receiver.requests + some.requests)
    assert b"not sent" not in b"".join(request.body for request in team.requests)


async def test_what_was_before_is_not_sent(stage: Stage, receiver: Receiver) -> None:
    await stage.file_ticket("before")
    await stage.add(receiver.url())
    async with stage.run():
        await stage.file_ticket("after")
        await received(receiver.requests, 1)
    assert [json.loads(request.body)["data"]["ticket"]["title"] for request in receiver.requests] == ["after"]


async def test_what_happened_before_a_crash_is_sent_after_it_and_once(stage: Stage, receiver: Receiver) -> None:
    """Two stops: one before the events were looked at, one after that, whose position was lost."""
    webhook = await stage.add(receiver.url())
    for number in range(3):
        await stage.file_ticket(str(number))
    async with stage.run():
        await received(receiver.requests, 3)
        await stage.answered(webhook, 3)
    at_last = await stage.find(webhook)
    await stage.store.write(lambda work: work.webhooks.save(replace(at_last, after_seq=webhook.after_seq)))
    async with stage.run():
        await stage.file_ticket("more")
        await stage.answered(webhook, 4)
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == len(receiver.requests) == 4


async def test_a_failure_is_tried_again_under_the_same_id(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add(receiver.url())
    receiver.says = lambda _request: answer(503, b"later\x1b[31m\n please")
    async with stage.run():
        await stage.file_ticket()
        (failed,) = await stage.answered(webhook, 1)
        assert (failed.status, failed.error, failed.excerpt) == (503, "the answer is 503", "later [31m please")
        assert (await stage.find(webhook)).state is WebhookState.FAILING
        receiver.says = lambda _request: answer(204)
        stage.move(timedelta(minutes=1))
        await stage.answered(webhook, 2)
        assert (await stage.find(webhook)).state is WebhookState.ACTIVE
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 60
    assert is_signed(second, webhook.secret)
    assert not is_signed(second, webhook.secret, first.headers["webhook-signature"])


async def test_no_answer_and_a_redirect_are_failures(stage: Stage, receiver: Receiver) -> None:
    async with receiving() as inside:
        moved = await stage.add(receiver.url())
        receiver.says = lambda _request: answer(302, b"", f"Location: {inside.url()}")
        inside.hangs = True
        silent = await stage.add(inside.url("/silent"))
        async with stage.run():
            await stage.file_ticket()
            (redirected,) = await stage.answered(moved, 1)
            (hung,) = await stage.answered(silent, 1)
        assert [request.line for request in inside.requests] == ["POST /silent HTTP/1.1"]
    assert redirected.error == "the answer is 302, and redirects are not followed"
    assert (hung.status, hung.error) == (None, "no answer within 0.5 seconds")


async def test_a_webhook_that_hangs_does_not_hold_up_another(stage: Stage, receiver: Receiver) -> None:
    async with receiving() as silent:
        silent.hangs = True
        await stage.add(silent.url())
        quick = await stage.add(receiver.url())
        async with stage.run():
            for number in range(30):
                await stage.file_ticket(str(number))
            await stage.answered(quick, 30)
            before = silent.connections
            assert before <= 20
        assert len(receiver.requests) == 30


async def test_a_day_of_failures_disables_with_a_notice(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add(receiver.url())
    receiver.says = lambda _request: answer(500)
    async with stage.run():
        await stage.file_ticket()
        await stage.answered(webhook, 1)
        stage.move(DAY)
        await stage.answered(webhook, 2)
        await until(lambda: stage.health.conditions)
        disabled = await stage.find(webhook)
        assert disabled.state is WebhookState.DISABLED
        assert disabled.disabled_because == "it failed for a day; at last: the answer is 500"
        (condition,) = stage.health.conditions
        assert condition.line == "the server has disabled webhook 1; hero_assistance webhook list says why"
        await stage.file_ticket("not for it")
        await stage.store.write(lambda work: update_webhook(work, ALICE, disabled, replace(disabled, enabled=True)))
        receiver.says = lambda _request: answer(200)
        stage.ring()
        await until(lambda: not stage.health.conditions)
        await stage.file_ticket("from now on")
        await stage.answered(webhook, 3)
    assert json.loads(receiver.requests[-1].body)["data"]["ticket"]["title"] == "from now on"
    audited = execute(stage.store.folder, "SELECT origin, action, detail FROM audit")
    assert ("webhooks", "webhook.disabled") in {entry[:2] for entry in audited}


async def test_each_admin_with_an_address_gets_a_letter_about_it(stage: Stage, receiver: Receiver) -> None:
    def add_addresses(work: UnitOfWork) -> None:
        for user in DEMO_USERS:
            work.users.save(replace(user, email=f"{user.user_id}@example.org"), work.now)
        work.users.save(User(UserId("gone"), "Gone", Role.ADMIN, "gone@example.org", active=False), work.now)

    await stage.store.write(add_addresses)
    receiver.says = lambda _request: answer(410)
    webhook = await stage.add(receiver.url("/secret"))
    async with stage.run():
        await stage.file_ticket()
        await stage.answered(webhook, 1)
    letters = await stage.store.read(lambda snapshot: list(snapshot.outbox.iterate_newest("mail", None, 2**62)))
    assert [letter.target for letter in letters] == ["alice@example.org"]
    letter = read_letter(letters[0].payload)
    assert letter.subject == "Webhook 1 of Support is disabled"
    assert "at 127.0.0.1.\nIts receiver answered 410: it wants no more.\n" in letter.text
    assert "secret" not in letter.text


async def test_what_is_queued_for_a_disabled_or_deleted_webhook_is_not_sent(stage: Stage, receiver: Receiver) -> None:
    receiver.says = lambda _request: answer(410)
    webhook = await stage.add(receiver.url())
    other = await stage.add(receiver.url("/deleted"))
    await stage.store.write(lambda work: (queue_test(work, webhook.webhook_id), queue_test(work, other.webhook_id)))
    await stage.store.write(lambda work: work.webhooks.delete(other.webhook_id))
    async with stage.run():
        await stage.answered(webhook, 1)
        await stage.file_ticket()
    assert [request.line for request in receiver.requests] == ["POST /hook HTTP/1.1"]
    notes = await stage.store.read(
        lambda snapshot: [
            (one.note, one.state) for one in snapshot.outbox.iterate_newest("webhook", None, 2**62) if one.note
        ]
    )
    assert sorted(notes) == [
        ("the answer is 410", DeliveryState.DROPPED),
        ("webhook 2 is deleted", DeliveryState.DROPPED),
    ]


async def test_what_a_removed_webhook_leaves_is_dropped_and_what_others_have_stays(
    stage: Stage, receiver: Receiver
) -> None:
    """Else it stays among what was given up, which `doctor` warns of."""
    webhook, other = await stage.add(receiver.url()), await stage.add(receiver.url("/other"))

    def command(work: UnitOfWork) -> None:
        for number, of in enumerate((webhook, webhook, other)):
            message = replace(rules.test_message(of, work.now), kind=EventKind("ticket.created"))
            queue_message(work, of, message, f"k{number}")
        work.outbox.begin("webhook", work.now, 1)
        work.outbox.fail(1, "no", work.now, None)
        delete_webhook(work, ALICE, webhook.webhook_id)

    await stage.store.write(command)
    found = await stage.store.read(lambda snapshot: [*snapshot.outbox.iterate_newest("webhook", None, 2**62)])
    assert [(one.key, one.state) for one in found] == [
        ("k2", DeliveryState.WAITING),
        ("k1", DeliveryState.DROPPED),
        ("k0", DeliveryState.DROPPED),
    ]


async def test_a_test_that_fails_is_no_dead_letter_and_is_tried_once(stage: Stage, receiver: Receiver) -> None:
    receiver.says = lambda _request: answer(500)
    webhook = await stage.add(receiver.url())
    refused = await stage.add("https://10.0.0.7/")
    async with stage.run():
        await stage.store.write(
            lambda work: (queue_test(work, webhook.webhook_id), queue_test(work, refused.webhook_id))
        )
        await stage.answered(webhook, 1)
        await stage.answered(refused, 1)
    counts = await stage.store.read(lambda snapshot: snapshot.outbox.counts())
    assert [(one.state, one.count) for one in counts] == [(DeliveryState.DROPPED, 2)]


async def test_after_a_rotation_both_secrets_sign_for_a_day(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add(receiver.url())
    rotated = await stage.store.write(lambda work: rotate_secret(work, ALICE, webhook.webhook_id))
    async with stage.run():
        await stage.file_ticket()
        await stage.answered(webhook, 1)
        stage.move(DAY)
        await stage.file_ticket()
        await stage.answered(webhook, 2)
    first, second = receiver.requests
    assert is_signed(first, webhook.secret)
    assert is_signed(first, rotated.secret)
    assert is_signed(second, rotated.secret)
    assert not is_signed(second, webhook.secret)


async def test_an_event_is_delivered_again_as_it_was(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add(receiver.url())
    async with stage.run():
        await stage.file_ticket()
        (first,) = await stage.answered(webhook, 1)
        await stage.store.write(lambda work: queue_again(work, ALICE, webhook.webhook_id, first.seq))
        await stage.answered(webhook, 2)
    one, two = receiver.requests
    assert (one.headers["webhook-id"], one.body) == (two.headers["webhook-id"], two.body)


async def test_the_last_hundred_answers_are_kept(stage: Stage, receiver: Receiver) -> None:
    webhook = await stage.add(receiver.url())
    other = await stage.add(receiver.url(), "user.updated")
    await stage.store.write(lambda work: queue_test(work, other.webhook_id))
    async with stage.run():
        for number in range(ANSWERS_KEPT + 5):
            await stage.file_ticket(str(number))
        await received(receiver.requests, ANSWERS_KEPT + 6)
        await stage.answered(webhook, ANSWERS_KEPT)
    assert len(await stage.answers(webhook)) == ANSWERS_KEPT
    assert len(await stage.answers(other)) == 1


async def test_without_a_webhook_a_command_costs_nothing_more(stage: Stage) -> None:
    async with stage.run():
        follower = stage.heard[0]
        await until(lambda: not follower._has_webhooks)
        before = stage.store.commits
        await stage.file_ticket()
        assert not follower._woken.is_set()
    assert stage.store.commits == before + 1


async def test_an_event_of_which_no_message_can_be_made_is_left_out(
    stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = rules.event_message

    def fail_once(*args: Any) -> Any:
        if args[1].seq == 1:
            raise ValueError("a defect")
        return make(*args)

    monkeypatch.setattr(rules, "event_message", fail_once)
    await stage.add(receiver.url(), "ticket.created")
    async with stage.run():
        await stage.file_ticket("first")
        await stage.file_ticket("second")
        (request,) = await received(receiver.requests, 1)
    assert json.loads(request.body)["data"]["ticket"]["title"] == "second"


async def test_the_follower_goes_on_after_a_defect(
    stage: Stage, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = follower.read_portion
    failed: list[int] = []

    def fail_once(*args: Any) -> Any:
        if not failed:
            failed.append(1)
            raise RuntimeError("a defect")
        return read(*args)

    monkeypatch.setattr(follower, "read_portion", fail_once)
    monkeypatch.setattr(follower, "RETRY_S", 0.01)
    await stage.add(receiver.url(), "ticket.created")
    async with stage.run():
        await stage.file_ticket("first")
        await received(receiver.requests, 1)
    assert failed == [1]
