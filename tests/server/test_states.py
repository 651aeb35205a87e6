"""Every cell of the transition table."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.wire import Status
from hero_assistance_server.tickets.states import TRANSITIONS, Trigger, after, may_set

pytestmark = pytest.mark.pure

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
    **{(status.value, "WOKEN"): None for status in Status},
    ("snoozed", "WOKEN"): "open",
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


# From the status of the row to the status of the column, in the order of `Status`: new open waiting snoozed solved
# closed; + may, - not.
STAFF_MAY_SET = {
    "new": "++++++",
    "open": "-+++++",
    "waiting": "-+++++",
    "snoozed": "-+++++",
    "solved": "-+++++",
    "closed": "-+---+",
}
CUSTOMERS_MAY_SET = {
    "new": "+---+-",
    "open": "-+--+-",
    "waiting": "-++-+-",
    "snoozed": "-+--+-",
    "solved": "-+--+-",
    "closed": "-----+",
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize(("staff", "table"), [(True, STAFF_MAY_SET), (False, CUSTOMERS_MAY_SET)])
def test_settable(status: Status, staff: bool, table: dict[str, str]) -> None:
    found = "".join("+" if may_set(status, wanted, staff=staff) else "-" for wanted in Status)
    assert found == table[status.value]
