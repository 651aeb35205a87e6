"""Registers the methods of notifications, and what queues their letters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.mail.sending.mail_settings import read_mail_settings
from hero_assistance_server.notifications import rpc
from hero_assistance_server.notifications.notifier import Notifier, notifying
from hero_assistance_server.rpc.registry import MethodRegistry


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk.store)


@asynccontextmanager
async def _notify(desk: Desk) -> AsyncIterator[None]:
    notifier = Notifier(desk.store, desk.hub.presence.is_at, lambda: read_mail_settings(desk.settings()), desk.clock)
    desk.followers.append(notifier.hear)
    async with notifying(notifier):
        yield


FEATURE = Feature(_add_methods, background=_notify)
