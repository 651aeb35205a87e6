"""The letter that tells admins of a webhook that the server has disabled."""

from __future__ import annotations

from hero_assistance_sdk.wire import Role
from hero_assistance_server.languages.language import Language
from hero_assistance_server.languages.registry import choose_language
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.sending.service import queue_letter
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.webhooks.model import Webhook, WebhookAnswer
from hero_assistance_server.webhooks.rules import GONE
from hero_assistance_server.webhooks.urls import url_host


def tell_admins(work: UnitOfWork, webhook: Webhook, answer: WebhookAnswer) -> None:
    """Queue a letter to each active admin who has an e-mail address; `answer` was the webhook's last one."""
    project, now = work.project.read(), millis(work.now)
    for user in work.users.list_all():
        if user.role is not Role.ADMIN or not user.active or not user.email:
            continue
        language = choose_language(user, project)
        letter = Letter(
            key=f"webhook-disabled/{webhook.webhook_id}/{now}/{user.user_id}",
            to=user.email,
            subject=language.t("Webhook {id} of {project} is disabled", id=webhook.webhook_id, project=project.name),
            text=_write_text(language, project.name, webhook, answer),
            headers=(("Auto-Submitted", "auto-generated"),),
            to_name=user.name,
            language=language.code,
        )
        queue_letter(work, letter)


def _write_text(language: Language, project: str, webhook: Webhook, answer: WebhookAnswer) -> str:
    disabled = language.t(
        "{project} no longer sends events to webhook {id} at {host}.",
        project=project,
        id=webhook.webhook_id,
        host=url_host(webhook.url),
    )
    lines = [
        disabled,
        _write_reason(language, answer),
        "",
        language.t("When the receiver is well again, enable it:"),
        "",
        f"    hero_assistance webhook enable {webhook.webhook_id}",
        "",
        language.t("It is sent what happens from then on. What it missed can be sent event by event:"),
        "",
        f"    hero_assistance webhook redeliver {webhook.webhook_id} EVENT",
        "",
    ]
    return "\n".join(lines)


def _write_reason(language: Language, answer: WebhookAnswer) -> str:
    if answer.status == GONE:
        return language.t("Its receiver answered {status}: it wants no more.", status=GONE)
    if answer.status is not None:
        return language.t("It failed for a day. The last answer was {status}.", status=answer.status)
    # As the system says it, in no other language.
    return language.t("It failed for a day. The last error was: {error}", error=answer.error)
