"""The bytes of a mail as one record: each field is read in a guard of its own, so that a bad one costs itself alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.mail.receiving.parsing.automatic import Automatic, find_automatic
from hero_assistance_server.mail.receiving.parsing.content import Content, read_content
from hero_assistance_server.mail.receiving.parsing.delivery_status import DeliveryReport, read_delivery_report
from hero_assistance_server.mail.receiving.parsing.languages import read_languages
from hero_assistance_server.mail.receiving.parsing.parts import Part, parse_parts
from hero_assistance_server.mail.receiving.parsing.plain_text import clean_mail_line

T = TypeVar("T")

# Where a mail says to whom it was sent; the signed address may be in any of them.
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-forwarded-to", "resent-to")
_RECIPIENTS_LIMIT = 200

_log = get_log("mail")


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """What a mail says; `sender` is empty where it names none, or more than one."""

    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    header_id: str
    answers: tuple[str, ...]
    automatic: Automatic
    results: tuple[str, ...]
    report: DeliveryReport | None
    content: Content
    # Names the mail wherever it was delivered; `None` for one without a message-id, which may be meant twice.
    fingerprint: str | None = None
    # Tags of languages, that of the mail first.
    languages: tuple[str, ...] = ()
    unread: tuple[str, ...] = field(default=())

    def without_content(self) -> ParsedMail:
        """Return what it says without its text and files, which are large."""
        return replace(self, content=replace(self.content, text="", files=()))

    @property
    def domain(self) -> str:
        """The domain of the sender."""
        return self.sender.rpartition("@")[2].lower()


class _Guards:
    """Reads fields; one that raises has its default, and is named."""

    def __init__(self) -> None:
        self.unread: list[str] = []

    def read(self, name: str, read: Callable[[], T], default: T) -> T:
        """Return what `read` returns."""
        try:
            return read()
        except Exception as error:  # noqa: BLE001
            # What strangers wrote meets libraries that were not written for it; the other fields are read all the same.
            _log.warning("mail.field-unread", field=name, error=repr(error))
            self.unread.append(name)
            return default


def parse_mail(raw: bytes) -> ParsedMail:
    """Return what a mail says; it never fails, and `unread` names the fields that could not be read."""
    mail, guards = parse_parts(raw), _Guards()
    header = mail.header
    name, sender = guards.read("from", lambda: _read_sender(mail), ("", ""))
    parsed = ParsedMail(
        sender=sender,
        sender_name=clean_mail_line(name),
        recipients=guards.read("recipients", lambda: _read_recipients(mail), ()),
        subject=guards.read("subject", lambda: clean_mail_line(header.text("subject")), ""),
        header_id=guards.read("message-id", lambda: next(iter(header.ids("message-id")), ""), ""),
        answers=guards.read("references", lambda: _read_answers(mail), ()),
        automatic=guards.read("auto-submitted", lambda: find_automatic(mail, sender), Automatic.SENT),
        results=tuple(header.all("authentication-results")),
        report=guards.read("report", lambda: read_delivery_report(mail), None),
        languages=guards.read("content-language", lambda: read_languages(header), ()),
        content=guards.read("content", lambda: read_content(mail), Content("", ())),
        unread=tuple(guards.unread),
    )
    return replace(parsed, fingerprint=_make_fingerprint(parsed))


def _make_fingerprint(parsed: ParsedMail) -> str | None:
    if not parsed.header_id:
        return None
    said = "\0".join((parsed.header_id, parsed.sender.lower(), parsed.subject, parsed.content.text))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _read_sender(mail: Part) -> tuple[str, str]:
    found = mail.header.addresses("from")
    addresses = {address.lower() for _name, address in found}
    if len(addresses) != 1 or len(mail.header.all("from")) != 1:
        return "", ""
    return found[0]


def _read_recipients(mail: Part) -> tuple[str, ...]:
    return tuple(address for _name, address in mail.header.addresses(*_RECIPIENTS)[:_RECIPIENTS_LIMIT])


def _read_answers(mail: Part) -> tuple[str, ...]:
    """Return the message-ids that a mail answers, the nearest first."""
    nearest = mail.header.ids("in-reply-to")
    return tuple(dict.fromkeys([*nearest, *reversed(mail.header.ids("references"))]))
