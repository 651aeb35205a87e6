"""The order of actions: which one waits for which other one when it starts and when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from hero_assistance.supervisor.state.revision import Revision
from hero_assistance_sdk.hero_proc.specs import ActionSpec, Dependency, DependencyCondition
from hero_assistance_sdk.hero_proc.wire import ActionState


class Peer(Protocol):
    """Another action of the same service."""

    state: ActionState

    @property
    def spec(self) -> ActionSpec:
        """Its specification."""

    @property
    def kept_reason(self) -> str | None:
        """Why its last restart did not replace its process."""

    @property
    def has_started(self) -> bool:
        """Whether a process of it runs that is not being ended."""


class Dependencies:
    """What one action waits for; `peers` are the actions of its service, itself included."""

    def __init__(self, name: str, peers: Mapping[str, Peer], revision: Revision) -> None:
        self._name = name
        self._peers = peers
        self._revision = revision

    async def wait_for_needs(self, spec: ActionSpec, explain: Callable[[str | None], None]) -> None:
        """Return once every dependency is met; `explain` receives what the action waits for."""
        for need in spec.depends_on:
            if not self._is_met(need):
                explain(f"waits for {need.action} to be {need.condition}")
                await self._revision.wait_until(lambda need=need: self._is_met(need))  # type: ignore[misc]
                explain(None)

    async def wait_for_dependents(self) -> None:
        """Return once no action that is also being stopped needs this one."""
        await self._revision.wait_until(self._have_dependents_ended)

    def find_kept_need(self, spec: ActionSpec) -> str | None:
        """An action that this one depends on and whose last handover failed."""
        return next((need.action for need in spec.depends_on if self._peers[need.action].kept_reason), None)

    def _is_met(self, need: Dependency) -> bool:
        peer = self._peers[need.action]
        if need.condition is DependencyCondition.STARTED:
            return peer.has_started
        return peer.state is ActionState.HEALTHY

    def _have_dependents_ended(self) -> bool:
        waiting = (peer for peer in self._peers.values() if _needs(peer.spec, self._name))
        return all(peer.state is not ActionState.STOPPING for peer in waiting)


def _needs(spec: ActionSpec, name: str) -> bool:
    return any(need.action == name for need in spec.depends_on)
