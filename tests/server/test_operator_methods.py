"""Every method that the operator may call, with each param that it takes: none of them asks which user calls."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.permissions import CallerKind
from tests.server.desk import OPERATOR, Desk, running
from tests.server.server_methods import registered
from tests.server.test_policy import NO_METHODS, OPERATOR_PARAMS, PARAMS

METHODS = sorted(
    name
    for name, permission in registered().permissions.items()
    if CallerKind.OPERATOR in permission.allow and name not in NO_METHODS
)
# Of the users of the desk Bob has a ticket to hand over; where a method is called without it, it lists the caller's.
CHOSEN: dict[str, dict[str, Any]] = {
    "user.deactivate": {"user_id": "bob"},
    "user.update": {"user_id": "bob"},
    "user.logins": {"user_id": "bob"},
}
# A value for each param that is neither a flag nor one of a few words, by its name.
VALUES: dict[str, Any] = {
    "action": "ticket.created",
    "actor": "bob",
    "after": "a",
    "attachment_bytes": 1000,
    "attachments_per_message": 5,
    "backup_hours": 0,
    "backups_kept": 3,
    "before": 5,
    "channel": "mail",
    "description": "d",
    "device_name": "d",
    "email": "new@example.org",
    "event_retention_days": 30,
    "files_bytes": 1000,
    "files_bytes_per_customer": 1000,
    "first_response_minutes": {},
    "kinds": ["ticket.created"],
    "limit": 1,
    "login": "robert",
    "mail_servers": ["mx.example.org"],
    "holidays": ["2026-12-25"],
    "language": "fr",
    "name": "Robert",
    "open_hours": {},
    "page_address": "https://desk.example.org",
    "query": "t",
    "ticket_id": 1,
    "time_zone": "Europe/Berlin",
    "url": "https://hooks.example.org/",
    "user_id": "bob",
}
# What a method made itself, or takes in the place of another param.
WITHOUT = {"code", "cursor", "token"}
REFUSALS = {"forbidden", "unauthenticated", "deactivated"}


def variants(method: dict[str, Any], base: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """The params to call a method with: what it needs, and then with each value of each further param."""
    found = [base]
    for param in method["params"]:
        name = param["name"]
        if name not in base and name not in WITHOUT:
            values = values_of(param["schema"], schemas) or [VALUES[name]]
            found += [{**base, name: value} for value in values]
    return found


def values_of(schema: dict[str, Any], schemas: dict[str, Any]) -> list[Any]:
    """Each value of a flag, or of a choice of words; empty for another param."""
    options = [
        schemas[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in schema.get("anyOf", [schema])
    ]
    flags = [value for option in options if option.get("type") == "boolean" for value in (False, True)]
    return flags + [value for option in options for value in option.get("enum", [])]


async def refusal(desk: Desk, method: str, params: dict[str, Any]) -> str | None:
    """Why the operator is refused; `None` where they are not."""
    try:
        await desk.call(method, OPERATOR, **params)
    except RpcFailure as error:
        return error.remote_reason
    return None


async def walk(desk: Desk) -> dict[str, set[str]]:
    """Call every method as the operator; returns why it was refused, where it was for want of a user."""
    document = await desk.call("rpc.discover", OPERATOR)
    schemas = document["components"]["schemas"]
    found: dict[str, set[str]] = {}
    for method in document["methods"]:
        name = method["name"]
        if name in METHODS:
            base = CHOSEN.get(name, OPERATOR_PARAMS.get(name, PARAMS.get(name, {})))
            for params in variants(method, base, schemas):
                why = await refusal(desk, name, params)
                if why in REFUSALS:
                    found.setdefault(name, set()).add(f"{why}: {params}")
    return found


@pytest.mark.anyio
async def test_no_method_of_the_operator_needs_a_user(paths: Paths) -> None:
    async with running(paths, mode=AuthMode.HERO) as desk:
        for number in range(8):
            ticket = await desk.call("ticket.create", "carol", title=f"t{number}", body="b")
            await desk.call("ticket.update", "alice", ticket_id=ticket["ticket_id"], assignee="bob")
        assert await walk(desk) == {}
