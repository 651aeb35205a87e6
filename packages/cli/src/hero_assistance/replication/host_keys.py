"""The one key that an SFTP server has to show: of those it has, the one that Litestream asks for.

Litestream is given one key and lets the server choose among all kinds of keys, in this order. Another key of the same
server, though known, would be refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import subprocess
from collections.abc import Iterable
from pathlib import Path

from hero_assistance.replication.errors import ReplicaFailed
from hero_assistance.replication.openssh import run_openssh
from hero_assistance.replication.targets import SftpTarget

_ORDER = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa", "ssh-ed25519")
_SCAN_S = 10
_TIMEOUT_S = 30.0


def find_host_key(target: SftpTarget, expected: str | None, known_hosts: Iterable[Path]) -> str:
    """Ask the server for its keys, and return the one that counts, if it is expected, or known to OpenSSH.

    `expected` is a key such as `ssh-ed25519 AAAA...`, or its fingerprint. Raises `ReplicaFailed`.
    """
    shown = _scan(target)
    if not shown:
        raise ReplicaFailed(f"no SSH server answers at {target.address}")
    key = choose_key(shown)
    fingerprint = fingerprint_of(key)
    if expected is not None:
        if expected.strip() != fingerprint and " ".join(expected.split()[:2]) != key:
            raise ReplicaFailed(
                f"{target.address} has another key than the expected one: {fingerprint}",
                hint="if you trust it: --host-key " + fingerprint,
            )
        return key
    if not any(key in _list_known(target, path) for path in known_hosts):
        raise ReplicaFailed(
            f"{target.address} is not known here by its key {key.split()[0]} {fingerprint}",
            hint="if that is the server's: --host-key " + fingerprint,
        )
    return key


def choose_key(shown: Iterable[str]) -> str:
    """Return the key that Litestream is shown by a server that has these."""
    return min(shown, key=lambda key: _ORDER.index(key.split()[0]))


def fingerprint_of(key: str) -> str:
    """Return the fingerprint of a key, as OpenSSH prints it; raises `ReplicaFailed` for what is no key."""
    try:
        blob = base64.b64decode(key.split()[1], validate=True)
    except (IndexError, binascii.Error):
        raise ReplicaFailed(f"{key!r:.80} is no key of a server") from None
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _scan(target: SftpTarget) -> list[str]:
    return _keys(_run("ssh-keyscan", "-T", str(_SCAN_S), "-p", str(target.port), target.host))


def _list_known(target: SftpTarget, path: Path) -> list[str]:
    if not path.is_file():
        return []
    return _keys(_run("ssh-keygen", "-F", target.known_name, "-f", str(path)))


def _keys(printed: str) -> list[str]:
    """The keys in lines of the form of `known_hosts`, without marked ones, and kinds that Litestream does not know."""
    lines = [line.split() for line in printed.splitlines() if not line.startswith(("#", "@"))]
    return [f"{words[1]} {words[2]}" for words in lines if len(words) >= 3 and words[1] in _ORDER]


def _run(*command: str) -> str:
    try:
        return run_openssh(command, _TIMEOUT_S).stdout
    except subprocess.TimeoutExpired:
        return ""
