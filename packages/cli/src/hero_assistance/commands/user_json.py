"""A user as commands print one for machines."""

from __future__ import annotations

from typing import Any


def serialize_user(user: dict[str, Any]) -> dict[str, Any]:
    """Return a user without the field by which events tell kinds of records apart."""
    return {name: value for name, value in user.items() if name != "noun"}
