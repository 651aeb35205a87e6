"""The channel of letters: makes a mail of each, and sends it over SMTP or writes it into the outbox folder."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_server.attachments.model import AttachmentRecord
from hero_assistance_server.mail.model import CHANNEL, Letter
from hero_assistance_server.mail.sending.folder import OutboxFolder, name_file
from hero_assistance_server.mail.sending.mail_settings import MailSettings, read_mail_settings
from hero_assistance_server.mail.sending.mime_message import AttachedFile, UnusableLetter, make_message
from hero_assistance_server.mail.sending.sender_address import use_ascii_domain
from hero_assistance_server.mail.sending.service import read_letter
from hero_assistance_server.mail.sending.smtp import Envelope, SmtpTransport
from hero_assistance_server.mail.sending.smtp_faults import ServerFault
from hero_assistance_server.mail.sending.smtp_url import SmtpServer
from hero_assistance_server.outbox.model import ChannelDown, Outcome, Refused, RetryLater, Sent, StoredDelivery
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.timestamps import millis

# Connections to the mail server at the same time: providers allow few.
AT_ONCE = 4
CONDITION = "mail-not-sent"
BAD_SETTING = "mail-setting"
_UNREAD = "the settings are not read yet"
_TOO_LATE = "what is in it counts no more"
_TAKES_NONE = "the mail server takes no letters; they wait"
_HINT = "hero_assistance mail outbox shows what waits and why; hero_assistance mail test ADDRESS tries again"


@dataclass
class MailChannel:
    """Sends the letters of the outbox as the settings of the moment say; implements `Channel`."""

    storage: FileStorage
    settings: Callable[[], DaemonSettings | None]
    folder: Path
    health: Health
    clock: Callable[[], datetime]
    name: str = CHANNEL
    at_once: int = AT_ONCE
    _transport: SmtpTransport | None = None
    _outbox_folder: OutboxFolder = field(init=False)

    def __post_init__(self) -> None:
        self._outbox_folder = OutboxFolder(self.folder)

    @property
    def mail_settings(self) -> MailSettings | None:
        """How mail goes out now; `None` while it is not known."""
        return read_mail_settings(self.settings())

    def is_ready(self) -> bool:
        """Whether it is known where letters go; reports what is wrong with the settings."""
        settings = self.mail_settings
        if settings is None:
            return False
        if settings.fault is None:
            self.health.clear(BAD_SETTING)
            return True
        self.health.report(BAD_SETTING, f"letters wait: {settings.fault.message}", hint=settings.fault.hint or _HINT)
        return False

    async def deliver(self, delivery: StoredDelivery) -> Outcome:
        """Send one letter."""
        settings = self.mail_settings
        if settings is None or settings.fault is not None:
            # They were known a moment ago; the sender asks again whether they are.
            return ChannelDown(settings.fault.message if settings and settings.fault else _UNREAD)
        try:
            letter = read_letter(delivery.payload)
            if letter.expires_at is not None and letter.expires_at <= millis(self.clock()):
                return Refused(_TOO_LATE, was_sent=False, is_wanted=False)
            content = await self._make_content(letter, settings, delivery.created_at)
            if settings.smtp is None:
                return await self._write(delivery, content)
        except ValueError as error:
            # What it raises has no part of the letter's text in it.
            reason = str(error) if isinstance(error, UnusableLetter) else f"it is no letter: {error}"
            return Refused(reason, was_sent=False)
        except HeroError as error:
            # A disk that is full or fails, which is none of the letter's faults.
            return ChannelDown(error.message, error.hint or "")
        sender, receiver = use_ascii_domain(settings.sender.address), use_ascii_domain(letter.to)
        envelope = Envelope(sender, receiver, is_utf8=not f"{sender}{receiver}".isascii())
        return await self._send(settings.smtp, settings.sender.host, envelope, content)

    async def _make_content(self, letter: Letter, settings: MailSettings, at: datetime) -> bytes:
        """Return the bytes of a mail; raises `ValueError` for a letter that cannot become one."""
        desk_name, records = await self.storage.read(lambda snapshot: _find_parts(snapshot, letter))
        files = await self.storage.in_thread(self._read_files, records) if records else []
        return make_message(letter, settings.sender, desk_name, at, files).as_bytes()

    async def _send(self, server: SmtpServer, local_host: str, envelope: Envelope, content: bytes) -> Outcome:
        try:
            outcome = await self._transport_to(server, local_host).send(envelope, content)
        except ServerFault as fault:
            # The log and the list say why; everybody may read a condition.
            self.health.report(CONDITION, _TAKES_NONE, hint=_HINT)
            return ChannelDown(str(fault), fault.hint, fault.knew_letter)
        if not isinstance(outcome, RetryLater):
            self.health.clear(CONDITION)
        return outcome

    async def _write(self, delivery: StoredDelivery, content: bytes) -> Outcome:
        name = name_file(delivery.delivery_id, delivery.created_at)
        path = await self.storage.in_thread(self._outbox_folder.write, name, content, delivery.created_at)
        self.health.clear(CONDITION)
        return Sent(f"written to {path.name}")

    def _transport_to(self, server: SmtpServer, local_host: str) -> SmtpTransport:
        """Return the connections to the server, new ones where the settings have changed."""
        transport = self._transport
        if transport is None or (transport.server, transport.local_host) != (server, local_host):
            if transport is not None:
                transport.close()
            transport = self._transport = SmtpTransport(server, local_host)
        return transport

    def _read_files(self, records: Sequence[AttachmentRecord]) -> list[AttachedFile]:
        files = []
        for record in records:
            # A file that is lost must not keep the letter back.
            with contextlib.suppress(FileNotFoundError), self.storage.files.open(record.sha256) as file:
                files.append(AttachedFile(record.attachment.name, record.attachment.type, file.read()))
        return files


def _find_parts(snapshot: Snapshot, letter: Letter) -> tuple[str, list[AttachmentRecord]]:
    """Return the desk's name, and the attachments that are still there."""
    found = (snapshot.attachments.find(attachment_id) for attachment_id in letter.attachments)
    return snapshot.project.read().name, [record for record in found if record is not None]
