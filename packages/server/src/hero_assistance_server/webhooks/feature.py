"""Registers the methods of webhooks, and what sends their messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.outbox.channel import Channel
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.webhooks import rpc
from hero_assistance_server.webhooks.channel import WebhookChannel
from hero_assistance_server.webhooks.follower import following


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk.store, desk.webhooks.ring, desk.outgoing.policy)


def _channels(desk: Desk) -> list[Channel]:
    return [WebhookChannel(desk.store, desk.outgoing, desk.clock, desk.webhooks.ring)]


@asynccontextmanager
async def _follow_events(desk: Desk) -> AsyncIterator[None]:
    desk.followers.append(desk.webhooks.hear)
    desk.webhooks.join(desk.store.nodes.signals)
    async with following(desk.webhooks, desk.store):
        yield


FEATURE = Feature(_add_methods, channels=_channels, background=_follow_events)
