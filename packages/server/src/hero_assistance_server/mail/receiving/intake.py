"""Takes mails in: stored durably first, and acknowledged only then."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from hero_assistance_sdk.errors import TooLarge
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.mail.receiving.arrival_signal import ArrivalSignal
from hero_assistance_server.mail.receiving.model import Arrival, MailId
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.quotas.rules import MIB
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork

# Large providers let 25 MiB of files through, which base64 makes a third larger.
MAIL_LIMIT = 36 * MIB

# What comes in between is far less than the reserve of the disk.
LOOK_EVERY_S = 0.25
LOOK_EVERY_BYTES = 16 * MIB
# A larger mail keeps the loop for longer than a way to a thread does.
_LARGE = MIB

_log = get_log("mail")


@dataclass(slots=True)
class _Room:
    """What was found free of the disk a moment ago; a look costs as much as a tenth of a mail."""

    until: float = 0.0
    left: int = 0

    def check(self, admission: Admission, size: int) -> None:
        """Return when the disk takes a mail; raises `DiskFull`."""
        now = time.monotonic()
        if now >= self.until or size > self.left:
            admission.check_files(size)
            self.until, self.left = now + LOOK_EVERY_S, LOOK_EVERY_BYTES
        self.left -= size


@dataclass(frozen=True, slots=True)
class Intake:
    """Stores what a source brings, and wakes the filer."""

    storage: Storage
    admission: Admission
    arrivals: ArrivalSignal
    room: _Room = field(default_factory=_Room)

    async def receive(self, arrival: Arrival, also: Callable[[UnitOfWork], None] | None = None) -> MailId | None:
        """Store a mail, and `also` what its source writes in the same transaction.

        `None` for a mail that this source brought before.

        Raises `TooLarge`, `DiskFull` or `StoreUnavailable`: then the source keeps it, and tries again.
        """
        if len(arrival.raw) > MAIL_LIMIT:
            raise TooLarge(f"a mail has at most {MAIL_LIMIT // MIB} MiB here", hint="send a link to the files")
        self.room.check(self.admission, len(arrival.raw))
        digest = await _make_digest(arrival.raw)

        def command(work: UnitOfWork) -> MailId | None:
            mail_id = work.incoming_mails.add(arrival, digest, work.now)
            if also is not None:
                also(work)
            if mail_id is not None:
                work.after_commit(self.arrivals.set)
            return mail_id

        mail_id = await self.storage.write(command)
        _log.info("mail.received", mail=mail_id, source=arrival.source, size=len(arrival.raw))
        return mail_id


async def _make_digest(raw: bytes) -> str:
    """Return the SHA-256 of a mail: not in the transaction, for which others wait."""
    if len(raw) > _LARGE:
        return await asyncio.to_thread(lambda: hashlib.sha256(raw).hexdigest())
    return hashlib.sha256(raw).hexdigest()
