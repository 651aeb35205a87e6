"""The key of the project: made at its first use, kept in the database, and so in backups and on every node.

An export does not have it: who imports one has made another project.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hero_assistance_sdk.project.identity import KEY_BITS, PUBLIC_EXPONENT
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

NAME = "project"


class ProjectKey:
    """Signs in the name of the project."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._key: RSAPrivateKey | None = None
        # One that could not be stored yet: on a full disk, each question of a stranger would make another one.
        self._made: bytes | None = None
        self._obtaining = asyncio.Lock()

    async def sign(self, content: bytes) -> tuple[bytes, bytes]:
        """Return the public key and a signature; raises `StoreUnavailable` where the first key cannot be kept."""
        async with self._obtaining:
            if self._key is None:
                self._key = await self._obtain()
        key = self._key
        modulus = key.public_key().public_numbers().n
        # A millisecond, in which the library lets go of the interpreter.
        signature = await asyncio.to_thread(_sign, key, content)
        return modulus.to_bytes(KEY_BITS // 8, "big"), signature

    async def _obtain(self) -> RSAPrivateKey:
        stored = await self._storage.read(lambda snapshot: snapshot.mail_keys.find(NAME))
        if stored is None:
            # It takes some tenths of a second, and most desks are never asked for it.
            if self._made is None:
                self._made = await asyncio.to_thread(_make)
            made = self._made
            stored = await self._storage.write(lambda work: _keep(work, made))
            self._made = None
        return await asyncio.to_thread(_load, stored)


def _keep(work: UnitOfWork, made: bytes) -> bytes:
    """Store the key unless another node has stored one in the meantime; return the one that is stored."""
    stored = work.mail_keys.find(NAME)
    if stored is None:
        work.mail_keys.add(NAME, made)
    return stored or made


def _make() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    made = generate_private_key(PUBLIC_EXPONENT, KEY_BITS)
    return made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _load(stored: bytes) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    key = load_der_private_key(stored, None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the key of the project is of another kind")
    return key


def _sign(key: RSAPrivateKey, content: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    return key.sign(content, PKCS1v15(), SHA256())
