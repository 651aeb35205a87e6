"""What the page believes of a listener's peers."""

from __future__ import annotations

from enum import StrEnum


class Trust(StrEnum):
    """A Unix socket is inside the trust boundary; TCP is not."""

    SOCKET = "socket"
    TCP = "tcp"
