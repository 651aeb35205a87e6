"""Makes the bytes of a mail of a letter.

Names, subjects and addresses come from users: `EmailMessage` refuses line ends in a header, and they are one line
before it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from hero_assistance_server.mail.message_ids import name_letter
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.printable import make_line, make_text
from hero_assistance_server.mail.sending.sender_address import SenderAddress, is_address, use_ascii_domain

# Longer lines than mail software shows anyway.
SUBJECT_LIMIT = 200
NAME_LIMIT = 100
# Headers of words that stay as they are, each on a line of its own.
_WORDS = frozenset({"in-reply-to", "list-unsubscribe", "message-id", "references"})
_REFERENCES = frozenset({"in-reply-to", "references"})
# Of a line, a mail server takes 998 octets.
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
# Headers that are made here, and by no letter of its own.
_OURS = frozenset(
    {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "content-type",
        "content-language",
        "auto-submitted",
    }
)


class MailPolicy(EmailPolicy):
    """Writes mails as SMTP carries them.

    The standard policy makes an encoded word of a long address in `List-Unsubscribe` or `References`, which no mail
    software reads there.
    """

    def fold(self, name: str, value: str) -> str:
        """Return a header as lines."""
        return _fold_words(name, value) if name.lower() in _WORDS else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as lines, as bytes."""
        return _fold_words(name, value).encode("ascii") if name.lower() in _WORDS else super().fold_binary(name, value)


_ASCII = MailPolicy(linesep="\r\n")
_UTF8 = MailPolicy(linesep="\r\n", utf8=True)


class UnusableLetter(ValueError):
    """A letter that cannot become a mail, however often it is tried."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that goes with a letter."""

    name: str
    type: str
    content: bytes


def make_message(
    letter: Letter, sender: SenderAddress, desk_name: str, at: datetime, files: Sequence[AttachedFile] = ()
) -> EmailMessage:
    """Return the mail; raises `UnusableLetter`."""
    if not is_address(letter.to):
        raise UnusableLetter("the receiver has no usable mail address")
    policy = _choose_policy(use_ascii_domain(letter.to), use_ascii_domain(sender.address))
    message = EmailMessage(policy=policy)
    try:
        message["From"] = _address(letter.from_name or sender.name or desk_name, use_ascii_domain(sender.address))
        message["To"] = _address(letter.to_name, use_ascii_domain(letter.to))
        message["Subject"] = one_line(letter.subject, SUBJECT_LIMIT)
        message["Date"] = format_datetime(at)
        message["Message-ID"] = letter.message_id or name_letter(letter.key, sender.host)
        # RFC 3834: no program answers it, such as one that tells of holidays.
        message["Auto-Submitted"] = "auto-generated"
        for name, value in letter.headers:
            if name.lower() not in _OURS:
                message[name] = _check(name, value, is_utf8=policy.utf8)
        message.set_content(make_text(letter.text))
        if letter.html is not None:
            message.add_alternative(make_text(letter.html), subtype="html")
        for file in files:
            _attach(message, file)
        if letter.language:
            # The library moves such a header into the first part where it comes before others.
            message["Content-Language"] = letter.language
    except (ValueError, LookupError) as error:
        raise UnusableLetter(f"it cannot be written as a mail: {error}") from error
    return message


def one_line(text: str, limit: int) -> str:
    """Return a text as one line of printable characters, cut where it is too long.

    What looks like an encoded word of RFC 2047 is taken apart: `EmailMessage` would decode it, line ends included.
    """
    return make_line(text.replace("=?", "= ?"), limit)


def _choose_policy(*addresses: str) -> EmailPolicy:
    """An address with other letters than ASCII needs a server that takes them."""
    return _ASCII if all(address.isascii() for address in addresses) else _UTF8


def _check(name: str, value: str, *, is_utf8: bool) -> str:
    """Return the value of a header of a letter; raises `ValueError` for what no header of ours has.

    Others have written the Message-IDs that a letter refers to: one that cannot be written is left out.
    """
    if name.lower() in _REFERENCES:
        return " ".join(word for word in value.split() if _MESSAGE_ID.fullmatch(word))
    if not value.isprintable() or not (value.isascii() or is_utf8):
        raise ValueError("a header has a character that does not belong into one")
    return value


def _fold_words(name: str, value: str) -> str:
    words = "\r\n ".join(str(value).split())
    return f"{name}: {words}\r\n"


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(one_line(name, NAME_LIMIT), username=local, domain=domain)


def _attach(message: EmailMessage, file: AttachedFile) -> None:
    maintype, slash, subtype = file.type.partition("/")
    if not slash or maintype in {"multipart", "message", "text"}:
        # As bytes: a text would be read in a charset that is not known.
        maintype, subtype = "application", "octet-stream"
    message.add_attachment(
        file.content, maintype=maintype, subtype=subtype, filename=one_line(file.name, SUBJECT_LIMIT)
    )
