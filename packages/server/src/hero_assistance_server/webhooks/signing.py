"""Signs messages as Standard Webhooks 1.0 says, so that the other side can check them with a library for it.

Source: the specification of Standard Webhooks, signature scheme v1 (HMAC-SHA256 over id, time stamp and body).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
# The specification asks for 24 to 64 bytes.
_SECRET_BYTES = 32
_KEY_BYTES = 9


def make_secret() -> str:
    """Return a new secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def make_key() -> str:
    """Return what tells the messages of one webhook from those of all others."""
    return secrets.token_hex(_KEY_BYTES)


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of one attempt; `timestamp` is in seconds."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def signed_headers(keys: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of one attempt, with a signature by each of the secrets."""
    timestamp = int(at.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(key, message_id, timestamp, body) for key in keys),
    }
