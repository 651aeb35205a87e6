"""A call that is to change something, and names nothing to change, is refused."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import InvalidParams, RpcFailure
from hero_assistance_sdk.rpc.methods import Params
from hero_assistance_server.rpc.changes import require_change
from tests.server.desk import Desk
from tests.server.server_methods import registered

pytestmark = pytest.mark.anyio

# What a method that changes single fields is called; the required params of each, by their names.
ENDINGS = ("update", "update_me", "configure", "bulk")
REQUIRED: dict[str, Any] = {"ticket_id": 1, "ticket_ids": [1], "user_id": "carol", "webhook_id": 1}
CHANGING = [method for method in registered().table if method.name.partition(".")[2] in ENDINGS]


class Change(Params):
    """A record, and what changes of it."""

    record_id: int
    name: str | None = None
    owner: str | None = None
    hands_over: bool = False


@pytest.mark.parametrize(
    "given",
    [{}, {"name": None}, {"owner": None, "hands_over": False}],
    ids=["nothing", "a null", "a null and a default"],
)
def test_defaults_change_nothing(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams) as refused:
        require_change("record.update", Change(record_id=1, **given))
    assert refused.value.message == "record.update is given nothing to change"
    assert refused.value.hint == "it changes name, owner, hands_over"


@pytest.mark.parametrize(
    "given", [{"name": ""}, {"hands_over": True}, {"owner": None}], ids=lambda given: next(iter(given))
)
def test_one_value_is_a_change(given: dict[str, Any]) -> None:
    require_change("record.update", Change(record_id=1, **given), nullable={"owner"})


def test_there_are_methods_that_change_fields() -> None:
    assert {method.name for method in CHANGING} >= {"project.update", "ticket.bulk", "ticket.update", "user.update_me"}


@pytest.mark.parametrize("method", CHANGING, ids=lambda method: method.name)
async def test_a_method_refuses_to_change_nothing(desk: Desk, method: Any) -> None:
    fields = method.params.model_fields
    required = {name: REQUIRED[name] for name, field in fields.items() if field.is_required()}
    nulls = {name: None for name, field in fields.items() if field.default is None and name != "assignee"}
    for params in (required, required | nulls):
        with pytest.raises(RpcFailure) as refused:
            await desk.call(method.name, "alice", **params)
        assert refused.value.remote_reason == "invalid-params"
        assert "nothing to change" in str(refused.value)
        assert refused.value.hint == f"it changes {', '.join(name for name in fields if name not in required)}"


async def test_an_assignee_is_taken_off_by_null(desk: Desk) -> None:
    await desk.call("ticket.create", "carol", title="t", body="b")
    await desk.call("ticket.update", "bob", ticket_id=1, assignee="bob")
    assert (await desk.call("ticket.update", "bob", ticket_id=1, assignee=None))["assignee"] is None
    await desk.call("ticket.update", "bob", ticket_id=1, assignee="bob")
    (result,) = (await desk.call("ticket.bulk", "bob", ticket_ids=[1], assignee=None))["results"]
    assert result["ticket"]["assignee"] is None
