"""The secret `MAIL_LISTEN`: where the mail server of this machine delivers, over LMTP or SMTP."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hero_assistance_sdk.errors import HeroError

EXAMPLES = "lmtp, lmtp:///run/desk/lmtp.sock, lmtp://127.0.0.1:2424 or smtp://127.0.0.1:2525"


class BadMailSetting(HeroError):
    """A secret about mail that means nothing; the message quotes nothing of it, because every caller may read it."""

    reason = "bad-mail-setting"


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """A Unix socket, or an address of this machine with a port."""

    is_lmtp: bool
    path: Path | None = None
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        protocol = "lmtp" if self.is_lmtp else "smtp"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{protocol}://{self.path or f'{host}:{self.port}'}"


def parse_listen_address(text: str, default: Path) -> ListenAddress:
    """Return what the secret says; `lmtp` alone is the socket `default`. Raises `BadMailSetting`."""
    if text == "lmtp":
        return ListenAddress(is_lmtp=True, path=default)
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise _bad("it is no address") from None
    if url.scheme not in {"lmtp", "smtp"} or url.query or url.fragment or url.username:
        raise _bad("it is neither lmtp: nor smtp: with a path, or a host and a port")
    if not url.netloc and url.path.startswith("/"):
        return ListenAddress(is_lmtp=url.scheme == "lmtp", path=Path(url.path))
    if url.hostname is None or not port or url.path not in {"", "/"}:
        raise _bad("it names no host and port")
    return ListenAddress(is_lmtp=url.scheme == "lmtp", host=_check_loopback(url.hostname), port=port)


def _check_loopback(host: str) -> str:
    """Return the address of this machine; every other one would take mails from strangers without a check."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise _bad("its host is no address") from None
    if not address.is_loopback:
        raise _bad("its address is reached from other machines; a mail server takes mail from there, and hands it over")
    return str(address)


def _bad(fault: str) -> BadMailSetting:
    return BadMailSetting(f"MAIL_LISTEN cannot be used: {fault}", hint=f"set it to {EXAMPLES}")
