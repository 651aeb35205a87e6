"""What wakes the work of one node when another node has something for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Signals(Protocol):
    """Signals between the nodes of a project, by name; only the loop's thread may call."""

    def send(self, name: str) -> None:
        """Have the other nodes look, soon."""
        ...

    def follow(self, name: str, ring: Callable[[], None]) -> None:
        """Call `ring` in the loop when another node sends a signal, and when one may have been missed."""
        ...


class NoSignals:
    """Implements `Signals` for a project with one node."""

    def send(self, name: str) -> None:
        """Wake no other node."""

    def follow(self, name: str, ring: Callable[[], None]) -> None:
        """Wait for no other node."""
