"""What a folder registers: methods, permissions, kinds of events, and its work in the background.

A folder is a feature when it has a module `feature` with a `FEATURE`. Nothing else lists them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

import hero_assistance_server
from hero_assistance_server.desk import Desk
from hero_assistance_server.events.event_type import EventType
from hero_assistance_server.identity.permissions import Permission
from hero_assistance_server.outbox.channel import Channel
from hero_assistance_server.rpc.registry import MethodRegistry


def _no_channels(_desk: Desk) -> Sequence[Channel]:
    return ()


@dataclass(frozen=True, slots=True)
class Feature:
    """One folder; `permissions` are for what is asked for in another way than by a method.

    `background` is what works for it while the server runs, such as a sender: its context is open for that time.
    `channels` makes what sends the folder's deliveries of the outbox.
    """

    add_methods: Callable[[MethodRegistry, Desk], None]
    event_types: tuple[EventType, ...] = ()
    permissions: tuple[Permission, ...] = ()
    background: Callable[[Desk], AbstractAsyncContextManager[None]] | None = None
    channels: Callable[[Desk], Sequence[Channel]] = _no_channels


@cache
def discover_features() -> dict[str, Feature]:
    """Import the features of this package, by the name of their folder."""
    found = {}
    for folder in iter_modules(hero_assistance_server.__path__):
        module = f"{hero_assistance_server.__name__}.{folder.name}.feature"
        if folder.ispkg and find_spec(module) is not None:
            found[folder.name] = import_module(module).FEATURE
    return found


def register_methods(desk: Desk) -> MethodRegistry:
    """Return the methods and permissions of all features."""
    registry = MethodRegistry(admission=desk.admission)
    for feature in discover_features().values():
        feature.add_methods(registry, desk)
        for permission in feature.permissions:
            registry.grant(permission)
    return registry


@asynccontextmanager
async def run_background(desk: Desk) -> AsyncIterator[None]:
    """Let the work of all features in the background run while the context is open."""
    async with AsyncExitStack() as running:
        for feature in discover_features().values():
            if feature.background is not None:
                await running.enter_async_context(feature.background(desk))
        yield


def list_channels(desk: Desk) -> list[Channel]:
    """Return the channels of all features."""
    return [channel for feature in discover_features().values() for channel in feature.channels(desk)]


def event_types() -> dict[str, EventType]:
    """Return every kind of event, by name."""
    types = [event_type for feature in discover_features().values() for event_type in feature.event_types]
    found = {event_type.name: event_type for event_type in types}
    if len(found) != len(types):
        raise ValueError("two features register the same kind of event")
    return dict(sorted(found.items()))
