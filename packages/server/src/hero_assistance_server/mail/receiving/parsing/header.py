"""The header of a mail or of one of its parts: fields as text, each decoded on its own."""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses

from hero_assistance_server.mail.receiving.parsing.charsets import decode_text

# Mail systems accept some 100 KiB; what comes after is no header of a person's mail.
HEADER_LIMIT = 256 * 1024
# A mail has some 30 fields, and 100 where lists and filters add theirs.
FIELDS_LIMIT = 1000
# A longer value is no list of parameters, and reading one takes quadratic time in some releases of Python.
PARAMETERS_LIMIT = 4096
ADDRESSES_LIMIT = 64 * 1024
# The last ones are the nearest.
IDS_LIMIT = 100
_IDS_SOURCE = 64 * 1024
# RFC 5321: what fits between the brackets of a path.
ADDRESS_LIMIT = 254
_NOT_IN_ADDRESS = re.compile(r"[\s<>()\[\],;:\\\"\x00-\x1f\x7f@]")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_LINE_END = re.compile(rb"\r?\n")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\s]*(?: [^?\s]+)*)\?=")
# Printable ASCII, and no encoded word: an id goes into the headers of our letters as it is.
_ID = re.compile(r"<((?:(?!=\?)[!-;=?-~]){1,900})>")


@dataclass(frozen=True, slots=True)
class Header:
    """The fields in their order, names in small letters."""

    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        """Return every value of a field, the uppermost first."""
        return [value for field, value in self.fields if field == name]

    def get(self, name: str) -> str:
        """Return the first value of a field, or the empty text."""
        return next((value for field, value in self.fields if field == name), "")

    def text(self, name: str) -> str:
        """Return the first value of a field with its encoded words decoded, on one line."""
        return decode_words(" ".join(self.get(name).split()))

    def addresses(self, *names: str) -> list[tuple[str, str]]:
        """Return the names and addresses of some fields; what is no address is left out."""
        values = [value[:ADDRESSES_LIMIT] for name in names for value in self.all(name)]
        try:
            found = getaddresses(values)
        except (ValueError, IndexError, TypeError):
            return []
        return [(decode_words(name), address) for name, address in found if is_address(address)]

    def ids(self, *names: str) -> list[str]:
        """Return the message-ids of some fields without their brackets, the last ones of a long list."""
        found = [one for name in names for value in self.all(name) for one in _ID.findall(value[-_IDS_SOURCE:])]
        return list(dict.fromkeys(found))[-IDS_LIMIT:]

    def as_parameters(self, name: str) -> Message:
        """Return a message with this field alone, for its parameters."""
        message = Message()
        message[name] = self.get(name)[:PARAMETERS_LIMIT].replace("\n", " ").replace("\r", " ") or "text/plain"
        return message


def parse_header(raw: bytes, most: int = FIELDS_LIMIT) -> Header:
    """Return the first fields of a header; a line that is no field is left out."""
    fields: list[tuple[str, str]] = []
    for line in _LINE_END.split(_FOLD.sub(b" ", raw[:HEADER_LIMIT])):
        match = _FIELD.fullmatch(line)
        if match is not None:
            fields.append((match[1].decode("ascii").lower(), decode_text(match[2], "utf-8").strip()))
            if len(fields) == most:
                break
    return Header(tuple(fields))


def is_address(text: str) -> bool:
    """Return whether a text has the form of one mail address."""
    local, at, host = text.rpartition("@")
    return (
        bool(at and local and host)
        and len(text) <= 254
        and not re.search(r"[\s<>()\[\],;:\\\"\x00-\x1f@]", local + host)
    )


def decode_words(text: str) -> str:
    """Return a text with its encoded words (RFC 2047) decoded; what cannot be decoded stays as it is."""
    if "=?" not in text:
        return text
    parts: list[str] = []
    end, pending, charset = 0, b"", ""
    for match in _WORD.finditer(text):
        between, name = text[end : match.start()], match[1].partition("*")[0].lower()
        # White space between two words is none, and a character may be cut in two words of one charset.
        if between.strip() or (not parts and not pending) or name != charset:
            parts.append(decode_text(pending, charset))
            parts.append("" if not between.strip() and end else between)
            pending, charset = b"", name
        pending += _decode_word(match[2].lower(), match[3])
        end = match.end()
    return "".join([*parts, decode_text(pending, charset), text[end:]])


def _decode_word(encoding: str, text: str) -> bytes:
    raw = text.encode("ascii", "replace")
    if encoding == "q":
        return binascii.a2b_qp(raw, header=True)
    return decode_base64(raw)


def decode_base64(raw: bytes | memoryview) -> bytes:
    """Return what a base64 text says, up to where it is broken."""
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        kept = bytes(raw).translate(None, _NOT_BASE64)
    # One letter more than whole groups of four is half a byte.
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def join_values(values: Sequence[str]) -> str:
    """Return the values of a field as one text in small letters, for a look at its words."""
    return " ".join(values).lower()
