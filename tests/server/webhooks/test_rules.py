"""When a webhook is given up, and what it is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hero_assistance_sdk.wire import EventKind, Seq
from hero_assistance_server.events.stored_event import TeamEvent
from hero_assistance_server.webhooks import rules
from hero_assistance_server.webhooks.model import Webhook, WebhookAnswer, WebhookState

pytestmark = pytest.mark.pure

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
WEBHOOK = Webhook(
    webhook_id=1,
    url="https://hooks.example.org/",
    description="",
    kinds=(),
    with_notes=False,
    key="abc",
    secret="whsec_bmV3",  # noqa: S106
    after_seq=Seq(0),
    created_at=NOON,
    created_by=None,
)
ANSWER = WebhookAnswer(0, 1, "msg_1", EventKind("ticket.created"), Seq(1), NOON, 5, 200, "", "")
HOUR = timedelta(hours=1)


def after(webhook: Webhook, status: int | None, at: datetime) -> Webhook:
    error = "no answer" if status is None else rules.judge(status)
    return rules.note_answer(webhook, replace(ANSWER, status=status, error=error, at=at))


def event(kind: str, message: dict[str, str] | None = None, seq: int = 7) -> TeamEvent:
    payload = json.dumps({"seq": seq, "kind": kind, "ticket": None, "message": message, "record": None})
    return TeamEvent(Seq(seq), EventKind(kind), payload, NOON)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_success(status: int) -> None:
    assert rules.judge(status) == ""
    failing = replace(WEBHOOK, failing_since=NOON - HOUR)
    assert after(failing, status, NOON).state is WebhookState.ACTIVE


@pytest.mark.parametrize("status", [None, 100, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503])
def test_a_failure_that_may_pass(status: int | None) -> None:
    failing = after(WEBHOOK, status, NOON)
    assert (failing.state, failing.failing_since) == (WebhookState.FAILING, NOON)


def test_failing_for_a_day_disables() -> None:
    failing = after(WEBHOOK, 500, NOON)
    for hours in (1, 12, 23.9):
        failing = after(failing, 500, NOON + hours * HOUR)
        assert failing.state is WebhookState.FAILING
    disabled = after(failing, 500, NOON + 24 * HOUR)
    assert disabled.state is WebhookState.DISABLED
    assert disabled.disabled_because == "it failed for a day; at last: the answer is 500"


def test_one_success_begins_the_day_again() -> None:
    failing = after(after(WEBHOOK, 500, NOON), 200, NOON + 23 * HOUR)
    assert after(failing, 500, NOON + 25 * HOUR).failing_since == NOON + 25 * HOUR


def test_a_receiver_that_wants_no_more_disables_at_once() -> None:
    assert after(WEBHOOK, 410, NOON).state is WebhookState.DISABLED


def test_enabled_again_it_begins_now() -> None:
    disabled = after(WEBHOOK, 410, NOON)
    enabled = rules.enable(disabled, Seq(40))
    assert (enabled.state, enabled.after_seq, enabled.disabled_because) == (WebhookState.ACTIVE, 40, "")
    assert rules.enable(WEBHOOK, Seq(40)) == WEBHOOK


def test_the_former_secret_signs_for_a_day() -> None:
    rotated = rules.rotate(WEBHOOK, "whsec_other", NOON)
    assert rules.secrets_at(rotated, NOON + 23 * HOUR) == ("whsec_other", "whsec_bmV3")
    assert rules.secrets_at(rotated, NOON + 24 * HOUR) == ("whsec_other",)
    assert rules.secrets_at(WEBHOOK, NOON) == ("whsec_bmV3",)


@pytest.mark.parametrize("kind", ["message.noted", "message.edited", "ticket.merged"])
def test_a_note_is_sent_where_it_is_asked_for(kind: str) -> None:
    noted = event(kind, {"kind": "note", "body": "secret"})
    assert not rules.wants(WEBHOOK, noted)
    assert rules.wants(replace(WEBHOOK, with_notes=True), noted)
    assert rules.wants(WEBHOOK, event(kind, {"kind": "reply", "body": 'says "note"'}))


def test_the_kinds_that_were_chosen() -> None:
    chosen = replace(WEBHOOK, kinds=(EventKind("ticket.created"),))
    assert rules.wants(chosen, event("ticket.created"))
    assert not rules.wants(chosen, event("ticket.updated"))


def test_the_message_about_an_event_is_the_same_each_time() -> None:
    made = rules.event_message(WEBHOOK, event("message.replied", {"kind": "reply", "body": "ß ☃"}))
    assert made == rules.event_message(WEBHOOK, event("message.replied", {"kind": "reply", "body": "ß ☃"}))
    assert made.message_id == "msg_abc_7_1a21ce06e00"
    assert json.loads(made.body) == {
        "type": "message.replied",
        "timestamp": "2026-11-27T12:00:00.000Z",
        "data": {"seq": 7, "ticket": None, "message": {"kind": "reply", "body": "ß ☃"}, "record": None},
    }


def test_a_failure_of_a_time_that_is_still_to_come_puts_the_end_off_by_a_day_at_most() -> None:
    """The clock was ahead."""
    failing = after(replace(WEBHOOK, failing_since=NOON + 3650 * 24 * HOUR), 500, NOON)
    assert failing.failing_since == NOON
    assert after(failing, 500, NOON + 25 * HOUR).state is WebhookState.DISABLED
