"""`user.me` and `user.list`: the caller, and the other users."""

from __future__ import annotations

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Unauthenticated
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import NoParams, Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.permissions import EVERYONE, KNOWN, Caller
from hero_assistance_server.rpc.example_fixtures import ALICE, BOB, CAROL
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.users.directory import Directory

_HIDDEN: dict[str, str | None] = {"signature": None}
_ME = Example("A customer asks", "carol", {}, CAROL)
_LISTS = Example(
    "A customer sees who may answer", "carol", {}, {"users": [one | _HIDDEN for one in (ALICE, BOB, CAROL)]}
)


class UserList(Result):
    """Users by id."""

    users: list[wire.User]


def add_methods(table: MethodRegistry, directory: Directory) -> None:
    """Register the methods."""

    @table.method("user.me", allow=EVERYONE, page=True, errors=[Unauthenticated], examples=[_ME])
    async def me(caller: Caller, _params: NoParams) -> wire.User | None:
        """Return who the caller is: null for an unknown caller, an error where a claim is not believed."""
        if caller.user is None and caller.refusal is None:
            return None
        return serializers.user(caller.known(), staff=True)

    @table.method("user.list", allow=KNOWN, page=True, errors=[Unauthenticated], examples=[_LISTS])
    async def list_(caller: Caller, _params: NoParams) -> UserList:
        """List users by id: to an agent all of them, to a customer themselves and those who may answer them."""
        visible = [
            serializers.user(user, staff=caller.is_staff) for user in directory.everyone() if caller.sees_user(user)
        ]
        return UserList(users=visible)
