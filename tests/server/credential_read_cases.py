"""A case for each read method of what users sign in by."""

from __future__ import annotations

from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.identity.oidc.model import OidcIdentity
from hero_assistance_server.identity.passkeys.model import Passkey
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.read_cases import BOB, Case, change_nothing, sees

# Methods that only write; the read methods of their repository see what they write.
CREDENTIAL_WRITES = {
    "oidc_identities.add",
    "oidc_identities.delete_of_user",
    "passkeys.delete",
    "passkeys.delete_of_user",
    "passkeys.save",
}
ISSUER = "https://login.example.org"
IDENTITY = OidcIdentity(ISSUER, "248289761001", UserId("bob"), Millis(1))


PASSKEY = Passkey("AAAA", UserId("bob"), b"key", 0, "a phone", Millis(1))


def add(work: UnitOfWork) -> None:
    work.users.save(BOB, work.now)
    work.oidc_identities.add(IDENTITY)
    work.passkeys.save(PASSKEY)


CREDENTIAL_CASES: dict[str, Case] = {
    "oidc_identities.find": sees(
        lambda work: work.oidc_identities.find(ISSUER, IDENTITY.subject), (change_nothing, None), (add, IDENTITY)
    ),
    "oidc_identities.find_of_user": sees(
        lambda work: work.oidc_identities.find_of_user(ISSUER, IDENTITY.user_id),
        (change_nothing, None),
        (add, IDENTITY),
    ),
    "passkeys.find": sees(lambda work: work.passkeys.find("AAAA"), (change_nothing, None), (add, PASSKEY)),
    "passkeys.list_of": sees(
        lambda work: work.passkeys.list_of(PASSKEY.user_id), (change_nothing, []), (add, [PASSKEY])
    ),
}
