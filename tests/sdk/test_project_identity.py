"""The proof of a project's identity: what is accepted, against an implementation of its own."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.errors import (
    Forbidden,
    HeroError,
    TooMany,
    TooOften,
    TooSlow,
    Unavailable,
    Unreachable,
    UsageError,
)
from hero_assistance_sdk.project.address_book import AddressBook
from hero_assistance_sdk.project.identity import (
    KEY_BITS,
    PUBLIC_EXPONENT,
    AnotherProject,
    check_proof,
    format_address,
    is_signed,
    new_challenge,
    parse_project_id,
    project_id_of,
)
from hero_assistance_sdk.project.proof_request import ProofRequest
from hero_assistance_sdk.rpc.errors import MethodNotFound, failure, http_status

pytestmark = pytest.mark.pure

KEY = generate_private_key(PUBLIC_EXPONENT, KEY_BITS)
SIZE = KEY_BITS // 8
# Of a server of an earlier release, and of one that does not answer at the address.
_REFUSALS: list[HeroError] = [MethodNotFound("m"), Forbidden("f")]


class FullDisk(Unavailable):
    """An error of the kind with a reason of its own, as the server's database has them."""

    reason = "disk-full"


_NOT_NOW = [TooOften("t", retry_after_s=1.0), TooMany("t"), TooSlow("t"), Unavailable("t"), FullDisk("t")]


def _public(key: RSAPrivateKey = KEY) -> bytes:
    return key.public_key().public_numbers().n.to_bytes(key.key_size // 8, "big")


def _sign(content: bytes) -> bytes:
    return KEY.sign(content, PKCS1v15(), SHA256())


@given(st.binary(max_size=300))
def test_what_the_library_signs_is_signed(content: bytes) -> None:
    assert is_signed(_public(), content, _sign(content))


@given(st.binary(max_size=50), st.integers(0, SIZE - 1), st.integers(1, 255))
def test_a_signature_with_another_byte_is_none(content: bytes, place: int, change: int) -> None:
    signature = bytearray(_sign(content))
    signature[place] ^= change
    assert not is_signed(_public(), content, bytes(signature))


def test_a_signature_of_another_scheme_is_none() -> None:
    pss = KEY.sign(b"content", PSS(MGF1(SHA256()), PSS.MAX_LENGTH), SHA256())
    assert not is_signed(_public(), b"content", pss)
    assert not is_signed(_public(), b"content", KEY.sign(b"content", PKCS1v15(), SHA1()))  # noqa: S303


def test_a_number_above_the_modulus_is_no_signature() -> None:
    modulus = int.from_bytes(_public(), "big")
    contents = (b"content %d" % number for number in range(1000))
    # The sum has as many bytes as a signature for a part of the contents, which is smaller the larger the modulus is.
    content, number = next(
        (content, number)
        for content in contents
        if (number := int.from_bytes(_sign(content), "big") + modulus).bit_length() <= KEY_BITS
    )
    assert not is_signed(_public(), content, number.to_bytes(SIZE, "big"))


@pytest.mark.parametrize(
    ("key", "signature"),
    [
        (b"", b""),
        (b"\0" * SIZE, b"\0" * SIZE),
        (b"\xff" * SIZE, b"\0" * SIZE),
        (b"\xff" * SIZE, b"\0" * (SIZE - 1) + b"\1"),
    ],
)
def test_degenerate_keys_sign_nothing(key: bytes, signature: bytes) -> None:
    assert not is_signed(key, b"content", signature)


def test_a_short_key_signs_nothing() -> None:
    short = generate_private_key(PUBLIC_EXPONENT, 1024)  # noqa: S505
    assert not is_signed(_public(short), b"content", short.sign(b"content", PKCS1v15(), SHA256()))


@pytest.mark.parametrize(
    "proof", [None, [], {}, {"key": 1, "signature": 2}, {"key": "ä", "signature": "?"}, {"key": "A" * 9999}]
)
def test_what_is_no_proof_proves_nothing(proof: object) -> None:
    with pytest.raises(AnotherProject):
        check_proof("desk", proof, new_challenge(), "127.0.0.1:1", None)


def test_an_id_is_read_as_it_is_written() -> None:
    project_id = project_id_of(_public())
    assert parse_project_id(f" {project_id.upper()} ") == project_id
    for text in ("", project_id[:-1], "1" * 52):
        with pytest.raises(UsageError):
            parse_project_id(text)


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("::ffff:127.0.0.1", "127.0.0.1:9770"),
        ("400:0:0::1", "[400::1]:9770"),
        ("fe80::1%eth0", "[fe80::1]:9770"),
        ("192.0.2.1", "192.0.2.1:9770"),
    ],
)
def test_both_ends_write_an_address_one_way(host: str, written: str) -> None:
    assert format_address(host, 9770) == written


@pytest.mark.parametrize("refusal", _NOT_NOW, ids=lambda error: error.reason)
def test_a_server_that_has_no_time_for_a_proof_is_away(refusal: HeroError) -> None:
    with pytest.raises(Unreachable, match="cannot prove now"):
        _check(http_status(refusal), json.dumps(failure(refusal)))


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_server_behind_a_proxy_that_finds_it_away_is_away(status: int) -> None:
    with pytest.raises(Unreachable, match="cannot prove now"):
        _check(status, "<html>Bad Gateway</html>")


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "<html>"), (404, "Not Found"), (200, "{}"), *((200, json.dumps(failure(error))) for error in _REFUSALS)],
)
def test_what_refuses_a_proof_is_another_project(status: int, body: str) -> None:
    with pytest.raises(AnotherProject, match="does not prove"):
        _check(status, body)


def _check(status: int, body: str) -> None:
    ProofRequest(AddressBook(["desk:1"]), "desk:1", "192.0.2.1:1").check(status, body.encode())
