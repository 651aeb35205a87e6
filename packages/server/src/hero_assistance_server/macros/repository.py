"""What macros need of the storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from hero_assistance_sdk.wire import Macro, UserId


class MacroRepository(Protocol):
    """The macros of the team and of its agents."""

    def find(self, macro_id: int) -> Macro | None:
        """Return one macro, or `None`."""
        ...

    def iterate_for(self, agent: UserId, after: tuple[str, int] = ("", 0)) -> Iterator[Macro]:
        """Yield the agent's own macros and the team's behind a name and id, by name and id."""
        ...

    def next_id(self) -> int:
        """Return the id of the next macro, which was never given before; only within a unit of work."""
        ...

    def save(self, macro: Macro) -> None:
        """Write a new macro, or what changed of one."""
        ...

    def delete(self, macro_id: int) -> None:
        """Delete a macro."""
        ...
