"""Lists of where a user comes in, such as sessions and devices: whose they are, and pages by when each was made.

Staff see where customers are signed in, as the card of a customer shows it; to end that is for the user and admins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from pydantic import BaseModel

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.storage.unit_of_work import Snapshot

R = TypeVar("R")
# A time and an id, behind which a page begins.
Place = tuple[int, str]


def find_owner(caller: Caller, user_id: UserId | None, what: str) -> UserId:
    """Return whose list it is: the caller's without a user; raises `Forbidden` for others'."""
    owner = user_id or caller.known().user_id
    if not caller.looks_after(owner):
        raise Forbidden(f"others' {what} are for admins", kind=RefusalKind.ADMINS_ONLY)
    return owner


def find_shown_owner(snapshot: Snapshot, caller: Caller, user_id: UserId | None, what: str) -> UserId:
    """Return whose list it is, as `find_owner` does; staff are shown those of customers as well."""
    shown = snapshot.users.find(user_id) if user_id is not None and caller.is_staff else None
    if shown is not None and shown.role is Role.CUSTOMER:
        return shown.user_id
    return find_owner(caller, user_id, what)


def read_place(params: PageParams) -> Place:
    """Return the place behind which a page begins."""
    if params.cursor is None:
        return 0, ""
    made_at, name = place_at(params.cursor, int, str)
    return made_at, name


def fill_access_page(
    rows: Iterable[R], serialize: Callable[[R], BaseModel], place: Callable[[R], Place], limit: int
) -> tuple[bytes, str | None]:
    """Return the JSON of a page, and the cursor of the next one."""
    page = fill_page(rows, lambda row: serialize(row).model_dump_json().encode(), limit)
    return page.json, None if page.last is None else cursor_at(*place(page.last))
