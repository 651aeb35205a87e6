"""Tokens and codes that sign a user in: how they are made, and what of them is stored."""

from __future__ import annotations

import hashlib
import re
import secrets

CODE_DIGITS = 6
# 256 bits, as 43 characters.
_TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def make_token() -> str:
    """Return a new token of 256 random bits."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def make_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def make_public_id() -> str:
    """Return a random id that gives no access, by which a session is listed and revoked."""
    return secrets.token_hex(12)


def is_token(text: str) -> bool:
    """Return whether a text has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def hash_token(token: str) -> bytes:
    """Return what is stored of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def hash_address(email: str) -> bytes:
    """Return what is stored of an e-mail address in its folded form."""
    return hashlib.sha256(b"address\0" + email.encode()).digest()
