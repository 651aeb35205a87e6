"""The server nodes of one project, as one of them knows them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from hero_assistance_server.identity.access_changes import AccessExchange, OwnAccess
from hero_assistance_server.identity.shared_secrets import OwnSecrets, SharedSecrets
from hero_assistance_server.jobs.job_locks import JobLocks, OwnJobs
from hero_assistance_server.jobs.signals import NoSignals, Signals
from hero_assistance_server.outbox.pause_exchange import OwnPauses, PauseExchange
from hero_assistance_server.presence.presence_exchange import NoOthers, PresenceExchange


class Nodes(Protocol):
    """What an engine that several nodes use knows of them."""

    @property
    def presence(self) -> PresenceExchange:
        """Who is present on the others."""
        ...

    @property
    def access(self) -> AccessExchange:
        """Who may come in, as the others changed it."""
        ...

    @property
    def secrets(self) -> SharedSecrets:
        """What all of them sign and hash with."""
        ...

    @property
    def jobs(self) -> JobLocks:
        """Which node does what."""
        ...

    @property
    def pauses(self) -> PauseExchange:
        """Which channels of the outbox can send nothing."""
        ...

    @property
    def signals(self) -> Signals:
        """What wakes the others."""
        ...

    @property
    def count(self) -> int:
        """How many are alive, with this one."""
        ...

    async def wait_until_outdated(self) -> None:
        """Raise `NodeOutdated` once this one has to start again."""
        ...


@dataclass(frozen=True, slots=True)
class SingleNode:
    """Implements `Nodes` for an engine that one server uses."""

    presence: PresenceExchange = field(default_factory=NoOthers)
    access: AccessExchange = field(default_factory=OwnAccess)
    secrets: SharedSecrets = field(default_factory=OwnSecrets)
    jobs: JobLocks = field(default_factory=OwnJobs)
    pauses: PauseExchange = field(default_factory=OwnPauses)
    signals: Signals = field(default_factory=NoSignals)
    count: int = 1

    async def wait_until_outdated(self) -> None:
        """Wait for ever: the database has no other past than this server."""
        await asyncio.Event().wait()
