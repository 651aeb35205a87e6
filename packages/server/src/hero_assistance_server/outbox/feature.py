"""Registers the methods of the outbox, and what sends its deliveries."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature, list_channels
from hero_assistance_server.outbox import rpc
from hero_assistance_server.outbox.sender import Sender, sending
from hero_assistance_server.rpc.registry import MethodRegistry


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk.store, desk.pauses)


def _send(desk: Desk) -> AbstractAsyncContextManager[None]:
    desk.pauses.join(desk.store.nodes.pauses, desk.store.outbox_added.set)
    return sending(Sender(desk.store, list_channels(desk), desk.clock, desk.pauses))


FEATURE = Feature(_add_methods, background=_send)
