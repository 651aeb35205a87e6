"""The secret `IMAP_URL`: the mailbox that is read, such as `imaps://USER:PASSWORD@imap.example.org/INBOX`."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from hero_assistance_server.mail.receiving.sources.listen_address import BadMailSetting

_PORTS = {"imaps": 993, "imap": 143}
_HINT = "hero_assistance secret set IMAP_URL 'imaps://USER:PASSWORD@imap.example.org/INBOX'"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox on an IMAP server; `name` says which one, without the password."""

    host: str
    port: int
    is_tls: bool
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"

    @property
    def name(self) -> str:
        """The mailbox as records and logs name it."""
        return f"imap:{self.user}@{self.host}:{self.port}/{self.folder}"


def parse_imap_url(text: str) -> Mailbox:
    """Return the mailbox of a URL; raises `BadMailSetting`, which quotes nothing of it."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise _bad("it is no URL") from None
    if url.scheme not in _PORTS or not url.hostname:
        raise _bad("it begins neither with imaps:// nor with imap://, followed by a host")
    if not url.username or url.password is None:
        raise _bad("it names no user and password; write %40 for an @ in them")
    if url.query or url.fragment:
        raise _bad("there is something behind the folder; write %3F for a question mark and %23 for a hash")
    values = [unquote(part) for part in (url.username, url.password, url.path.strip("/") or "INBOX")]
    if any(not value.isprintable() for value in values):
        raise _bad("there is a control character in it")
    if url.scheme == "imap" and not _is_loopback(url.hostname):
        raise _bad("imap:// sends the password as plain text, and is for a server on this machine; write imaps://")
    return Mailbox(url.hostname, port or _PORTS[url.scheme], url.scheme == "imaps", *values)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bad(fault: str) -> BadMailSetting:
    return BadMailSetting(f"IMAP_URL cannot be used: {fault}", hint=_HINT)
