"""Registers the methods of exports."""

from __future__ import annotations

from hero_assistance_server.desk import Desk
from hero_assistance_server.exports import rpc
from hero_assistance_server.exports.service import Exports
from hero_assistance_server.features import Feature
from hero_assistance_server.rpc.registry import MethodRegistry


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk.exports or Exports(desk.store, desk.store.folder / "exports"), desk.store)


FEATURE = Feature(_add_methods)
