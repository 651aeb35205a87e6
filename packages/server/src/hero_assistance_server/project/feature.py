"""Registers the methods of project and their events."""

from __future__ import annotations

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.identity.oidc.settings import list_providers
from hero_assistance_server.project import rpc
from hero_assistance_server.project.event_types import EVENT_TYPES
from hero_assistance_server.rpc.registry import MethodRegistry


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk.store, lambda: list_providers(desk.settings()))


FEATURE = Feature(_add_methods, event_types=EVENT_TYPES)
