"""Registers the methods of tickets and their events."""

from __future__ import annotations

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.tickets import bulk_rpc, rpc, update_rpc
from hero_assistance_server.tickets.event_types import EVENT_TYPES
from hero_assistance_server.tickets.merging import merge_split_rpc


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk.store)
    update_rpc.add_methods(registry, desk.store)
    bulk_rpc.add_methods(registry, desk.store)
    merge_split_rpc.add_methods(registry, desk.store)


FEATURE = Feature(_add_methods, event_types=EVENT_TYPES)
