"""Registers the methods of macros and their events."""

from __future__ import annotations

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.macros import rpc
from hero_assistance_server.macros.event_types import EVENT_TYPES
from hero_assistance_server.rpc.registry import MethodRegistry


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk.store, desk.clock)


FEATURE = Feature(_add_methods, event_types=EVENT_TYPES)
