"""Reads and updates the project's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.project import rules
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.unit_of_work import UnitOfWork


def update_project(work: UnitOfWork, caller: Caller, chosen: Mapping[str, Any]) -> ProjectSettings:
    """Set the `chosen` settings, by name; returns all of them."""
    before = work.project.read()
    after = replace(before, **chosen)
    change = rules.update(before, after)
    if change is not None:
        work.project.save_changes(before, after)
        work.apply(change, caller)
    return after
