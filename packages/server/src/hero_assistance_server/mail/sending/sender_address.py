"""The secret `MAIL_FROM`: the address that letters come from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr

from hero_assistance_sdk.errors import SettingError

# The octets of an address that every mail server takes: RFC 5321, 4.5.3.1.
ADDRESS_LIMIT = 254
LOCAL_PART_LIMIT = 64
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+")
_HINT = "hero_assistance secret set MAIL_FROM 'Support <support@example.org>'"


@dataclass(frozen=True, slots=True)
class SenderAddress:
    """An address of ours, and the name before it; empty for the name of the desk."""

    address: str
    name: str = ""

    @property
    def host(self) -> str:
        """What is behind the @."""
        return self.address.rpartition("@")[2]


# Letters in the outbox folder come from somewhere, too.
FOLDER_SENDER = SenderAddress("support@localhost")


def parse_mail_from(text: str) -> SenderAddress:
    """Read a MAIL_FROM, `NAME <ADDRESS>` or `ADDRESS`; raises `SettingError`."""
    if any(not char.isprintable() for char in text):
        raise SettingError("MAIL_FROM cannot be used: there is a control character in it", hint=_HINT)
    name, address = parseaddr(text)
    # The parser forgives what is between the parts of an address.
    if not is_address(address) or address not in text:
        raise SettingError("MAIL_FROM cannot be used: it is no mail address", hint=_HINT)
    return SenderAddress(address, name.strip())


def is_address(text: str) -> bool:
    """Whether a text is one mail address, without a name, that can be written into a header and an SMTP command."""
    local, _, _ = text.rpartition("@")
    fits = len(text.encode()) <= ADDRESS_LIMIT and len(local.encode()) <= LOCAL_PART_LIMIT
    return fits and _ADDRESS.fullmatch(text) is not None


def use_ascii_domain(address: str) -> str:
    """Return an address with its domain as the DNS has it, which every mail server takes."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return address
