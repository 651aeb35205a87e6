"""`user.me` and `user.list`: the caller, and the other users."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import merge
from itertools import islice
from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, Unauthenticated
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.permissions import EVERYONE, KNOWN, OPERATORS, STAFF, Caller
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.example_fixtures import ALICE, BOB, CAROL
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import NAME_LIMIT
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.login_names import LOGIN_LIMIT, fold_name
from hero_assistance_server.users.model import User

_HIDDEN: dict[str, str | None] = {"signature": None}
_ME = Example("A customer asks", "carol", {}, CAROL)
_MENTIONS = Example("An agent types @b", "alice", {"prefix": "b"}, {"users": [BOB]})
_CUSTOMERS = Example("An agent types a name", "bob", {"prefix": "Car"}, {"users": [CAROL]})
_LISTS = Example(
    "A customer sees who may answer",
    "carol",
    {},
    {"users": [one | _HIDDEN for one in (ALICE, BOB, CAROL)], "next_cursor": None},
)


class ListUsers(PageParams):
    """A page of the users, or of the team alone."""

    team: Annotated[bool, Field(description="Agents and admins alone, also who is deactivated.")] = False


class FindMentionable(Params):
    """The beginning of an id, or of a word of a name, as an agent types it behind an `@`."""

    prefix: Annotated[str, Field(max_length=NAME_LIMIT)] = ""
    limit: Annotated[int, Field(ge=1, le=50)] = 8


class Mentionable(Result):
    """Users who can be mentioned, by id."""

    users: list[wire.User]


class FindCustomers(Params):
    """The beginning of an id, a name, a word of a name, or an e-mail address."""

    prefix: Annotated[str, Field(min_length=1, max_length=LOGIN_LIMIT)]
    limit: Annotated[int, Field(ge=1, le=50)] = 8


class Customers(Result):
    """Customers, by what was found of them."""

    users: list[wire.User]


class UserList(Result):
    """Users by id."""

    users: list[wire.User]
    next_cursor: str | None


def add_methods(table: MethodRegistry, directory: Directory) -> None:
    """Register the methods."""

    @table.method("user.me", allow=EVERYONE, page=True, errors=[Unauthenticated], examples=[_ME])
    async def me(caller: Caller, _params: NoParams) -> wire.User | None:
        """Return who the caller is: null for an unknown caller, an error where a claim is not believed."""
        if caller.user is None and caller.refusal is None:
            return None
        return serializers.user(caller.known(), staff=True)

    @table.method("user.list", allow=KNOWN | OPERATORS, page=True, errors=[Unauthenticated], examples=[_LISTS])
    async def list_(caller: Caller, params: ListUsers) -> Encoded[UserList]:
        """List users by id: to an agent all of them, to a customer themselves and those who may answer them."""
        after = "" if params.cursor is None else place_at(params.cursor, str)[0]
        staff = caller.is_staff
        page = fill_page(
            _visible(directory, caller, after, team=params.team),
            lambda user: serializers.user(user, staff=staff).model_dump_json().encode(),
            params.limit,
        )
        cursor = None if page.last is None else cursor_at(page.last.user_id)
        return Encoded.of(UserList, users=page.json, next_cursor=cursor)

    @table.method("user.mentionable", allow=STAFF, page=True, errors=[Unauthenticated, Forbidden], examples=[_MENTIONS])
    async def mentionable(_caller: Caller, params: FindMentionable) -> Mentionable:
        """List agents whom a note can mention, as `@` and their id: they take part in its ticket then.

        Who is deactivated is not offered.
        """
        staff = directory.iterate_after("", staff_only=True)
        found = (user for user in staff if user.can_work and _begins_with(user, fold_name(params.prefix)))
        return Mentionable(users=[serializers.user(user, staff=True) for user in islice(found, params.limit)])

    @table.method("user.customers", allow=STAFF, page=True, errors=[Unauthenticated, Forbidden], examples=[_CUSTOMERS])
    async def customers(_caller: Caller, params: FindCustomers) -> Customers:
        """Find customers to file a ticket for, as an agent types a name or an address; not who is deactivated."""
        await directory.prepare_customers()
        found = islice(directory.find_customers(params.prefix), params.limit)
        return Customers(users=[serializers.user(user, staff=True) for user in found])


def _begins_with(user: User, prefix: str) -> bool:
    return any(word.startswith(prefix) for word in (fold_name(user.user_id), *fold_name(user.name).split()))


def _visible(directory: Directory, caller: Caller, after: str, *, team: bool) -> Iterable[User]:
    """Yield the users behind an id that the caller may see; a customer's answer costs nothing for other customers."""
    if caller.is_staff or team:
        return directory.iterate_after(after, staff_only=team)
    me = caller.known()
    own = [me] if me.user_id > after else []
    return merge(directory.iterate_after(after, staff_only=True), own, key=lambda user: user.user_id)
