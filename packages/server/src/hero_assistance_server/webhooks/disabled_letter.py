"""The letter that tells admins of a webhook that the server has disabled."""

from __future__ import annotations

from hero_assistance_sdk.wire import Role
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.sending.service import queue_letter
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User
from hero_assistance_server.webhooks.model import Webhook
from hero_assistance_server.webhooks.urls import url_host


def tell_admins(work: UnitOfWork, webhook: Webhook) -> None:
    """Queue a letter to each active admin who has an e-mail address."""
    project = work.project.read()
    for user in work.users.list_all():
        if user.role is Role.ADMIN and user.active and user.email:
            queue_letter(work, _letter(project, webhook, user, user.email, millis(work.now)))


def _letter(project: ProjectSettings, webhook: Webhook, admin: User, address: str, now: int) -> Letter:
    lines = [
        f"{project.name} no longer sends events to webhook {webhook.webhook_id} at {url_host(webhook.url)}:",
        f"{webhook.disabled_because}.",
        "",
        "When the receiver is well again, enable it:",
        "",
        f"    hero_assistance webhook enable {webhook.webhook_id}",
        "",
        "It is sent what happens from then on. What it missed can be sent event by event:",
        "",
        f"    hero_assistance webhook redeliver {webhook.webhook_id} EVENT",
        "",
    ]
    return Letter(
        key=f"webhook-disabled/{webhook.webhook_id}/{now}/{admin.user_id}",
        to=address,
        subject=f"Webhook {webhook.webhook_id} of {project.name} is disabled",
        text="\n".join(lines),
        headers=(("Auto-Submitted", "auto-generated"),),
        to_name=admin.name,
    )
