"""Webhooks and their answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from hero_assistance_sdk.wire import EventKind, Seq
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.timestamps import maybe_millis, maybe_time, millis, time_of
from hero_assistance_server.webhooks.model import Webhook, WebhookAnswer
from hero_assistance_server.webhooks.repository import ANSWERS_KEPT

_COLUMNS = (
    "webhook_id, url, description, kinds, with_notes, key, secret, after_seq, created_at, created_by, former_secret,"
    " former_until, enabled, disabled_because, failing_since"
)
_ANSWER = "answer_id, webhook_id, message_id, kind, seq, at, duration_ms, status, error, excerpt"


@dataclass(frozen=True, slots=True)
class SqlWebhooks:
    """Implements `WebhookRepository`; no row of its tables ever waits."""

    session: StorageSession

    def find(self, webhook_id: int) -> Webhook | None:
        """Read one webhook by its id."""
        query = f"SELECT {_COLUMNS} FROM webhooks WHERE webhook_id = ?"  # noqa: S608
        row = self.session.direct.execute(query, (webhook_id,)).fetchone()
        return _to_webhook(row) if row else None

    def list_all(self) -> list[Webhook]:
        """Read the whole table, by id."""
        rows = self.session.direct.execute(f"SELECT {_COLUMNS} FROM webhooks ORDER BY webhook_id")  # noqa: S608
        return [_to_webhook(row) for row in rows]

    def next_id(self) -> int:
        """Return the number after the last one that the table ever gave."""
        return self.session.last_id("webhooks") + 1

    def save(self, webhook: Webhook) -> None:
        """Insert a webhook, or update its row, to which answers refer."""
        row = _to_row(webhook)
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        updates = ", ".join(f"{name} = excluded.{name}" for name in row if name != "webhook_id")
        self.session.direct.execute(
            f"INSERT INTO webhooks ({names}) VALUES ({places}) ON CONFLICT (webhook_id) DO UPDATE SET {updates}",  # noqa: S608
            row,
        )

    def advance(self, webhook_ids: list[int], seq: Seq) -> None:
        """Move the position of each of these forward."""
        self.session.direct.executemany(
            "UPDATE webhooks SET after_seq = max(after_seq, ?) WHERE webhook_id = ?",
            [(seq, webhook_id) for webhook_id in webhook_ids],
        )

    def delete(self, webhook_id: int) -> None:
        """Delete the row of a webhook, if there is one, and those of its answers."""
        self.session.direct.execute("DELETE FROM webhook_answers WHERE webhook_id = ?", (webhook_id,))
        self.session.direct.execute("DELETE FROM webhooks WHERE webhook_id = ?", (webhook_id,))

    def add_answer(self, answer: WebhookAnswer) -> WebhookAnswer:
        """Insert an answer, and delete the ones that are too many."""
        direct = self.session.direct
        answer_id = direct.execute(
            """INSERT INTO webhook_answers
            (webhook_id, message_id, kind, seq, at, duration_ms, status, error, excerpt)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING answer_id""",
            (
                answer.webhook_id,
                answer.message_id,
                answer.kind,
                answer.seq,
                millis(answer.at),
                answer.duration_ms,
                answer.status,
                answer.error,
                answer.excerpt,
            ),
        ).get
        added = replace(answer, answer_id=answer_id)
        direct.execute(
            """DELETE FROM webhook_answers WHERE webhook_id = :webhook AND answer_id <= (
                SELECT answer_id FROM webhook_answers WHERE webhook_id = :webhook
                ORDER BY answer_id DESC LIMIT 1 OFFSET :kept)""",
            {"webhook": answer.webhook_id, "kept": ANSWERS_KEPT},
        )
        return added

    def find_answer(self, answer_id: int) -> WebhookAnswer | None:
        """Read one answer by its id."""
        query = f"SELECT {_ANSWER} FROM webhook_answers WHERE answer_id = ?"  # noqa: S608
        row = self.session.direct.execute(query, (answer_id,)).fetchone()
        return _to_answer(*row) if row else None

    def iterate_answers(self, webhook_id: int, before: int) -> Iterator[WebhookAnswer]:
        """Walk down from `before` in the index of one webhook."""
        rows = self.session.walk(
            self.session.direct,
            f"""SELECT {_ANSWER} FROM webhook_answers WHERE webhook_id = ? AND answer_id < ?
            ORDER BY answer_id DESC""",  # noqa: S608
            (webhook_id, before),
        )
        return (_to_answer(*row) for row in rows)


def _to_row(webhook: Webhook) -> dict[str, Any]:
    return {
        "webhook_id": webhook.webhook_id,
        "url": webhook.url,
        "description": webhook.description,
        "kinds": json_text(webhook.kinds),
        "with_notes": webhook.with_notes,
        "key": webhook.key,
        "secret": webhook.secret,
        "after_seq": webhook.after_seq,
        "created_at": millis(webhook.created_at),
        "created_by": webhook.created_by,
        "former_secret": webhook.former_secret,
        "former_until": maybe_millis(webhook.former_until),
        "enabled": webhook.enabled,
        "disabled_because": webhook.disabled_because,
        "failing_since": maybe_millis(webhook.failing_since),
    }


def _to_webhook(row: Any) -> Webhook:
    found = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Webhook(
        **found
        | {
            "kinds": tuple(map(EventKind, json.loads(found["kinds"]))),
            "with_notes": bool(found["with_notes"]),
            "enabled": bool(found["enabled"]),
            "created_at": time_of(found["created_at"]),
            "former_until": maybe_time(found["former_until"]),
            "failing_since": maybe_time(found["failing_since"]),
        }
    )


def _to_answer(answer_id: int, webhook_id: int, message_id: str, kind: EventKind, *rest: Any) -> WebhookAnswer:
    seq, at, *others = rest
    return WebhookAnswer(answer_id, webhook_id, message_id, kind, Seq(seq), time_of(at), *others)
