"""Whether an archive is the one that was published: its SHA-256, and its signature where signers are known."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from hero_assistance.releases.errors import ChecksumMismatch, NoChecksum
from hero_assistance.releases.sources.hashed_reader import HashedReader
from hero_assistance.releases.sources.signature import SIGNATURE_SUFFIX, check_signature
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.paths import Paths

SUMS_FILE = "SHA256SUMS"
SUMS_BYTES = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LINE = re.compile(r"([0-9a-f]{64}) [ *](\S.*)")


@dataclass(frozen=True)
class ArchiveChecks:
    """What an archive is compared with.

    Without `sha256` the checksum is looked up in the `SHA256SUMS` next to the archive. With `signers`, a file as
    `ssh-keygen` reads it, an archive without a signature of theirs is refused. With `only_archives` a folder is
    refused, since none of this can be compared with one.
    """

    sha256: str | None = None
    signers: Path | None = None
    only_archives: bool = False


def choose_checks(paths: Paths, sha256: str | None, signers: Path | None) -> ArchiveChecks:
    """What an operator asked for, and the signers of this root unless others were given; raises `UsageError`."""
    only_archives = sha256 is not None or signers is not None
    if signers is None and _is_there(paths.signers):
        signers = paths.signers
    return ArchiveChecks(None if sha256 is None else parse_sha256(sha256), signers, only_archives)


def parse_sha256(text: str) -> str:
    """A SHA-256 as a caller gave it; raises `UsageError`."""
    found = text.strip().lower()
    if not _SHA256.fullmatch(found):
        raise UsageError(f"not a SHA-256: {text!r}", hint="it has 64 hexadecimal digits, as sha256sum prints them")
    return found


def find_sum(sums: str, name: str) -> str | None:
    """The SHA-256 of a file in the text of a `SHA256SUMS`."""
    found = (_LINE.fullmatch(line) for line in sums.splitlines())
    return next((one[1] for one in found if one and one[2] == name), None)


def check_archive(path: Path, file: FileIO, checks: ArchiveChecks, report: Callable[[str], None]) -> str:
    """Compare an opened archive with what is known of it, and return its SHA-256.

    Raises `ChecksumMismatch`, `NoChecksum` or `BadSignature`.
    """
    report(f"checking {path.name}")
    expected = checks.sha256 or read_sum(path)
    found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise ChecksumMismatch(
            f"{path} is not the archive that was published",
            hint=f"expected SHA-256 {expected}, found {found}; take it again",
        )
    if checks.signers is not None:
        if check_signature(path, HashedReader(file), checks.signers) != found:
            raise ChecksumMismatch(f"{path} has changed since it was checked", hint="who else may write it?")
    elif path.with_name(path.name + SIGNATURE_SUFFIX).exists():
        report(f"{path.name} is signed; no signers are known here, so its signature is not checked")
    return found


def read_sum(path: Path) -> str:
    """The SHA-256 of an archive as the `SHA256SUMS` next to it says; raises `NoChecksum`."""
    sums = path.with_name(SUMS_FILE)
    try:
        with sums.open("rb") as file:
            text = file.read(SUMS_BYTES).decode("utf-8", "replace")
    except OSError:
        text = ""
    found = find_sum(text, path.name)
    if found is None:
        raise NoChecksum(
            f"no checksum of {path.name} is known",
            hint=f"put the {SUMS_FILE} of the release next to it, or give --sha256",
        )
    return found


def _is_there(path: Path) -> bool:
    """Whether something has this name, a link to what is gone too: its operator wants signatures."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True
