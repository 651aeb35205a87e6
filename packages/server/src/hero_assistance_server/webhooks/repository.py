"""What webhooks need of the storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from hero_assistance_sdk.wire import Seq
from hero_assistance_server.webhooks.model import Webhook, WebhookAnswer

# Of one webhook, the answers that are kept.
ANSWERS_KEPT = 100


class WebhookRepository(Protocol):
    """The webhooks of a project, and the last answers to each."""

    def find(self, webhook_id: int) -> Webhook | None:
        """Return one webhook, or `None`."""
        ...

    def list_all(self) -> list[Webhook]:
        """Return every webhook, by id."""
        ...

    def next_id(self) -> int:
        """Return the id of the next webhook, which was never given before; only within a unit of work."""
        ...

    def save(self, webhook: Webhook) -> None:
        """Write a new webhook, or what changed of one."""
        ...

    def advance(self, webhook_ids: list[int], seq: Seq) -> None:
        """Note that every event up to this number was considered for these webhooks; the number never goes back."""
        ...

    def delete(self, webhook_id: int) -> None:
        """Delete a webhook with its answers."""
        ...

    def add_answer(self, answer: WebhookAnswer) -> WebhookAnswer:
        """Write an answer under the next id, which it returns; of one webhook the last `ANSWERS_KEPT` are kept."""
        ...

    def find_answer(self, answer_id: int) -> WebhookAnswer | None:
        """Return one answer, or `None`."""
        ...

    def iterate_answers(self, webhook_id: int, before: int) -> Iterator[WebhookAnswer]:
        """Yield the answers of a webhook that are older than the answer `before`, newest first."""
        ...
