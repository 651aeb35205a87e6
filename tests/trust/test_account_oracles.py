"""No method tells a customer which ids and addresses users have: it answers alike for those that there are and others.

The methods are those of the server's own table: every one that a customer or a stranger can call, and that takes a
user, an address, or a text which can name one. Invitations and the sign-in have more tests of their own.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.identity.permissions import CallerKind
from tests.server.desk import Desk, running
from tests.server.server_methods import registered

pytestmark = pytest.mark.anyio

CALLERS = {"carol": CallerKind.CUSTOMER, None: CallerKind.ANONYMOUS}
# The params that name a user, with what stands before the name.
IDS = dict.fromkeys(("user_id", "assignee", "customer", "actor", "agent", "login", "prefix"), "")
IDS |= dict.fromkeys(("query", "filter"), "customer:")
ADDRESSES = ("email", "address")
# What else the methods need.
REST: dict[str, dict[str, Any]] = {
    "auth.redeem": {"code": "123456"},
    "ticket.create": {"title": "t", "body": "b"},
}
QUESTIONS = [
    (caller, method.name, param)
    for method in registered().table
    for param in method.params.model_fields
    for caller, kind in CALLERS.items()
    if (param in IDS or param in ADDRESSES) and kind in registered().permissions[method.name].allow
]


def test_the_methods_are_found() -> None:
    assert {"ticket.invite_address", "ticket.update", "ticket.list", "auth.request_link"} <= {
        method for _, method, _ in QUESTIONS
    }


async def ask(desk: Desk, caller: str | None, method: str, param: str, name: str) -> str:
    """What a caller is told, without what they asked for, and without numbers."""
    described = registered().table.get(method)
    assert described is not None
    params = dict(REST.get(method, {}))
    if "ticket_id" in described.params.model_fields:
        params["ticket_id"] = 1
    params[param] = f"{name}@example.org" if param in ADDRESSES else IDS[param] + name
    try:
        told = str(await desk.call(method, caller, **params))
    except RpcFailure as refused:
        told = f"{refused.remote_reason}: {refused.message} {refused.hint}"
    return re.sub(r"\d+", "#", told.replace(name, "-"))


@pytest.mark.parametrize("known", ["dave", "bob"])
async def test_no_method_tells_which_accounts_there_are(paths: Paths, known: str) -> None:
    async with running(paths) as desk:
        await desk.call("user.update", "alice", user_id=known, email=f"{known}@example.org")
        await desk.call("ticket.create", "carol", title="t", body="b")
        told = {}
        for number, (caller, method, param) in enumerate(QUESTIONS):
            # A name of its own for each: who is invited is a user from then on.
            answers = [await ask(desk, caller, method, param, name) for name in (known, f"zzyx{number}")]
            if len(set(answers)) > 1:
                told[caller, method, param] = answers
    assert told == {}
