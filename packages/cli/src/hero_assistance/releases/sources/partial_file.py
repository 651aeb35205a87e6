"""A file that arrives in pieces over several requests, and what a request has to say to go on with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from hero_assistance.releases.errors import DownloadFailed, FinalDownloadFailure

_MEGABYTE = 1024 * 1024
# So many reports for the whole of a file.
_REPORTS = 10
_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18})")
_LENGTH = re.compile(r"[0-9]{1,18}")
# A strong one: a weak one says that two files mean the same, not that they have the same bytes.
_ETAG = re.compile(r'"[\x21\x23-\x7e]{0,1000}"')


class PartialFile:
    """What has arrived of one file. It is a context manager for one request: the file is open meanwhile."""

    def __init__(self, target: Path, limit: int, report: Callable[[str], None]) -> None:
        self._target = target
        self._part = target.with_name(f"{target.name}.part")
        self._etag = target.with_name(".etag")
        self._limit = limit
        self._report = report
        self._total: int | None = None
        self._reported = 0
        self._file: IO[bytes] | None = None
        self.size = self._part.stat().st_size if self._part.exists() else 0

    def __enter__(self) -> Self:
        self._file = self._part.open("ab")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def request_headers(self) -> dict[str, str]:
        """Ask for the rest of what has arrived, provided that it is still the same version."""
        etag = self._read_etag()
        if not self.size or not etag:
            return {}
        return {"range": f"bytes={self.size}-", "if-range": etag}

    def take(self, is_rest: bool, headers: Mapping[str, str]) -> None:
        """Prepare for the body of an answer: the rest, or everything from the start. Raises `DownloadFailed`."""
        if is_rest:
            found = _RANGE.fullmatch(headers.get("content-range", ""))
            etag = self._read_etag()
            # Not every server that sends a part looks at `If-Range`.
            if found is None or int(found[1]) != self.size or headers.get("etag", etag) != etag:
                self.discard()
                raise DownloadFailed(f"the server sends another part of {self._target.name} than was asked for")
            self._total = int(found[2])
            self._report(f"going on with {self._target.name} after {_megabytes(self.size)} MB")
        else:
            self.discard()
            length = headers.get("content-length", "")
            self._total = int(length) if _LENGTH.fullmatch(length) else None
            if _ETAG.fullmatch(headers.get("etag", "")):
                self._etag.write_text(headers["etag"])
        self._check_limit(self._total or 0)
        self._reported = self.size

    def write(self, chunk: bytes) -> None:
        """Add what has arrived; raises `DownloadFailed` for more than is allowed."""
        self._check_limit(self.size + len(chunk))
        if self._file is None:
            raise ValueError("write() belongs into the context of a request")
        self._file.write(chunk)
        self.size += len(chunk)
        if self._total and self.size - self._reported >= max(_MEGABYTE, self._total // _REPORTS):
            self._reported = self.size
            self._report(f"downloaded {_megabytes(self.size)} of {_megabytes(self._total)} MB")

    def require_all(self) -> None:
        """Raise `DownloadFailed` when the body ended before its length."""
        if self._total is not None and self.size < self._total:
            raise DownloadFailed(f"{self._target.name} broke off after {self.size} of {self._total} bytes")

    def discard(self) -> None:
        """Forget what has arrived: it is not a part of what the server has now."""
        self._etag.unlink(missing_ok=True)
        if self._file is not None:
            self._file.truncate(0)
        self.size = 0

    def finish(self) -> None:
        """Give the whole file its name."""
        self._part.rename(self._target)
        self._etag.unlink(missing_ok=True)

    def _read_etag(self) -> str:
        try:
            return self._etag.read_text()
        except FileNotFoundError:
            return ""

    def _check_limit(self, size: int) -> None:
        if size > self._limit:
            self.discard()
            raise FinalDownloadFailure(f"{self._target.name} has more than {self._limit} bytes")


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:.1f}"
