"""Registers the methods of messages and their events."""

from __future__ import annotations

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.messages import history_rpc, rpc
from hero_assistance_server.messages.event_types import EVENT_TYPES
from hero_assistance_server.rpc.registry import MethodRegistry


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk.store)
    history_rpc.add_methods(registry, desk.store)


FEATURE = Feature(_add_methods, event_types=EVENT_TYPES)
