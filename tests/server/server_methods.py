"""What a server registers, on an empty database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import register_methods
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.sqlite.store import open_store
from hero_assistance_server.users.directory import Directory


@cache
def registered() -> MethodRegistry:
    """The methods and permissions of every feature; only outside an event loop."""
    return asyncio.run(_registered())


async def _registered() -> MethodRegistry:
    with TemporaryDirectory() as folder:
        opened = open_store(Path(folder), clock=lambda: datetime.now(UTC), publish=lambda _event: None)
        async with opened as store:
            return register_methods(Desk(store, Hub(), Directory([]), AuthMode.HERO))
