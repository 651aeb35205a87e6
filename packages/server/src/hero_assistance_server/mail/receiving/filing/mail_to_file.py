"""A mail on its way into the desk: what it says, its files on the disk, and what its desk has set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hero_assistance_server.attachments.media_type import Sniffed
from hero_assistance_server.languages.language import Language
from hero_assistance_server.languages.registry import choose_language
from hero_assistance_server.mail.receiving.model import IncomingMail
from hero_assistance_server.mail.receiving.parsing.parser import ParsedMail
from hero_assistance_server.mail.reply_address import read_reply_address
from hero_assistance_server.mail.sending.mail_settings import MailSettings
from hero_assistance_server.project.rules import ProjectSettings


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file of a mail whose bytes are on the disk."""

    name: str
    size: int
    sniffed: Sniffed
    sha256: str


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What is the same for all mails of a batch: settings, and the key of reply addresses where there is one."""

    settings: ProjectSettings = field(default_factory=ProjectSettings)
    mail: MailSettings | None = None
    reply_key: bytes | None = None

    @property
    def support(self) -> str:
        """The address that customers write to; the empty text where none is known."""
        return "" if self.mail is None else self.mail.sender.address.lower()

    @property
    def language(self) -> Language:
        """The language in which the desk writes by itself on a ticket."""
        return choose_language(None, self.settings)

    def is_own(self, address: str) -> bool:
        """Return whether an address is one of this desk."""
        if address.lower() == self.support:
            return True
        return self.reply_key is not None and read_reply_address(self.reply_key, address) is not None


@dataclass(frozen=True, slots=True)
class MailToFile:
    """A mail's record, what it says, its answer and quote, its files, and what is said about those left out."""

    record: IncomingMail
    parsed: ParsedMail
    facts: DeskFacts
    answer: str
    quote: str
    files: Sequence[MailFile] = ()
    remarks: tuple[str, ...] = ()
