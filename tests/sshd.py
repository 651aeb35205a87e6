"""What tests with OpenSSH share: keys, and what a server is told that lets one of them in."""

from __future__ import annotations

import subprocess
from pathlib import Path

CLIENT = "client"
CONFIGURATION = "sshd_config"
_KEY_S = 60.0
_LINES = """\
AuthorizedKeysFile {folder}/{client}.pub
PasswordAuthentication no
UsePAM no
StrictModes no
Subsystem sftp internal-sftp
"""


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> None:
    """Make a key of one kind, and its public half next to it."""
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", path], check=True, timeout=_KEY_S)


def read_public_key(path: Path) -> str:
    """The public half of a key, as `known_hosts` has it."""
    return " ".join(path.with_name(f"{path.name}.pub").read_text().split()[:2])


def write_configuration(folder: Path, *lines: str) -> None:
    """Write the `CONFIGURATION` of a server that lets in the key `CLIENT` of its folder; `lines` are its own."""
    text = _LINES.format(folder=folder, client=CLIENT) + "".join(f"{line}\n" for line in lines)
    (folder / CONFIGURATION).write_text(text)
