"""Requests to a bucket of an S3-compatible store; every error of it is a `ReplicaFailed` in its own words."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree import ElementTree as ET

import httpx2

from hero_assistance.replication.errors import ReplicaFailed, TargetBusy
from hero_assistance.replication.s3.access_key import KEY_ID, SECRET
from hero_assistance.replication.s3.signature import AccessKey, Request, sign
from hero_assistance.replication.targets import S3Target

_CONNECT_S = 10.0
# Of silence; a large file takes as long as it takes.
_SILENCE_S = 60.0
_PIECE_BYTES = 256 * 1024
_EMPTY = hashlib.sha256(b"").hexdigest()
_MISSING = "NoSuchKey"
_SET_KEY = f"set both secrets again: hero_assistance secret set {KEY_ID} -, and {SECRET} -"
_HINTS = {
    "AccessDenied": "the key needs to list the bucket, and to get, put and delete in it",
    "AuthorizationHeaderMalformed": "give the region that it names: hero_assistance replicate setup --region",
    "InvalidAccessKeyId": _SET_KEY,
    "NoSuchBucket": "make the bucket; nothing here does",
    "PermanentRedirect": "give the bucket's own region: hero_assistance replicate setup --region",
    "RequestTimeTooSkewed": "set the clock of this machine: hero_assistance doctor",
    "SignatureDoesNotMatch": _SET_KEY,
}


@dataclass(frozen=True, slots=True)
class Body:
    """What is put: a file, whose hash and size are known before it is sent."""

    file: BinaryIO
    sha256: str
    size: int


class S3Store:
    """Gets, puts, lists and deletes in the bucket of a target, by names that begin with its path."""

    def __init__(self, target: S3Target, key: AccessKey, clock: Callable[[], float] = time.time) -> None:
        self._target = target
        self._key = key
        self._clock = clock
        self._http = httpx2.Client(
            timeout=httpx2.Timeout(_SILENCE_S, connect=_CONNECT_S),
            headers={"accept-encoding": "identity", "user-agent": "hero_assistance"},
        )

    def get(self, name: str) -> bytes | None:
        """Return the content of a small object, `None` where there is none."""
        with self._send("GET", name, may_lack=True) as answer:
            return None if answer is None else answer.read()

    def fetch(self, name: str, file: BinaryIO) -> None:
        """Write the content of an object into a file."""
        with self._send("GET", name) as answer:
            file.writelines(answer.iter_raw(_PIECE_BYTES) if answer else ())

    def put(self, name: str, body: Body) -> None:
        """Store an object; it appears whole, in the place of another one."""
        with self._send("PUT", name, body=body):
            pass

    def delete(self, name: str) -> None:
        """Delete an object, which need not be there."""
        with self._send("DELETE", name, may_lack=True):
            pass

    def list_names(self, folder: str) -> Iterator[str]:
        """Yield the names that begin with this folder of the target."""
        prefix = f"{self._target.path}/{folder}/"
        query = {"list-type": "2", "prefix": prefix}
        while True:
            with self._send("GET", query=query) as answer:
                page = _parse(answer.read() if answer else b"")
            for key in page.iterfind("{*}Contents/{*}Key"):
                yield (key.text or "").removeprefix(f"{self._target.path}/")
            token = page.findtext("{*}NextContinuationToken")
            if page.findtext("{*}IsTruncated") != "true" or not token:
                return
            query["continuation-token"] = token

    @contextmanager
    def _send(
        self,
        method: str,
        name: str | None = None,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
        may_lack: bool = False,
    ) -> Iterator[httpx2.Response | None]:
        """Yield the answer, `None` for an object that may lack and does; without a name the bucket is asked."""
        try:
            request = self._make_request(method, name, query or {}, body)
            with self._http.stream(
                method,
                f"{self._target.url}{request.raw_path}",
                headers=sign(request, self._key, self._target.region, self._clock()),
                content=_read_pieces(body.file) if body else None,
            ) as answer:
                if answer.is_success:
                    yield answer
                    return
                code, message = _read_error(answer)
        except httpx2.HTTPError as error:
            raise TargetBusy(f"{self._target.url} does not answer: {error or type(error).__name__}") from None
        except (httpx2.InvalidURL, UnicodeError) as error:
            # The name of a host that cannot be one, such as `store..example.org`.
            raise ReplicaFailed(f"{self._target.url} does not answer: {error}") from None
        if may_lack and answer.status_code == httpx2.codes.NOT_FOUND and code == _MISSING:
            yield None
            return
        is_busy = answer.is_server_error or answer.status_code == httpx2.codes.TOO_MANY_REQUESTS
        kind = TargetBusy if is_busy else ReplicaFailed
        raise kind(f"{self._target} does not do what is asked of it: {message}", hint=_HINTS.get(code))

    def _make_request(self, method: str, name: str | None, query: Mapping[str, str], body: Body | None) -> Request:
        path = f"/{self._target.bucket}" + (f"/{self._target.path}/{name}" if name else "")
        headers = {"host": httpx2.URL(self._target.url).netloc.decode()}
        if body is not None:
            headers["content-length"] = str(body.size)
        return Request(method, path, query, headers, body.sha256 if body else _EMPTY)


def _read_pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE_BYTES):
        yield piece


def _read_error(answer: httpx2.Response) -> tuple[str, str]:
    """The code of an error, and what a person reads of it; what is no error of S3 is described by its status."""
    status = f"HTTP status {answer.status_code}"
    try:
        error = ET.fromstring(answer.read())  # noqa: S314 - of the operator's own store
    except ET.ParseError:
        return "", status
    code, message = error.findtext("{*}Code") or "", error.findtext("{*}Message") or ""
    return code, ": ".join(filter(None, (code, message))) or status


def _parse(content: bytes) -> ET.Element:
    try:
        return ET.fromstring(content)  # noqa: S314 - of the operator's own store
    except ET.ParseError as error:
        raise ReplicaFailed(f"the store's list of a bucket cannot be read: {error}") from None
