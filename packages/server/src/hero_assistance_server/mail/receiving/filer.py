"""Files the mails that wait, in the order in which they came: after each arrival, and after a start."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from hero_assistance_sdk.errors import Conflict, HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.attachments.media_type import HEAD_BYTES, sniff
from hero_assistance_server.mail.receiving.arrival_signal import ArrivalSignal
from hero_assistance_server.mail.receiving.filing import Envelope, Filing, StoredFile
from hero_assistance_server.mail.receiving.model import IncomingMail, MailState, Outcome
from hero_assistance_server.mail.receiving.parsing.content import FilePart
from hero_assistance_server.mail.receiving.parsing.parser import ParsedMail, parse_mail
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.quotas.rules import format_bytes
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.files import Files
from hero_assistance_server.storage.garbage_collection import delete_unnamed_files
from hero_assistance_server.storage.unit_of_work import UnitOfWork

# One flush of the disk for all of them; together they are parsed in memory.
BATCH_LIMIT = 32
BATCH_BYTES = 8 * 1024 * 1024
# A mail that ends the process with it must not do so for ever.
ATTEMPTS_LIMIT = 5
# After an error of the disk, or when it is full.
RETRY_S = 30.0
# Someone may still ask for what a mail said exactly.
RAW_KEPT_FOR = timedelta(days=30)
PRUNE_EVERY_S = 3600.0
_PRUNE_LIMIT = 100

_log = get_log("mail")


@dataclass(slots=True)
class _Prepared:
    """A mail that is parsed, with its files on the disk and held there."""

    envelope: Envelope
    held: ExitStack
    digests: list[str] = field(default_factory=list)


class Filer:
    """The background job that files mails; `arrivals` wakes it."""

    def __init__(self, storage: FileStorage, filing: Filing, arrivals: ArrivalSignal) -> None:
        self._storage = storage
        self._filing = filing
        self._arrivals = arrivals

    async def run(self) -> None:
        """File what waits, until cancelled."""
        while True:
            self._arrivals.clear()
            try:
                while await self.file_batch():
                    pass
                await self._delete_old_bytes()
                pause = PRUNE_EVERY_S
            except (StoreUnavailable, OSError) as error:
                _log.warning("mail.put-off", error=error)
                pause = RETRY_S
            await self._arrivals.wait(pause)

    async def file_batch(self) -> int:
        """File the first mails that wait; returns how many. Raises `StoreUnavailable` or `OSError`."""
        waiting = await self._storage.read(lambda snapshot: snapshot.incoming_mails.list_waiting(BATCH_LIMIT))
        batch = _choose_batch(waiting)
        if not batch:
            return 0
        ids = [record.mail_id for record in batch]
        await self._storage.write(lambda work: work.incoming_mails.begin_attempt(ids))
        settings = await self._storage.read(lambda snapshot: snapshot.project.read())
        prepared = await asyncio.gather(*(self._try_to_prepare(record, settings) for record in batch))
        # In their order: an answer is filed behind what it answers.
        results = await asyncio.gather(
            *(self._finish(record, one) for record, one in zip(batch, prepared, strict=True)), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return len(batch)

    async def _try_to_prepare(self, record: IncomingMail, settings: ProjectSettings) -> _Prepared | Exception:
        """Parse a mail and write its files; returns the error where that fails, so that the others go on."""
        try:
            if record.attempts >= ATTEMPTS_LIMIT:
                raise Conflict(f"{record.attempts} attempts to file it ended without a result")
            raw = await self._storage.read(lambda snapshot: snapshot.incoming_mails.read_raw(record.mail_id))
            if raw is None:
                raise Conflict("its bytes are not stored any more")
            return await self._prepare(record, raw, settings)
        except Exception as error:  # noqa: BLE001
            # The outermost place of one mail: a defect that it meets must not stop the next one.
            return error

    async def _finish(self, record: IncomingMail, prepared: _Prepared | Exception) -> None:
        """File a mail that is prepared; raises what concerns the disk, and quarantines a mail for every other error."""
        try:
            if isinstance(prepared, Exception):
                raise prepared
            outcome = await self._write(prepared)
        except (StoreUnavailable, OSError):
            raise
        except Exception as error:  # noqa: BLE001
            if not isinstance(error, HeroError):
                _log.error("mail.not-filed", mail=record.mail_id, exc_info=error)
            reason = error.message if isinstance(error, HeroError) else f"a defect of the server: {error!r}"
            outcome = await self._quarantine(record, reason)
        _log.info("mail.handled", mail=record.mail_id, state=outcome.state.value, reason=outcome.reason)

    async def _write(self, prepared: _Prepared) -> Outcome:
        try:
            with prepared.held:
                outcome = await self._storage.write(partial(self._file, prepared.envelope))
        except HeroError:
            await self._delete_unused(prepared.digests)
            raise
        if outcome.state is not MailState.FILED:
            await self._delete_unused(prepared.digests)
        return outcome

    def _file(self, envelope: Envelope, work: UnitOfWork) -> Outcome:
        return self._filing.file(work, envelope)

    async def _prepare(self, record: IncomingMail, raw: bytes, settings: ProjectSettings) -> _Prepared:
        """Parse a mail and write its files."""
        parsed = await self._storage.in_thread(parse_mail, raw)
        kept, remarks = choose_files(parsed, settings)
        if not kept:
            return _Prepared(Envelope(record, parsed, (), remarks), ExitStack())
        self._filing.admission.check_files(sum(len(file.content) for file in kept))
        held = ExitStack()
        try:
            files = await self._storage.in_thread(_store_all, self._storage.files, held, kept)
        except BaseException:
            held.close()
            raise
        return _Prepared(Envelope(record, parsed, files, remarks), held, [file.sha256 for file in files])

    async def _quarantine(self, record: IncomingMail, reason: str) -> Outcome:
        outcome = Outcome(MailState.QUARANTINED, reason)
        await self._storage.write(lambda work: work.incoming_mails.finish(record.mail_id, outcome))
        return outcome

    async def _delete_unused(self, digests: Sequence[str]) -> None:
        await delete_unnamed_files(self._storage, digests)

    async def _delete_old_bytes(self) -> None:
        def delete(work: UnitOfWork) -> int:
            return work.incoming_mails.delete_raw_before(work.now - RAW_KEPT_FOR, _PRUNE_LIMIT)

        while await self._storage.write(delete) == _PRUNE_LIMIT:
            pass


def choose_files(parsed: ParsedMail, settings: ProjectSettings) -> tuple[list[FilePart], tuple[str, ...]]:
    """Return the files of a mail that a text may show, and what is said about the others."""
    kept: list[FilePart] = []
    remarks: list[str] = []
    for file in parsed.content.files:
        if len(file.content) > settings.attachment_bytes:
            remarks.append(f"Not attached: {file.name} has {format_bytes(len(file.content))}")
        elif len(kept) >= settings.attachments_per_message:
            break
        else:
            kept.append(file)
    left = len(parsed.content.files) - len(kept) - len(remarks)
    if left:
        remarks.append(f"{left} more files are in the stored mail")
    return kept, tuple(remarks[:20])


def _choose_batch(waiting: Sequence[IncomingMail]) -> list[IncomingMail]:
    """Return the first mails, up to a size; one that was tried before is alone."""
    batch: list[IncomingMail] = []
    size = 0
    for record in waiting:
        size += record.size
        if batch and (size > BATCH_BYTES or record.attempts > 1):
            break
        batch.append(record)
        if record.attempts > 1:
            break
    return batch


def _store_all(files: Files, held: ExitStack, kept: Sequence[FilePart]) -> list[StoredFile]:
    """Write files, and hold each until the rows that name it are written."""
    return [_store(files, held, file) for file in kept]


def _store(files: Files, held: ExitStack, file: FilePart) -> StoredFile:
    digest = hashlib.sha256(file.content).hexdigest()
    held.enter_context(files.hold(digest))
    with files.incoming() as incoming:
        incoming.write(file.content)
        incoming.finish()
        files.adopt(incoming, digest)
    return StoredFile(file.name, len(file.content), sniff(file.content[:HEAD_BYTES]), digest)
