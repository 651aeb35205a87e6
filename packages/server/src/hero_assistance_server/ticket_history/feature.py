"""Registers the method of the ticket history."""

from __future__ import annotations

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.ticket_history import rpc


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk.store)


FEATURE = Feature(_add_methods)
