"""Users as commands find them, and print them for machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hero_assistance.rpc_command import Server
from hero_assistance_sdk.errors import NotFound


def iterate_users(server: Server) -> Iterator[dict[str, Any]]:
    """Yield every user, page by page."""
    cursor = None
    while True:
        page = server.call("user.list", cursor=cursor)
        yield from page["users"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def find_user(server: Server, text: str) -> dict[str, Any]:
    """Return the user with this id or e-mail address; raises `NotFound`."""
    folded = text.lower()
    for user in iterate_users(server):
        if text == user["user_id"] or folded == user["email"]:
            return user
    raise NotFound(f"there is no user {text}", hint="hero_assistance user list")


def serialize_user(user: dict[str, Any]) -> dict[str, Any]:
    """Return a user without the field by which events tell kinds of records apart."""
    return {name: value for name, value in user.items() if name != "noun"}
