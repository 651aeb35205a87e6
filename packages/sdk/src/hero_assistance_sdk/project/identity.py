"""Which project answers at an address: its id, its public key, and the proof that it has the key.

A project's id is the SHA-256 hash of its public key, in base32: an id names one key. A server proves that it has the
key by signing what a caller cannot foresee, with the address that the caller is connected to: the proof of one address
proves nothing about another one, so that a stranger cannot pass on the proof of the project's own server.

The key is one of RSA with 3072 bits. A signature (RFC 8017, RSASSA-PKCS1-v1_5 with SHA-256) is checked by computing
what it must contain and comparing all of it: that needs no library, and nothing of it is secret.
"""

from __future__ import annotations

import binascii
import hashlib
import secrets
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any, NewType

from hero_assistance_sdk.errors import ProtocolViolation, UsageError

ProjectId = NewType("ProjectId", str)

KEY_BITS = 3072
PUBLIC_EXPONENT = 65537
PROVE = "project.prove"
# 256 random bits in base64: proofs cannot be collected ahead.
CHALLENGE_BYTES = 32
CHALLENGE_PATTERN = "^[A-Za-z0-9_-]{43}$"
# A server asks for the same few with every request.
_REMEMBERED = 256
_ID_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz234567")
_ID_LENGTH = 52
_KEY_BYTES = KEY_BITS // 8
# What is signed is used for nothing else.
_PURPOSE = b"hero_assistance project.prove 1\0"
# RFC 8017, section 9.2, note 1: the beginning of a SHA-256 hash in DER.
_SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


class AnotherProject(ProtocolViolation):
    """Another project answers at the address, or one that cannot prove that it is the one that is meant."""

    reason = "another-project"


def new_challenge() -> str:
    """Return what a server is to sign."""
    return secrets.token_urlsafe(CHALLENGE_BYTES)


def project_id_of(key: bytes) -> ProjectId:
    """Return the id of the project with this public key, which is the modulus."""
    return ProjectId(b32encode(hashlib.sha256(key).digest()).decode().rstrip("=").lower())


def parse_project_id(text: str) -> ProjectId:
    """Return an id that a person wrote; raises `UsageError` for what is none."""
    folded = text.strip().lower()
    if len(folded) != _ID_LENGTH or not _ID_LETTERS.issuperset(folded):
        raise UsageError(f"{text[:80]!r} is not the id of a project", hint="it has 52 letters and digits")
    return ProjectId(folded)


def bytes_to_sign(challenge: str, address: str) -> bytes:
    """Return what a server signs to prove to a caller who is connected to `address` which project it is."""
    return _PURPOSE + challenge.encode() + b"\0" + address.encode()


@lru_cache(_REMEMBERED)
def format_address(host: str, port: int) -> str:
    """Return `ADDRESS:PORT` or `[V6]:PORT`, each address in the one way that both ends of a connection write it."""
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return f"{host}:{port}"
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return f"{mapped}:{port}" if mapped is not None else f"[{found}]:{port}"
    return f"{found}:{port}"


def encode_bytes(raw: bytes) -> str:
    """Return bytes as they are written in a proof."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def check_proof(name: str, proof: Any, challenge: str, address: str, expected: ProjectId | None) -> ProjectId:
    """Return the id of the project that a proof is of; raises `AnotherProject` unless it is the `expected` one.

    `name` is the address as its user wrote it, `address` what the connection led to. Without an expected project any
    one is taken that has the key of its id.
    """
    found = proof if isinstance(proof, dict) else {}
    key, signature = _read_bytes(found.get("key")), _read_bytes(found.get("signature"))
    project_id = project_id_of(key)
    if expected is not None and expected != project_id:
        raise AnotherProject(
            f"another project answers at {name}", hint=f"it is {project_id[:8]}..., and not {expected[:8]}..."
        )
    if not is_signed(key, bytes_to_sign(challenge, address), signature):
        raise AnotherProject(
            f"what answers at {name} does not have the key of the project {project_id[:8]}...",
            hint="somebody may have put a server of their own in its place",
        )
    return project_id


def is_signed(key: bytes, content: bytes, signature: bytes) -> bool:
    """Return whether a signature of `content` was made with the private half of this public key."""
    modulus = int.from_bytes(key, "big")
    if len(key) != _KEY_BYTES or len(signature) != _KEY_BYTES or modulus.bit_length() != KEY_BITS or not modulus & 1:
        return False
    number = int.from_bytes(signature, "big")
    if number >= modulus:
        return False
    return pow(number, PUBLIC_EXPONENT, modulus).to_bytes(_KEY_BYTES, "big") == _pad(content)


def _pad(content: bytes) -> bytes:
    ending = _SHA256_PREFIX + hashlib.sha256(content).digest()
    return b"\0\1" + b"\xff" * (_KEY_BYTES - len(ending) - 3) + b"\0" + ending


def _read_bytes(text: object) -> bytes:
    """Return the bytes that a text stands for; none for what is no such text."""
    if not isinstance(text, str) or len(text) > 2 * _KEY_BYTES:
        return b""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
