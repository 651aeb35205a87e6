"""The key by which codes are hashed: who has the database, or a backup, and not the key, finds out no code."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from hero_assistance_sdk.files.durable_files import PRIVATE_FILE, write_atomic
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.identity.shared_secrets import OwnSecrets, SharedSecrets

# In the data folder of the only node, and in no backup: a code counts for a quarter of an hour.
NAME = "code.key"
_KEY_BYTES = 32
_PURPOSE = "codes"

_log = get_log("identity")


class CodeKey:
    """Hashes codes by the key of all nodes, or of the only one in a file of its own, which is made at its first use."""

    def __init__(self, path: Path, shared: SharedSecrets | None = None) -> None:
        self._path = path
        self._shared = shared or OwnSecrets()
        self._key: bytes | None = None

    def hash(self, code: str, address_hash: bytes) -> bytes:
        """Return what is stored of the code of an address; raises `OSError` where the key cannot be kept."""
        key = self._shared.find_key(_PURPOSE) or self._obtain_own()
        return hmac.digest(key, b"code\0" + address_hash + code.encode(), hashlib.sha256)

    def _obtain_own(self) -> bytes:
        if self._key is None:
            self._key = self._read() or self._make()
        return self._key

    def _read(self) -> bytes | None:
        """Return the key of an earlier start; `None` where there is none that is whole."""
        try:
            key = self._path.read_bytes()
        except FileNotFoundError:
            return None
        if len(key) != _KEY_BYTES:
            # The codes that are under way do not count; links do.
            _log.warning("code-key.damaged", path=str(self._path))
            return None
        self._path.chmod(PRIVATE_FILE)
        return key

    def _make(self) -> bytes:
        key = secrets.token_bytes(_KEY_BYTES)
        write_atomic(self._path, key)
        return key
