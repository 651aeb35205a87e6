"""A case for each read method of webhooks."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind, Seq
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.webhooks.model import Webhook, WebhookAnswer
from tests.server.read_cases import Case, change_nothing, sees

# Methods that only write; the read methods of their repository see what they write.
WEBHOOK_WRITES = {"webhooks.add_answer", "webhooks.advance", "webhooks.delete", "webhooks.save"}


def save(work: UnitOfWork) -> None:
    webhook = Webhook(
        webhook_id=1,
        url="https://hooks.example.org/",
        description="",
        kinds=(),
        with_notes=False,
        key="k",
        secret="whsec_bmV3",  # noqa: S106
        after_seq=Seq(0),
        created_at=work.now,
        created_by=None,
    )
    work.webhooks.save(webhook)


def advance(work: UnitOfWork) -> None:
    work.webhooks.advance([1], Seq(7))


def add_answer(work: UnitOfWork) -> None:
    kind = EventKind("ticket.created")
    work.webhooks.add_answer(WebhookAnswer(0, 1, "msg_1", kind, Seq(1), work.now, 5, 200, "", "ok"))


WEBHOOK_CASES: dict[str, Case] = {
    "webhooks.find": sees(lambda work: work.webhooks.find(1) is not None, (change_nothing, False), (save, True)),
    "webhooks.find_answer": sees(
        lambda work: work.webhooks.find_answer(1) is not None, (save, False), (add_answer, True)
    ),
    "webhooks.iterate_answers": sees(
        lambda work: len(list(work.webhooks.iterate_answers(1, 9))), (save, 0), (add_answer, 1), (add_answer, 2)
    ),
    "webhooks.list_all": sees(
        lambda work: [webhook.after_seq for webhook in work.webhooks.list_all()],
        (change_nothing, []),
        (save, [0]),
        (advance, [7]),
    ),
    "webhooks.next_id": sees(lambda work: work.webhooks.next_id(), (change_nothing, 1), (save, 2)),
}
