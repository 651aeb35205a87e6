"""Prepares mails for filing: parses them and writes their files, some mails in one go of a thread."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TypeVar

from hero_assistance_sdk.errors import Conflict, Unavailable
from hero_assistance_server.attachments.media_type import HEAD_BYTES, sniff
from hero_assistance_server.languages.language import Language
from hero_assistance_server.mail.receiving.filing.mail_to_file import DeskFacts, MailFile, MailToFile
from hero_assistance_server.mail.receiving.filing.message_text import split_text
from hero_assistance_server.mail.receiving.model import IncomingMail
from hero_assistance_server.mail.receiving.parsing.content import FilePart
from hero_assistance_server.mail.receiving.parsing.parser import ParsedMail, parse_mail
from hero_assistance_server.mail.receiving.quarantine_reasons import QuarantineKind, say_reason
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.quotas.rules import format_bytes
from hero_assistance_server.storage.errors import DiskFull
from hero_assistance_server.storage.file_storage import FileStorage, FileStore

T = TypeVar("T")

# A mail that ends the process with it must not do so for ever.
ATTEMPTS_LIMIT = 5
# Each way to a thread and back costs more than a small mail's parsing; a few threads share a batch.
PORTION = 8
_REMARKS_LIMIT = 20


@dataclass(slots=True)
class Prepared:
    """A mail that is parsed, with its files on the disk and held there."""

    mail: MailToFile
    held: ExitStack
    digests: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Read:
    """A mail that is parsed, and the files of it that are kept."""

    record: IncomingMail
    parsed: ParsedMail
    answer: str
    quote: str
    kept: Sequence[FilePart]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preparation:
    """Prepares mails; what one of them meets is its own result, so that the others go on."""

    storage: FileStorage
    admission: Admission

    async def prepare(self, batch: Sequence[IncomingMail], facts: DeskFacts) -> list[Prepared | Exception]:
        """Return each mail prepared, or the error that it met."""
        portions = [batch[start : start + PORTION] for start in range(0, len(batch), PORTION)]
        found = await asyncio.gather(*(self._prepare_portion(portion, facts) for portion in portions))
        return [one for portion in found for one in portion]

    async def _prepare_portion(
        self, records: Sequence[IncomingMail], facts: DeskFacts
    ) -> Sequence[Prepared | Exception]:
        ids = [record.mail_id for record in records]
        try:
            raws = await self.storage.read(lambda snapshot: [snapshot.incoming_mails.read_raw(one) for one in ids])
            read = await self.storage.in_thread(_read_all, records, raws, facts)
            del raws
            admitted = self._admit(read)
            return await self.storage.in_thread(_write_all, self.storage.files, admitted, facts)
        except Exception as error:  # noqa: BLE001
            if len(records) == 1 or isinstance(error, (Unavailable, OSError)):
                return [error] * len(records)
            # It may be the fault of one of them; alone, the others pass.
            found = [await self._prepare_portion([record], facts) for record in records]
            return [one for portion in found for one in portion]

    def _admit(self, read: Sequence[_Read | Exception]) -> Sequence[_Read | Exception]:
        """Return the mails whose files the disk takes, and its error in the place of others."""
        try:
            self.admission.check_files(sum(_size_of(one) for one in read))
        except DiskFull:
            return [_try_to(self._admit_one, one) for one in read]
        return read

    def _admit_one(self, read: _Read | Exception) -> _Read:
        if isinstance(read, Exception):
            raise read
        if read.kept:
            self.admission.check_files(_size_of(read))
        return read


def choose_files(
    parsed: ParsedMail, settings: ProjectSettings, language: Language
) -> tuple[list[FilePart], tuple[str, ...]]:
    """Return the files of a mail that a text may show, and what is said about the others."""
    kept: list[FilePart] = []
    remarks: list[str] = []
    for file in parsed.content.files:
        if len(file.content) > settings.attachment_bytes:
            size = format_bytes(len(file.content))
            remarks.append(language.t("Not attached: {name} has {size}", name=file.name, size=size))
        elif len(kept) >= settings.attachments_per_message:
            break
        else:
            kept.append(file)
    left = len(parsed.content.files) - len(kept) - len(remarks)
    if left:
        remarks.append(
            language.tn("{count} more file is in the stored mail", "{count} more files are in the stored mail", left)
        )
    return kept, tuple(remarks[:_REMARKS_LIMIT])


def _size_of(read: _Read | Exception) -> int:
    return 0 if isinstance(read, Exception) else sum(len(file.content) for file in read.kept)


def _try_to(work: Callable[..., T], *args: object) -> T | Exception:
    try:
        return work(*args)
    except Exception as error:  # noqa: BLE001
        # The outermost place of one mail: a defect that it meets must not stop the next one.
        return error


def _read_all(
    records: Sequence[IncomingMail], raws: Sequence[bytes | None], facts: DeskFacts
) -> list[_Read | Exception]:
    return [_try_to(_read, record, raw, facts) for record, raw in zip(records, raws, strict=True)]


def _read(record: IncomingMail, raw: bytes | None, facts: DeskFacts) -> _Read:
    """Parse a mail; raises `Conflict` for one that cannot be."""
    if record.attempts >= ATTEMPTS_LIMIT:
        raise Conflict(say_reason(QuarantineKind.ATTEMPTS, count=record.attempts))
    if raw is None:
        raise Conflict(say_reason(QuarantineKind.NO_BYTES))
    parsed = parse_mail(raw)
    kept, remarks = choose_files(parsed, facts.settings, facts.language)
    answer, quote = split_text(parsed.content.text, facts.is_own)
    return _Read(record, parsed.without_content(), answer, quote, kept, remarks)


def _write_all(files: FileStore, read: Sequence[_Read | Exception], facts: DeskFacts) -> list[Prepared | Exception]:
    return [_try_to(_write, files, one, facts) for one in read]


def _write(files: FileStore, read: _Read | Exception, facts: DeskFacts) -> Prepared:
    """Write the files of a mail, and hold each until the rows that name it are written; raises `OSError`."""
    if isinstance(read, Exception):
        raise read
    held = ExitStack()
    try:
        stored = [_store(files, held, file) for file in read.kept]
    except BaseException:
        held.close()
        raise
    mail = MailToFile(read.record, read.parsed, facts, read.answer, read.quote, stored, read.remarks)
    return Prepared(mail, held, [one.sha256 for one in stored])


def _store(files: FileStore, held: ExitStack, file: FilePart) -> MailFile:
    digest = hashlib.sha256(file.content).hexdigest()
    held.enter_context(files.hold(digest))
    with files.incoming() as incoming:
        incoming.write(file.content)
        incoming.finish()
        files.adopt(incoming, digest)
    return MailFile(file.name, len(file.content), sniff(file.content[:HEAD_BYTES]), digest)
