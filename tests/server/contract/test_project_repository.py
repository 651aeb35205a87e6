"""`ProjectRepository`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hero_assistance_sdk.wire import Priority
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from tests.server.contract.changes import file_ticket
from tests.server.contract.conftest import NOW

pytestmark = pytest.mark.anyio

DEFAULTS = ProjectSettings()
CHANGED = ProjectSettings(name="Gateways", first_response_minutes={"normal": 30}, backup_hours=0)


async def test_settings_are_the_defaults_until_they_are_changed(storage: Storage) -> None:
    assert await storage.read(lambda snapshot: snapshot.project.read()) == DEFAULTS
    assert await storage.read(lambda snapshot: snapshot.project.targets()) == {}
    await storage.write(lambda work: work.project.save_changes(DEFAULTS, CHANGED))
    assert await storage.read(lambda snapshot: snapshot.project.read()) == CHANGED
    assert await storage.read(lambda snapshot: snapshot.project.targets()) == {Priority.NORMAL: timedelta(minutes=30)}
    await storage.write(lambda work: work.project.save_changes(CHANGED, DEFAULTS))
    assert await storage.read(lambda snapshot: snapshot.project.read()) == DEFAULTS


async def test_a_new_target_holds_for_the_next_ticket_of_the_same_unit_of_work(storage: Storage) -> None:
    def file_before_and_after(work: UnitOfWork) -> list[object]:
        before = file_ticket(work, 1)
        work.project.save_changes(DEFAULTS, CHANGED)
        after = file_ticket(work, 2)
        return [before.first_response_due, after.first_response_due]

    assert await storage.write(file_before_and_after) == [None, NOW + timedelta(minutes=30)]
