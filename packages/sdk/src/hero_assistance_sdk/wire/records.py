"""What events carry besides tickets and messages: one class a noun, told apart by `noun`."""

from __future__ import annotations

from typing import Literal

from hero_assistance_sdk.wire.base import Wire


class Removed(Wire):
    """Something that this reader has no more: forget it, and what hangs on it."""

    noun: Literal["removed"] = "removed"
    of: Literal["ticket"]
    key: str


Record = Removed
