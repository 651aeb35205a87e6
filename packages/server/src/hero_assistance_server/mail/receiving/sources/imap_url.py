"""The secret `IMAP_URL`: the mailbox that is read, such as `imaps://USER:PASSWORD@imap.example.org/INBOX`.

`imap://` with `?starttls=always` is encrypted before the password is sent; `ca` names a file of certificates that the
server's may be signed by, in place of those of the machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from hero_assistance_sdk.net.host_names import is_own_loopback
from hero_assistance_server.mail.receiving.sources.listen_address import BadMailSetting

_PORTS = {"imaps": 993, "imap": 143}
_OPTIONS = frozenset({"starttls", "ca"})
_HINT = "hero_assistance secret set IMAP_URL 'imaps://USER:PASSWORD@imap.example.org/INBOX'"


class ImapEncryption(StrEnum):
    """How a connection is encrypted."""

    NONE = "never"
    STARTTLS = "always"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox on an IMAP server; `name` says which one, without the password."""

    host: str
    port: int
    encryption: ImapEncryption
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    ca_file: str | None = None

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
    if url.fragment:
        raise _bad("there is something behind the folder; write %23 for a hash")
    user, password, folder = map(unquote, (url.username, url.password, url.path.strip("/") or "INBOX"))
    options = _read_options(url.query)
    if any(not value.isprintable() for value in [user, password, folder, *options.values()]):
        raise _bad("there is a control character in it")
    encryption = _choose_encryption(url.scheme, options.get("starttls"), url.hostname)
    port = port or _PORTS[url.scheme]
    return Mailbox(url.hostname, port, encryption, user, password, folder, options.get("ca"))


def _read_options(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, strict_parsing=True) if query else []
    except ValueError:
        raise _bad("what is behind the ? is not NAME=VALUE; write %3F for a question mark in the folder") from None
    if len(dict(pairs)) != len(pairs) or dict(pairs).keys() - _OPTIONS:
        raise _bad(f"there is an option in it that there is not, or one twice; there are {', '.join(sorted(_OPTIONS))}")
    return dict(pairs)


def _choose_encryption(scheme: str, starttls: str | None, host: str) -> ImapEncryption:
    if scheme == "imaps":
        if starttls is not None:
            raise _bad("imaps:// is encrypted from the start, and has no option starttls")
        return ImapEncryption.TLS
    if starttls not in {None, ImapEncryption.NONE, ImapEncryption.STARTTLS}:
        raise _bad("starttls is always or never")
    if starttls == ImapEncryption.STARTTLS:
        return ImapEncryption.STARTTLS
    if not is_own_loopback(host):
        raise _bad(
            "imap:// sends the password as plain text, and is for a server on this machine; write imaps://, or"
            " ?starttls=always at its end"
        )
    return ImapEncryption.NONE


def _bad(fault: str) -> BadMailSetting:
    return BadMailSetting(f"IMAP_URL cannot be used: {fault}", hint=_HINT)
