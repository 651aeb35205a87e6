"""Checking the signature of an archive with OpenSSH, which every box that is reached by ssh has.

A signature is made by `ssh-keygen -Y sign -n hero_assistance -f KEY ARCHIVE`. The signers are lines such as
`release ssh-ed25519 AAAA...`.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import IO, cast

from hero_assistance.releases.errors import BadSignature
from hero_assistance.releases.sources.hashed_reader import HashedReader

SIGNATURE_SUFFIX = ".sig"
SIGNATURE_BYTES = 64 * 1024
PRINCIPAL = "release"
NAMESPACE = "hero_assistance"
_TIMEOUT_S = 60.0


def check_signature(path: Path, file: HashedReader, signers: Path) -> str:
    """Return the SHA-256 of what was signed; raises `BadSignature` unless one of the signers signed the archive."""
    signature = find_signature(path, signers)
    command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", PRINCIPAL, "-n", NAMESPACE, "-s", str(signature)]
    try:
        status, said = _run(command, file)
    except FileNotFoundError:
        raise BadSignature(
            f"the signature of {path.name} cannot be checked: there is no ssh-keygen",
            hint="install OpenSSH's client, such as Debian's package openssh-client",
        ) from None
    if status == -signal.SIGKILL:
        raise BadSignature(f"ssh-keygen did not check {path.name} within {_TIMEOUT_S:g} s")
    if status:
        raise BadSignature(f"no known signer has signed {path.name}: {said}", hint=f"signers are in {signers}")
    return file.hexdigest()


def find_signature(path: Path, signers: Path) -> Path:
    """The file with the signature of an archive; raises `BadSignature` when it is not there, or no file of signers."""
    signature = path.with_name(path.name + SIGNATURE_SUFFIX)
    if not signers.is_file():
        raise BadSignature(f"there is no file of signers: {signers}", hint="lines such as: release ssh-ed25519 AAAA...")
    if not signature.is_file():
        raise BadSignature(f"{path.name} is not signed: there is no {signature}", hint=f"signers are in {signers}")
    return signature


def _run(command: list[str], file: HashedReader) -> tuple[int, str]:
    """Give a program the file, and return its exit status and what it said.

    The bytes go through this process, not by a descriptor, so that it is known which ones were signed.
    """
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    end = threading.Timer(_TIMEOUT_S, program.kill)
    end.start()
    try:
        with program:
            # One that has ended takes no more; its status says why.
            with contextlib.suppress(BrokenPipeError):
                shutil.copyfileobj(file, cast("IO[bytes]", program.stdin))
            said, _ = program.communicate()
    finally:
        end.cancel()
    return program.returncode, " ".join(said.decode("utf-8", "replace").split())
