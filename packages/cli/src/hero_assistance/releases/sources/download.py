"""Downloading an archive: what has arrived is kept, and the next attempt goes on from there.

<var>/downloads/hero_assistance/<digest of the URL>/<archive>.part    what has arrived
<var>/downloads/hero_assistance/<digest of the URL>/.etag             of which version of the archive
<var>/downloads/hero_assistance/<digest of the URL>/<archive>         all of it, until it is installed
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import httpx2

from hero_assistance.releases.errors import (
    BadBuild,
    BadSignature,
    DownloadFailed,
    FinalDownloadFailure,
    InstallFailed,
)
from hero_assistance.releases.sources.archive_url import ArchiveUrl, describe_url, is_protected
from hero_assistance.releases.sources.checksums import SUMS_BYTES, SUMS_FILE, ArchiveChecks, read_sum
from hero_assistance.releases.sources.partial_file import PartialFile
from hero_assistance.releases.sources.signature import SIGNATURE_BYTES, SIGNATURE_SUFFIX, find_signature
from hero_assistance.releases.store import install_lock
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.os_errors import choose_hint, is_missing_part

Report = Callable[[str], None]

ARCHIVE_BYTES = 1024**3
LOCK_TIMEOUT_S = 120.0
# An attempt counts only when no more had arrived after it than ever before.
ATTEMPTS = 3
# After each attempt that counts so much longer.
PAUSE_S = 1.0
_CONNECT_TIMEOUT_S = 10.0
_SILENCE_TIMEOUT_S = 30.0
_REDIRECTS = 5
_LOCK = ".lock"


@contextmanager
def downloaded(text: str, folder: Path, checks: ArchiveChecks, report: Report) -> Iterator[Path]:
    """Yield the archive of a URL in a folder of its own, and remove that once the body has ended without an error.

    Raises `DownloadFailed`, `InstallBusy`, `InstallFailed`, `NoChecksum`, `BadSignature` or `UsageError`.
    """
    url = ArchiveUrl.parse(text)
    _require_authenticity(url, checks)
    place = folder / hashlib.sha256(url.text.encode()).hexdigest()[:16]
    archive = place / url.name
    with ExitStack() as stack:
        with _disk_errors(folder):
            stack.enter_context(_exclusive(folder, report))
            _remove_others(folder, place)
            place.mkdir(exist_ok=True)
            with _make_client(url) as http:
                expected = _fetch_small_files(http, url, archive, checks)
                _fetch_archive(http, url.text, archive, expected, report)
        try:
            yield archive
        except (BadBuild, BadSignature):
            # The next attempt takes it from the start.
            archive.unlink(missing_ok=True)
            raise
        shutil.rmtree(place, ignore_errors=True)


def _require_authenticity(url: ArchiveUrl, checks: ArchiveChecks) -> None:
    """Refuse an archive whose checksum could be changed on the way together with it."""
    if checks.sha256 is None and checks.signers is None and not is_protected(url.text):
        raise UsageError(
            f"{describe_url(url.text)} comes without TLS, and so would its checksum",
            hint="take it by https://, or give --sha256 or --signers",
        )


def _make_client(url: ArchiveUrl) -> httpx2.Client:
    """A client that follows no redirect from a protected address to another one."""
    return httpx2.Client(
        timeout=httpx2.Timeout(_SILENCE_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S),
        follow_redirects=True,
        max_redirects=_REDIRECTS,
        headers={"accept-encoding": "identity"},
        event_hooks={"request": [require_protection] if is_protected(url.text) else []},
    )


def require_protection(request: httpx2.Request) -> None:
    """Raise `DownloadFailed` for a request that somebody on the way could answer."""
    if not is_protected(str(request.url)):
        raise FinalDownloadFailure(
            f"{describe_url(str(request.url))}, where the URL leads to, has no TLS",
            hint="give that address and --sha256, if you trust it",
        )


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_missing_part(error):
            raise
        raise InstallFailed(
            f"cannot download to {folder}: {error.strerror or error}", hint=choose_hint(error, folder)
        ) from error


def _exclusive(folder: Path, report: Report) -> AbstractContextManager[None]:
    return install_lock(
        folder / _LOCK, report, LOCK_TIMEOUT_S, running="downloads", overdue="has downloaded for more than"
    )


def _remove_others(folder: Path, place: Path) -> None:
    for other in folder.iterdir():
        if other != place and other.name != _LOCK:
            shutil.rmtree(other, ignore_errors=True)


def _fetch_small_files(http: httpx2.Client, url: ArchiveUrl, archive: Path, checks: ArchiveChecks) -> str:
    """Fetch the checksums and the signature, where they are needed, and return the checksum that is expected.

    What misses one of them is refused before the archive itself is fetched.
    """
    if checks.sha256 is None:
        _fetch_small(http, url.sums, archive.with_name(SUMS_FILE), SUMS_BYTES)
    expected = checks.sha256 or read_sum(archive)
    if checks.signers is not None:
        signature = archive.with_name(archive.name + SIGNATURE_SUFFIX)
        _fetch_small(http, url.signature, signature, SIGNATURE_BYTES)
        find_signature(archive, checks.signers)
    return expected


def _fetch_small(http: httpx2.Client, url: str, target: Path, limit: int) -> None:
    """Fetch a file that may not be there; whether that matters is for the checks to say."""
    target.unlink(missing_ok=True)
    with _network_errors(url), http.stream("GET", url) as answer:
        if answer.status_code in (403, 404, 410):
            return
        _require_status(url, answer, 200)
        data = b""
        for chunk in answer.iter_bytes():
            data += chunk
            if len(data) > limit:
                raise DownloadFailed(f"{describe_url(url)} has more than {limit} bytes")
    target.write_bytes(data)


def _fetch_archive(http: httpx2.Client, url: str, target: Path, expected: str, report: Report) -> None:
    if _has_sum(target, expected):
        return
    target.unlink(missing_ok=True)
    partial = PartialFile(target, ARCHIVE_BYTES, report)
    idle, most = 0, partial.size
    while True:
        try:
            _fetch_rest(http, url, partial)
            break
        except DownloadFailed as error:
            idle = 0 if partial.size > most else idle + 1
            most = max(most, partial.size)
            if idle >= ATTEMPTS or isinstance(error, FinalDownloadFailure):
                raise
            report(f"{error.message}; trying again")
            time.sleep(PAUSE_S * idle)
    partial.finish()


def _has_sum(archive: Path, expected: str) -> bool:
    """Whether an earlier attempt has left the archive that is wanted now: a URL may name another one meanwhile."""
    try:
        with archive.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == expected
    except FileNotFoundError:
        return False


def _fetch_rest(http: httpx2.Client, url: str, partial: PartialFile) -> None:
    """Fetch what is missing in one request; a server that cannot go on sends everything again."""
    with _network_errors(url, partial), http.stream("GET", url, headers=partial.request_headers()) as answer:
        if answer.status_code == 416:
            partial.discard()
            raise DownloadFailed(f"{describe_url(url)} has changed")
        _require_status(url, answer, 200, 206)
        partial.take(answer.status_code == 206, answer.headers)
        # Not decoded: some servers call the compression of the file itself one of the transfer.
        for chunk in answer.iter_raw():
            partial.write(chunk)
    partial.require_all()


@contextmanager
def _network_errors(url: str, partial: PartialFile | None = None) -> Iterator[None]:
    try:
        with partial or contextlib.nullcontext():
            yield
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise DownloadFailed(
            f"{describe_url(url)} cannot be downloaded: {error or type(error).__name__}",
            hint="run it again: it goes on with what has arrived",
        ) from error


def _require_status(url: str, answer: httpx2.Response, *wanted: int) -> None:
    if answer.status_code not in wanted:
        text = f"{describe_url(url)} answers with HTTP status {answer.status_code}"
        if 400 <= answer.status_code < 500:
            raise FinalDownloadFailure(text, hint="is the URL right?")
        raise DownloadFailed(text, hint="try again later")
