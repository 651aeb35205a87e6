"""Takes mails in: stored durably first, and acknowledged only then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hero_assistance_sdk.errors import TooLarge
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.mail.receiving.arrival_signal import ArrivalSignal
from hero_assistance_server.mail.receiving.model import Arrival, MailId
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.quotas.rules import MIB
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork

# Large providers let 25 MiB of files through, which base64 makes a third larger.
MAIL_LIMIT = 36 * MIB

_log = get_log("mail")


@dataclass(frozen=True, slots=True)
class Intake:
    """Stores what a source brings, and wakes the filer."""

    storage: Storage
    admission: Admission
    arrivals: ArrivalSignal

    async def receive(self, arrival: Arrival, also: Callable[[UnitOfWork], None] | None = None) -> MailId | None:
        """Store a mail, and `also` what its source writes in the same transaction.

        `None` for a mail that this source brought before.

        Raises `TooLarge`, `DiskFull` or `StoreUnavailable`: then the source keeps it, and tries again.
        """
        if len(arrival.raw) > MAIL_LIMIT:
            raise TooLarge(f"a mail has at most {MAIL_LIMIT // MIB} MiB here", hint="send a link to the files")
        self.admission.check_files(len(arrival.raw))

        def command(work: UnitOfWork) -> MailId | None:
            mail_id = work.incoming_mails.add(arrival, work.now)
            if also is not None:
                also(work)
            if mail_id is not None:
                work.after_commit(self.arrivals.set)
            return mail_id

        mail_id = await self.storage.write(command)
        _log.info("mail.received", mail=mail_id, source=arrival.source, size=len(arrival.raw))
        return mail_id
