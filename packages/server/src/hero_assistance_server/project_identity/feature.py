"""Registers the method by which callers find out which project answers."""

from __future__ import annotations

from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.net.host_names import own_names
from hero_assistance_sdk.net.sockets import parse_address
from hero_assistance_sdk.project.identity import format_address
from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.project_identity import rpc
from hero_assistance_server.project_identity.project_key import ProjectKey
from hero_assistance_server.rpc.registry import MethodRegistry


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, ProjectKey(desk.store), frozenset(map(_spell, own_names())))


def _spell(name: str) -> str:
    """Return an `ADDRESS:PORT` as callers ask for it, who read it from their connection; another name as it is."""
    try:
        return format_address(*parse_address(name)) if ":" in name else name
    except UsageError:
        return name


FEATURE = Feature(_add_methods)
