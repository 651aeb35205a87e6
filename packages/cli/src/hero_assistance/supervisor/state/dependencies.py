"""Which action waits for which other one: when it starts, and when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from hero_assistance.supervisor.state.revision import Revision
from hero_assistance_sdk.hero_proc.specs import ActionSpec, Condition, Dependency
from hero_assistance_sdk.hero_proc.wire import ActionState


class Peer(Protocol):
    """What is asked of another action of the same service."""

    state: ActionState

    @property
    def spec(self) -> ActionSpec: ...

    @property
    def kept(self) -> str | None: ...

    @property
    def has_started(self) -> bool: ...


class Dependencies:
    """The place of one action among its peers, itself among them."""

    def __init__(self, name: str, peers: Mapping[str, Peer], changes: Revision) -> None:
        self._name = name
        self._peers = peers
        self._changes = changes

    async def until_needs_met(self, spec: ActionSpec, explain: Callable[[str | None], None]) -> None:
        """Return once all that the action depends on is there; `explain` is told what it waits for."""
        for need in spec.depends_on:
            if not self._met(need):
                explain(f"waits for {need.action} to be {need.condition}")
                await self._changes.until(lambda need=need: self._met(need))  # type: ignore[misc]
                explain(None)

    async def until_dependents_ended(self) -> None:
        """Return once nobody who is being stopped, too, still needs this action."""
        await self._changes.until(self._dependents_ended)

    def kept_need(self, spec: ActionSpec) -> str | None:
        """An action that this one depends on and that was not replaced when it was asked to be."""
        return next((need.action for need in spec.depends_on if self._peers[need.action].kept), None)

    def _met(self, need: Dependency) -> bool:
        peer = self._peers[need.action]
        if need.condition is Condition.STARTED:
            return peer.has_started
        return peer.state is ActionState.HEALTHY

    def _dependents_ended(self) -> bool:
        waiting = (peer for peer in self._peers.values() if _needs(peer.spec, self._name))
        return all(peer.state is not ActionState.STOPPING for peer in waiting)


def _needs(spec: ActionSpec, name: str) -> bool:
    return any(need.action == name for need in spec.depends_on)
