"""Reply addresses: a letter's `support+TOKEN@host` names its ticket and its reader; others cannot make one.

A token is the base32 form of the ticket's number, a mark of the user, and a MAC over both. Mail software may change
the case of an address, so the case means nothing.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b32decode, b32encode
from dataclasses import dataclass

from hero_assistance_sdk.wire import TicketId, UserId

# RFC 5321: the octets before the @.
LOCAL_PART_LIMIT = 64
KEY_BYTES = 32
# Tells the users of one ticket apart; a stranger cannot compute it either.
_MARK_BYTES = 6
# 2^80 tries, each of them a mail.
_MAC_BYTES = 10
_TICKET_BYTES = 8
_SEPARATOR = "+"


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """What a token that we made says: the ticket, and the mark of the user whom the letter was for."""

    ticket_id: TicketId
    user_mark: bytes

    def is_for(self, key: bytes, user_id: UserId) -> bool:
        """Return whether the letter was for this user."""
        return hmac.compare_digest(self.user_mark, _mark(key, user_id))


def make_reply_address(key: bytes, support: str, ticket_id: TicketId, user_id: UserId) -> str:
    """Return the address that takes a user's answers on a ticket; `support` itself where a token has no room in it."""
    local, at, host = support.rpartition("@")
    if not at:
        raise ValueError(f"{support!r} is no mail address")
    signed = f"{local}{_SEPARATOR}{_make_token(key, ticket_id, user_id)}"
    return f"{signed}@{host}" if len(signed.encode()) <= LOCAL_PART_LIMIT else support


def read_reply_address(key: bytes, address: str) -> ReplyAddress | None:
    """Return what an address with one of our tokens says, `None` for every other one."""
    local, at, _host = address.strip().strip("<>").rpartition("@")
    _support, plus, token = local.rpartition(_SEPARATOR)
    if not at or not plus or len(local) > LOCAL_PART_LIMIT:
        return None
    return _read_token(key, token)


def _make_token(key: bytes, ticket_id: TicketId, user_id: UserId) -> str:
    number = ticket_id.to_bytes((ticket_id.bit_length() + 7) // 8 or 1, "big")
    signed = number + _mark(key, user_id)
    return _encode(signed + _mac(key, b"ticket", signed))


def _read_token(key: bytes, token: str) -> ReplyAddress | None:
    try:
        padded = token.upper() + "=" * (-len(token) % 8)
        raw = b32decode(padded.encode("ascii"))
    except (binascii.Error, ValueError):
        return None
    number, mark = raw[: -_MARK_BYTES - _MAC_BYTES], raw[-_MARK_BYTES - _MAC_BYTES : -_MAC_BYTES]
    # One token has one form: spare bits of the last letter and zeros before the number make no second one.
    if not 0 < len(number) <= _TICKET_BYTES or _encode(raw) != token.lower():
        return None
    if not hmac.compare_digest(raw[-_MAC_BYTES:], _mac(key, b"ticket", number + mark)):
        return None
    return ReplyAddress(TicketId(int.from_bytes(number, "big")), mark)


def _encode(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=").lower()


def _mark(key: bytes, user_id: UserId) -> bytes:
    return _hmac(key, b"user", user_id.encode())[:_MARK_BYTES]


def _mac(key: bytes, purpose: bytes, text: bytes) -> bytes:
    return _hmac(key, purpose, text)[:_MAC_BYTES]


def _hmac(key: bytes, purpose: bytes, text: bytes) -> bytes:
    return hmac.new(key, purpose + b"\0" + text, hashlib.sha256).digest()
