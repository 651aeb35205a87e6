"""Files the mails that wait, in the order in which they came: after each arrival, and after a start.

While one batch is written, the next one is parsed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from hero_assistance_sdk.errors import HeroError, Unavailable
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.mail.keys import find_reply_key
from hero_assistance_server.mail.receiving.arrival_signal import ArrivalSignal
from hero_assistance_server.mail.receiving.filing.attempts import Attempts
from hero_assistance_server.mail.receiving.filing.filing import Filing
from hero_assistance_server.mail.receiving.filing.mail_to_file import DeskFacts, MailToFile
from hero_assistance_server.mail.receiving.filing.preparation import Preparation, Prepared
from hero_assistance_server.mail.receiving.model import FilingOutcome, IncomingMail, MailId, MailState
from hero_assistance_server.mail.receiving.quarantine_reasons import QuarantineKind, say_reason
from hero_assistance_server.mail.receiving.retention import Retention
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.garbage_collection import delete_unnamed_files
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork

# One flush of the disk for all of them; together they are parsed in memory.
BATCH_LIMIT = 32
BATCH_BYTES = 8 * 1024 * 1024
# After an error of the disk, or when it is full.
RETRY_S = 30.0

_log = get_log("mail")


@dataclass(frozen=True, slots=True)
class _Batch:
    """Mails that are filed together, and what holds for all of them."""

    mails: Sequence[IncomingMail]
    facts: DeskFacts

    @property
    def is_suspect(self) -> bool:
        """Whether its mail was tried before without a result: no other one is worked on meanwhile."""
        return any(_is_suspect(mail) for mail in self.mails)


class Filer:
    """The background job that files mails; `arrivals` wakes it."""

    def __init__(self, storage: FileStorage, filing: Filing, arrivals: ArrivalSignal) -> None:
        self._storage = storage
        self._filing = filing
        self._arrivals = arrivals
        self._preparation = Preparation(storage, filing.admission)
        self._retention = Retention(storage)
        self._attempts = Attempts(storage)
        # They met a fault of the desk, and wait until it is tried again.
        self._put_off: set[MailId] = set()
        self._retry_at = 0.0

    async def run(self) -> None:
        """File what waits, until cancelled."""
        try:
            while True:
                self._arrivals.clear()
                await self._arrivals.wait(await self._run_once())
        finally:
            # The desk closes: no fault of the mails that it was working on.
            await self._attempts.undo_all()

    async def _run_once(self) -> float:
        """File what waits and delete what is old; returns for how many seconds there is nothing to do."""
        now = asyncio.get_running_loop().time()
        if now >= self._retry_at:
            self._put_off.clear()
        try:
            await self.file_waiting()
            pause = await self._retention.keep(now)
        except (Unavailable, OSError) as error:
            _log.warning("mail.put-off", error=error)
            pause = RETRY_S
        if self._put_off and now >= self._retry_at:
            self._retry_at = asyncio.get_running_loop().time() + RETRY_S
        return min(pause, RETRY_S) if self._put_off else pause

    async def file_waiting(self) -> None:
        """File the mails that wait, but for those that are put off; raises `Unavailable` or `OSError`."""
        writing: asyncio.Task[bool] | None = None
        try:
            while True:
                batch = await self._begin_batch(busy=writing is not None)
                if batch is None:
                    if writing is None or not await writing:
                        return
                    writing = None
                    continue
                prepared = await self._preparation.prepare(batch.mails, batch.facts)
                goes_on = writing is None or await writing
                writing = asyncio.create_task(self._finish_batch(batch.mails, prepared))
                if (batch.is_suspect or not goes_on) and not await writing:
                    return
        finally:
            await _end(writing)

    async def _begin_batch(self, *, busy: bool) -> _Batch | None:
        """Return the next mails, after their attempts are counted; `None` where there are none for now."""
        left_out = self._put_off | self._attempts.running
        limit = BATCH_LIMIT + len(left_out)
        waiting, key, settings = await self._storage.read(partial(_look, limit))
        mails = _choose_batch([mail for mail in waiting if mail.mail_id not in left_out])
        batch = _Batch(mails, DeskFacts(settings, self._filing.read_settings(), key))
        if not mails or (busy and batch.is_suspect):
            return None
        await self._attempts.begin([mail.mail_id for mail in mails])
        return batch

    async def _finish_batch(self, mails: Sequence[IncomingMail], prepared: Sequence[Prepared | Exception]) -> bool:
        """File mails in their order: an answer behind what it answers. Returns whether any came to its end."""
        results = await asyncio.gather(
            *(self._finish(mail, one) for mail, one in zip(mails, prepared, strict=True)), return_exceptions=True
        )
        ended = [mail.mail_id for mail, result in zip(mails, results, strict=True) if result is None]
        faults = {mail.mail_id: one for mail, one in zip(mails, results, strict=True) if one is not None}
        self._attempts.end(ended)
        self._put_off |= faults.keys()
        for mail_id, fault in faults.items():
            if not isinstance(fault, Exception):
                raise fault
            _log.warning("mail.put-off", mail=mail_id, error=fault)
        await self._attempts.undo(list(faults))
        return bool(ended)

    async def _finish(self, record: IncomingMail, prepared: Prepared | Exception) -> None:
        """File a mail that is prepared; raises a fault of the desk, and quarantines a mail for every other error."""
        try:
            if isinstance(prepared, Exception):
                raise prepared
            outcome = await self._write(prepared)
        except (Unavailable, OSError):
            raise
        except Exception as error:  # noqa: BLE001
            # The outermost place of one mail, as in its preparation.
            if not isinstance(error, HeroError):
                _log.error("mail.not-filed", mail=record.mail_id, exc_info=error)
            reason = (
                error.message if isinstance(error, HeroError) else say_reason(QuarantineKind.DEFECT, error=repr(error))
            )
            outcome = await self._quarantine(record, reason)
        _log.info("mail.handled", mail=record.mail_id, state=outcome.state.value, reason=outcome.reason)

    async def _write(self, prepared: Prepared) -> FilingOutcome:
        try:
            with prepared.held:
                outcome = await self._storage.write(partial(self._file, prepared.mail))
        except HeroError:
            await self._delete_unused(prepared.digests)
            raise
        if outcome.state is not MailState.FILED:
            await self._delete_unused(prepared.digests)
        return outcome

    def _file(self, mail: MailToFile, work: UnitOfWork) -> FilingOutcome:
        return self._filing.file(work, mail)

    async def _quarantine(self, record: IncomingMail, reason: str) -> FilingOutcome:
        outcome = FilingOutcome(MailState.QUARANTINED, reason)

        def command(work: UnitOfWork) -> None:
            known = work.incoming_mails.find(record.mail_id)
            # An operator may have discarded it meanwhile.
            if known is not None and known.state is MailState.RECEIVED:
                work.incoming_mails.finish(record.mail_id, outcome)

        await self._storage.write(command)
        return outcome

    async def _delete_unused(self, digests: Sequence[str]) -> None:
        await delete_unnamed_files(self._storage, digests)


async def _end(writing: asyncio.Task[bool] | None) -> None:
    """Let a batch that is being written come to its end, also where the next one failed."""
    if writing is not None and not writing.done():
        await asyncio.wait([writing])


def _look(limit: int, snapshot: Snapshot) -> tuple[list[IncomingMail], bytes | None, ProjectSettings]:
    return snapshot.incoming_mails.list_waiting(limit), find_reply_key(snapshot), snapshot.project.read()


def _is_suspect(mail: IncomingMail) -> bool:
    return mail.attempts > 1


def _choose_batch(waiting: Sequence[IncomingMail]) -> list[IncomingMail]:
    """Return the first mails, up to a size; one that was tried before is alone."""
    batch: list[IncomingMail] = []
    size = 0
    for record in waiting[:BATCH_LIMIT]:
        size += record.size
        if batch and (size > BATCH_BYTES or _is_suspect(record)):
            break
        batch.append(record)
        if _is_suspect(record):
            break
    return batch
