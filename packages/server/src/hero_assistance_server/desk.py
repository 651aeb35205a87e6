"""The objects that the features and the applications of one server share."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_sdk.limits import DEFAULTS, Limits
from hero_assistance_server.backups.service import Backups
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.exports.service import Exports
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.devices.directory import DeviceDirectory
from hero_assistance_server.identity.sessions.directory import SessionDirectory
from hero_assistance_server.mail.receiving.arrival_signal import ArrivalSignal
from hero_assistance_server.outbox.pauses import Pauses
from hero_assistance_server.outgoing_http.client import OutgoingHttp
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.webhooks.follower import WebhookFollower


def utc_now() -> datetime:
    """The time, as the clock of this machine has it."""
    return datetime.now(UTC)


async def _read_defaults() -> DaemonSettings:
    """Return the settings of a server without a supervisor."""
    return DaemonSettings()


@dataclass(frozen=True, slots=True)
class TcpListener:
    """The address that the server listens on over TCP, or the one that was asked for and why it does not listen."""

    bound: str | None = None
    wanted: str | None = None
    error: HeroError | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that the applications share."""

    store: FileStorage
    hub: Hub
    directory: Directory
    mode: AuthMode
    # If None, backups and exports are stored next to the data.
    backups: Backups | None = None
    exports: Exports | None = None
    tcp: TcpListener = TcpListener()
    limits: Limits = DEFAULTS
    health: Health = field(default_factory=Health)
    admission: Admission = field(default_factory=Admission)
    clock: Callable[[], datetime] = utc_now
    # Told of each event once it is committed.
    followers: list[Callable[[StoredEvent], None]] = field(default_factory=list)
    outgoing: OutgoingHttp = field(default_factory=OutgoingHttp)
    # Whether the channels of the outbox can send.
    pauses: Pauses = field(default_factory=Pauses)
    webhooks: WebhookFollower = field(default_factory=WebhookFollower)
    sessions: SessionDirectory = field(default_factory=SessionDirectory)
    devices: DeviceDirectory = field(default_factory=DeviceDirectory)
    # The OS user who owns the data folder.
    owner: int = field(default_factory=os.geteuid)
    # What the supervisor keeps; `None` while it is not known.
    settings: Callable[[], DaemonSettings | None] = DaemonSettings
    # Asks the supervisor at once.
    refresh_settings: Callable[[], Awaitable[DaemonSettings | None]] = _read_defaults
    # Where letters go while no mail server is set.
    mail_folder: Path = Path("mail")
    # Where the mail server of this machine delivers, if `MAIL_LISTEN` names no other place.
    mail_socket: Path = Path("lmtp.sock")
    arrivals: ArrivalSignal = field(default_factory=ArrivalSignal)
