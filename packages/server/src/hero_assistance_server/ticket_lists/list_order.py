"""The orders of ticket lists."""

from __future__ import annotations

from enum import StrEnum


class Order(StrEnum):
    """The order of a list: by last activity, by id, or by when the first answer is due."""

    # The newest first.
    ACTIVITY = "activity"
    # The oldest first.
    ID = "id"
    # The soonest first, of the tickets that await one; others are not listed.
    FIRST_RESPONSE_DUE = "first_response_due"
