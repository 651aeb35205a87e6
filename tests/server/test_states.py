"""Every cell of the transition table."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.wire import Status
from hero_assistance_server.core.states import TRANSITIONS, Trigger, after

CELLS = {
    ("new", "CUSTOMER_REPLIED"): "open",
    ("new", "AGENT_REPLIED"): "waiting",
    ("new", "NOTED"): "new",
    ("open", "CUSTOMER_REPLIED"): "open",
    ("open", "AGENT_REPLIED"): "waiting",
    ("open", "NOTED"): "open",
    ("waiting", "CUSTOMER_REPLIED"): "open",
    ("waiting", "AGENT_REPLIED"): "waiting",
    ("waiting", "NOTED"): "waiting",
    ("snoozed", "CUSTOMER_REPLIED"): "open",
    ("snoozed", "AGENT_REPLIED"): "waiting",
    ("snoozed", "NOTED"): "snoozed",
    ("solved", "CUSTOMER_REPLIED"): "open",
    ("solved", "AGENT_REPLIED"): "waiting",
    ("solved", "NOTED"): "solved",
    ("closed", "CUSTOMER_REPLIED"): None,
    ("closed", "AGENT_REPLIED"): None,
    ("closed", "NOTED"): "closed",
}


@pytest.mark.parametrize(("cell", "expected"), CELLS.items(), ids=lambda value: str(value))
def test_transition(cell: tuple[str, str], expected: str | None) -> None:
    status, trigger = cell
    assert after(Status(status), Trigger[trigger]) == expected


def test_every_cell_is_tested() -> None:
    assert {(status.value, trigger.name) for status in Status for trigger in Trigger} == set(CELLS)
    assert {(status.value, trigger.name) for status, trigger in TRANSITIONS} <= set(CELLS)
