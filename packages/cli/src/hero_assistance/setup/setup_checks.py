"""Checks the answers of `setup` before anything is changed, so that no desk is left half set up."""

from __future__ import annotations

import re
from email.utils import parseaddr
from urllib.parse import urlsplit

from hero_assistance_sdk.errors import UsageError

# As the server takes addresses.
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")
_EMAIL_LIMIT = 254
_MAIL_SCHEMES = frozenset({"smtp", "smtps"})


def check_email(text: str) -> str:
    """Return an e-mail address; raises `UsageError`."""
    address = text.strip()
    if len(address) > _EMAIL_LIMIT or not _EMAIL.fullmatch(address):
        raise UsageError(f"{address!r} is no e-mail address", hint="such as ann@example.org")
    return address


def check_mail_server(text: str) -> str:
    """Return the URL of a mail server; raises `UsageError`, which never quotes it: it holds the password."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in _MAIL_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one or not url.isprintable():
        raise UsageError("this is no address of a mail server", hint="such as smtps://USER:PASSWORD@mail.example.org")
    return url


def check_sender(text: str) -> str:
    """Return the sender of the desk's mails; raises `UsageError`."""
    sender = text.strip()
    if not sender.isprintable() or not _EMAIL.fullmatch(parseaddr(sender)[1]):
        raise UsageError(f"{sender!r} is no sender of mails", hint="such as Support <support@example.org>")
    return sender
