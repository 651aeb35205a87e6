"""Reads and updates the project's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hero_assistance_server.identity.authentication import is_from_afar
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.project import rules
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.unit_of_work import UnitOfWork


def update_project(work: UnitOfWork, caller: Caller, chosen: Mapping[str, Any]) -> ProjectSettings:
    """Set the `chosen` settings, by name; returns all of them.

    Raises `Forbidden` where a caller from afar would have fewer backups, or rarer ones.
    """
    before = work.project.read()
    after = replace(before, **chosen)
    if is_from_afar(caller):
        rules.check_backups(before, after)
    change = rules.update(before, after)
    if change is not None:
        work.project.save_changes(before, after)
        work.apply(change, caller)
    return after
