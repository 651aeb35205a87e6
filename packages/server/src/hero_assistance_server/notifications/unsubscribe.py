"""Tokens in letters that mute a ticket with one click: signed, so that others can make none."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from hero_assistance_sdk.wire import TicketId, UserId
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork

KEY = "unsubscribe"
TOKEN_LIMIT = 300
_KEY_BYTES = 32
# 2^80 tries, each of them a call.
_MAC_BYTES = 10
_SEPARATOR = "/"


def obtain_key(work: UnitOfWork) -> bytes:
    """Return the key that tokens are signed with; the first letter makes it."""
    key = work.mail_keys.find(KEY)
    if key is None:
        key = secrets.token_bytes(_KEY_BYTES)
        work.mail_keys.add(KEY, key)
    return key


def find_key(snapshot: Snapshot) -> bytes | None:
    """Return the key; `None` where no letter has a token yet."""
    return snapshot.mail_keys.find(KEY)


def make_token(key: bytes, ticket_id: TicketId, user_id: UserId) -> str:
    """Return the token that mutes a ticket for a user."""
    text = f"{ticket_id}{_SEPARATOR}{user_id}".encode()
    return urlsafe_b64encode(_mac(key, text) + text).decode().rstrip("=")


def read_token(key: bytes, token: str) -> tuple[TicketId, UserId] | None:
    """Return what a token of ours says, `None` for every other one."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    mac, text = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(key, text)):
        return None
    ticket_id, _, user_id = text.decode().partition(_SEPARATOR)
    return TicketId(int(ticket_id)), UserId(user_id)


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()[:_MAC_BYTES]
