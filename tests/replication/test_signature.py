"""Signatures of requests to S3: the examples of AWS's own documentation."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from hero_assistance.replication.s3.signature import AccessKey, Request, sign

pytestmark = pytest.mark.pure

KEY = AccessKey("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
NOW = datetime(2013, 5, 24, tzinfo=UTC).timestamp()
HOST = {"host": "examplebucket.s3.amazonaws.com"}
EMPTY = hashlib.sha256(b"").hexdigest()
WELCOME = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()
PUT = {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}


@pytest.mark.parametrize(
    ("request_", "signature"),
    [
        (
            Request("GET", "/test.txt", {}, {**HOST, "range": "bytes=0-9"}, EMPTY),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            Request("PUT", "/test$file.text", {}, {**HOST, **PUT}, WELCOME),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            Request("GET", "/", {"lifecycle": ""}, HOST, EMPTY),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            Request("GET", "/", {"prefix": "J", "max-keys": "2"}, HOST, EMPTY),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_a_request_is_signed_as_aws_documents_it(request_: Request, signature: str) -> None:
    headers = sign(request_, KEY, "us-east-1", NOW)
    assert headers["authorization"].endswith(f",Signature={signature}")
    assert f"Credential={KEY.key_id}/20130524/us-east-1/s3/aws4_request," in headers["authorization"]
    assert headers["x-amz-date"] == "20130524T000000Z"


def test_a_request_is_sent_as_it_is_signed() -> None:
    request = Request("GET", "/a b/c~d", {"prefix": "x/y", "list-type": "2"}, HOST, EMPTY)
    assert request.raw_path == "/a%20b/c~d?list-type=2&prefix=x%2Fy"


def test_a_key_that_is_printed_keeps_its_secret() -> None:
    assert KEY.secret not in repr(KEY)
    assert KEY.secret not in str(sign(Request("GET", "/", {}, HOST, EMPTY), KEY, "us-east-1", NOW))
