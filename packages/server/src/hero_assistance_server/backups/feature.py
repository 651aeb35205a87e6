"""Registers the methods of backups."""

from __future__ import annotations

from hero_assistance_server.backups import rpc
from hero_assistance_server.backups.service import Backups
from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.rpc.registry import MethodRegistry


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(
        registry, desk.backups or Backups(desk.store, desk.store.folder / "backups"), desk.store, desk.clock
    )


FEATURE = Feature(_add_methods)
