"""Signs a request to S3: AWS Signature Version 4, with the headers alone.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"
_SERVICE = "s3"
_END = "aws4_request"
# What no signature escapes, apart from the slashes of a path.
_UNRESERVED = "-_.~"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key of an S3-compatible store: its public id, and the secret that signs."""

    key_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What is signed: a path and a query without escapes, and headers with names in lower case.

    `host` is one of the headers; `sha256` is that of the body, in hex.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    sha256: str

    @property
    def raw_path(self) -> str:
        """The path and the query as they are sent, which is how they are signed."""
        query = encode_query(self.query)
        return f"{encode_path(self.path)}?{query}" if query else encode_path(self.path)


def sign(request: Request, key: AccessKey, region: str, now: float) -> dict[str, str]:
    """Return the headers that the request is sent with; a server takes them for 15 minutes around `now`."""
    at = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {**request.headers, "x-amz-content-sha256": request.sha256, "x-amz-date": at}
    names = ";".join(sorted(headers))
    scope = f"{at[:8]}/{region}/{_SERVICE}/{_END}"
    lines = (_ALGORITHM, at, scope, _hash(_canonize(request, headers, names)))
    signature = _hmac(_derive(key.secret, at[:8], region), "\n".join(lines)).hex()
    authorization = f"{_ALGORITHM} Credential={key.key_id}/{scope},SignedHeaders={names},Signature={signature}"
    return {**headers, "authorization": authorization}


def encode_path(path: str) -> str:
    """Return a path as it is sent and signed."""
    return quote(path, safe=f"{_UNRESERVED}/")


def encode_query(query: Mapping[str, str]) -> str:
    """Return a query as it is sent and signed."""
    pairs = sorted((quote(name, safe=_UNRESERVED), quote(value, safe=_UNRESERVED)) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def _canonize(request: Request, headers: Mapping[str, str], names: str) -> str:
    listed = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    path, query = encode_path(request.path), encode_query(request.query)
    return "\n".join((request.method, path, query, listed, names, request.sha256))


def _derive(secret: str, day: str, region: str) -> bytes:
    """The key of a day, of a region and of S3, which the secret does not follow from."""
    derived = f"AWS4{secret}".encode()
    for part in (day, region, _SERVICE, _END):
        derived = _hmac(derived, part)
    return derived


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
