"""Registers the methods of system."""

from __future__ import annotations

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.system import rpc


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk)


FEATURE = Feature(_add_methods)
