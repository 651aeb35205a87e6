"""What the nodes of a project tell each other of the pauses of channels, so that each shows and ends them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hero_assistance_sdk.wire import Millis


@dataclass(frozen=True, slots=True)
class PauseState:
    """Why a channel can send nothing, until when it is not tried, and after how many faults in a row.

    Without a pause `fault` and `until` are `None`.
    """

    fault: str | None
    hint: str
    until: Millis | None
    faults: int


class PauseExchange(Protocol):
    """Has every node know what any of them found out, or wants, of a channel; only the loop's thread may call."""

    def share(self, channel: str, state: PauseState) -> None:
        """Have this be so on every node, soon."""
        ...

    def follow(self, show: Callable[[str, PauseState], None]) -> None:
        """Call `show` in the loop with each channel's pause, and when another node shares one."""
        ...


class OwnPauses:
    """Implements `PauseExchange` for a project with one node."""

    def share(self, channel: str, state: PauseState) -> None:
        """Tell no other node."""

    def follow(self, show: Callable[[str, PauseState], None]) -> None:
        """Hear of no other node."""
