"""The URL of an archive: the file that it names, what lies next to it, and what may be printed of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from hero_assistance.releases.sources.checksums import SUMS_FILE
from hero_assistance.releases.sources.signature import SIGNATURE_SUFFIX
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.net.host_names import is_own_loopback

SCHEMES = ("http://", "https://")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")
_HINT = "give the URL of a file whose name ends in .tar.zst"


def is_url(text: str) -> bool:
    """Whether a source is to be downloaded."""
    return text.lower().startswith(SCHEMES)


@dataclass(frozen=True)
class ArchiveUrl:
    """A URL without its fragment, and the name of the file."""

    text: str
    name: str

    @classmethod
    def parse(cls, text: str) -> ArchiveUrl:
        """The URL as an operator gave it; raises `UsageError`."""
        try:
            parts = urlsplit(text)
            text.encode()
        except ValueError as error:
            raise UsageError(f"not a URL: {error}", hint=_HINT) from None
        name = unquote(parts.path.rpartition("/")[2])
        if not _NAME.fullmatch(name) or name == SUMS_FILE:
            raise UsageError(f"{describe_url(text)} names no archive", hint=_HINT)
        return cls(urlunsplit(parts._replace(fragment="")), name)

    @property
    def sums(self) -> str:
        """Where the checksums are."""
        parts = urlsplit(self.text)
        return urlunsplit(parts._replace(path=f"{parts.path.rpartition('/')[0]}/{SUMS_FILE}"))

    @property
    def signature(self) -> str:
        """Where the signature is."""
        parts = urlsplit(self.text)
        return urlunsplit(parts._replace(path=parts.path + SIGNATURE_SUFFIX))


def is_protected(url: str) -> bool:
    """Whether what is sent cannot be changed on its way: TLS protects it, or it does not leave this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or is_own_loopback(parts.hostname or "")


def describe_url(url: str) -> str:
    """The URL without what may be secret: a password, a signed query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
