"""Asks browsers for passkeys, and checks what they answer; the library is imported at the first use."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_server.identity.passkeys.model import Passkey
from hero_assistance_server.identity.passkeys.relying_party import RelyingParty


class PasskeyRefused(Forbidden):
    """What a browser answered is for another page, signed by another key, or was not confirmed by its user."""

    reason = "passkey-refused"
    kind = RefusalKind.PASSKEY_REFUSED


def registration_options(
    party: RelyingParty, challenge: bytes, handle: bytes, *, name: str, project: str, known: Iterable[Passkey]
) -> str:
    """Return what `navigator.credentials.create` is asked with, as JSON."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    options = generate_registration_options(
        rp_id=party.rp_id,
        rp_name=project,
        user_name=name,
        user_id=handle,
        user_display_name=name,
        challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(decode(one.passkey_id)) for one in known],
    )
    return options_to_json(options)


def sign_in_options(party: RelyingParty, challenge: bytes) -> str:
    """Return what `navigator.credentials.get` is asked with, as JSON; the browser offers what it has for the page."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.rp_id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json(options)


def read_challenge(credential: str) -> bytes:
    """Return the challenge that a browser answers; raises `PasskeyRefused`. The rest is checked later."""
    return _bytes_of(_parse(credential).get("response"), "clientDataJSON", "challenge")


def read_id(credential: str) -> str:
    """Return the id of the passkey that answers; raises `PasskeyRefused`."""
    found = _parse(credential).get("id")
    if not isinstance(found, str):
        raise PasskeyRefused("the answer names no passkey")
    return found


def read_handle(credential: str) -> bytes | None:
    """Return whom the passkey says that it is for, `None` where it does not say."""
    response = _parse(credential).get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    return decode(handle) if isinstance(handle, str) else None


def check_registration(party: RelyingParty, credential: str, challenge: bytes) -> tuple[str, bytes, int]:
    """Return the id, the public key and the count of a new passkey; raises `PasskeyRefused`."""
    from webauthn import verify_registration_response

    with _refusing():
        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    return encode(found.credential_id), found.credential_public_key, found.sign_count


def check_sign_in(party: RelyingParty, credential: str, challenge: bytes, passkey: Passkey) -> int:
    """Return the new count of a passkey that signs in; raises `PasskeyRefused`, also where its count went back."""
    from webauthn import verify_authentication_response

    with _refusing():
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    return found.new_sign_count


def encode(value: bytes) -> str:
    """Return bytes in base64url."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bytes of base64url; raises `PasskeyRefused`."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise PasskeyRefused("the answer is not base64url where it has to be") from None


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what the library raises for an answer into `PasskeyRefused`: its parsers let errors of Python through."""
    from cbor2 import CBORDecodeError
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        yield
    except (
        WebAuthnException,
        CBORDecodeError,
        InvalidSignature,
        UnsupportedAlgorithm,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise PasskeyRefused("the answer of the passkey is refused", hint=str(error)) from None


def _parse(credential: str) -> dict[str, Any]:
    try:
        found = json.loads(credential)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise PasskeyRefused("the answer is no JSON of a passkey")
    return found


def _bytes_of(response: object, name: str, inner: str) -> bytes:
    """Return the bytes that an inner JSON text has under a name."""
    text = response.get(name) if isinstance(response, dict) else None
    found = _parse(decode(text).decode("utf-8", "replace")).get(inner) if isinstance(text, str) else None
    if not isinstance(found, str):
        raise PasskeyRefused(f"the answer has no {inner}")
    return decode(found)
