"""What the receiving mail server found out about a sender (RFC 8601): DMARC, else DKIM and SPF of the same domain.

Only a field that names the server whose word counts is believed, and of several the uppermost: that server adds its
own above what a sender may have written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

FIELD_LIMIT = 16 * 1024
# From the left: a bracket in a string begins no comment, and a quotation mark in a comment begins no string.
_STRING_OR_COMMENT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|\((?:[^()\\]|\\.)*\)")
# Of comments in comments.
_DEPTH = 4
_UNREAD = re.compile(r"[\"()\\]")
_METHOD = re.compile(r"([a-z0-9-]+)(?:\s*/\s*[0-9]+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"([a-z0-9-]+)\.([a-z0-9_-]+)\s*=\s*(\"[^\"]*\"|[^\s;]+)", re.IGNORECASE)


class SenderProof(Enum):
    """What is proved of the sender that a mail names."""

    PASSED = "passed"
    FAILED = "failed"
    NONE = "none"


def read_proof(fields: Sequence[str], server_ids: Sequence[str], sender_domain: str) -> SenderProof:
    """Return what the first field of a server in `server_ids` says about the domain of the sender."""
    trusted = {server_id.strip().lower() for server_id in server_ids if server_id.strip()}
    for field in fields:
        server_id, results = _parse(field[:FIELD_LIMIT])
        if server_id in trusted:
            return _judge(results, sender_domain.lower())
    return SenderProof.NONE


def _parse(field: str) -> tuple[str, list[str]]:
    """Return the server's name and the results, without comments and strings, in which a sender's words may stand.

    A field with anything else between quotation marks or brackets proves nothing.
    """
    plain = field
    for _ in range(_DEPTH):
        plain = _STRING_OR_COMMENT.sub(" ", plain)
    if _UNREAD.search(plain):
        return "", []
    first, *results = plain.split(";")
    words = first.split()
    return (words[0].lower() if words else ""), results


def _judge(results: Sequence[str], domain: str) -> SenderProof:
    found = [_read_result(result) for result in results]
    if any(method == "dmarc" and result == "fail" for method, result, _ in found):
        return SenderProof.FAILED
    for method, result, properties in found:
        if method == "dmarc" and result == "pass":
            return SenderProof.PASSED if properties.get("header.from") == domain else SenderProof.NONE
    if any(_is_aligned(method, properties, domain) for method, result, properties in found if result == "pass"):
        return SenderProof.PASSED
    return SenderProof.NONE


def _read_result(result: str) -> tuple[str, str, dict[str, str]]:
    match = _METHOD.match(result.strip())
    if match is None:
        return "", "", {}
    properties = {
        f"{kind}.{name}".lower(): value.strip('"').lower().rstrip(".")
        for kind, name, value in _PROPERTY.findall(result)
    }
    return match[1].lower(), match[2].lower(), properties


def _is_aligned(method: str, properties: dict[str, str], domain: str) -> bool:
    """Return whether what passed belongs to the sender's domain: to it, or for a signature to one above it."""
    if method == "dkim":
        signer = properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]
        # A signature of a whole top-level domain is none.
        return signer == domain or ("." in signer and domain.endswith(f".{signer}"))
    if method == "spf":
        return properties.get("smtp.mailfrom", "").rpartition("@")[2] == domain
    return False
