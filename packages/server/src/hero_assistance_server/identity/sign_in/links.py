"""Makes links and codes, and takes each back once."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from hero_assistance_sdk.errors import Unavailable
from hero_assistance_server.identity.secret_tokens import hash_address, hash_token, make_code, make_token
from hero_assistance_server.identity.sign_in.code_key import CodeKey
from hero_assistance_server.identity.sign_in.model import IssuedToken, SignInToken
from hero_assistance_server.identity.sign_in.rules import (
    CODE_LIFE,
    CODE_TRIES,
    LinkPlan,
    count_wrong_code,
    is_valid,
    takes_codes,
)
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User


@dataclass(frozen=True, slots=True)
class LinkOrCode:
    """What a user has shown: the token of a link, or a code with the address that it was sent to."""

    token: str | None = None
    email: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """The links and codes of a desk."""

    key: CodeKey

    def issue(self, work: UnitOfWork, email: str, user: User | None, plan: LinkPlan) -> IssuedToken:
        """Make a link for an address, in place of the earlier one of its kind; raises `Unavailable`."""
        now = millis(work.now)
        work.sign_in_tokens.delete_expired(now)
        token, code, address_hash = make_token(), make_code(), hash_address(fold_name(email))
        expires_at, code_expires_at = millis(work.now + plan.life), millis(work.now + CODE_LIFE)
        work.sign_in_tokens.save(
            SignInToken(
                address_hash=address_hash,
                kind=plan.kind,
                user_id=None if user is None else user.user_id,
                token_hash=hash_token(token),
                expires_at=expires_at,
                code_hash=self._hash(code, address_hash) if plan.has_code else None,
                code_expires_at=code_expires_at,
                tries_left=CODE_TRIES,
            )
        )
        return IssuedToken(token, expires_at, *((code, code_expires_at) if plan.has_code else (None, None)))

    def take_user(self, work: UnitOfWork, proof: LinkOrCode) -> User | None:
        """Return the user of a link or code; all of the address are used up by that. `None` where it is none."""
        found = self._find(work, proof)
        if found is None or found.user_id is None or not is_valid(found, millis(work.now)):
            return None
        work.sign_in_tokens.delete(found.address_hash)
        user = work.users.find(found.user_id)
        return user if user is not None and user.active else None

    def _find(self, work: UnitOfWork, proof: LinkOrCode) -> SignInToken | None:
        if proof.token is not None:
            return work.sign_in_tokens.find_by_token(hash_token(proof.token))
        address_hash, now = hash_address(fold_name(proof.email)), millis(work.now)
        candidates = [one for one in work.sign_in_tokens.list_of_address(address_hash) if takes_codes(one, now)]
        found = _match(candidates, self._hash(proof.code, address_hash))
        if found is None:
            for candidate in candidates:
                work.sign_in_tokens.save(count_wrong_code(candidate))
        return found

    def _hash(self, code: str, address_hash: bytes) -> bytes:
        try:
            return self.key.hash(code, address_hash)
        except OSError as error:
            raise Unavailable(f"codes cannot be made: {error.strerror}", hint="hero_assistance doctor") from error


def _match(candidates: Sequence[SignInToken], code_hash: bytes) -> SignInToken | None:
    """Return the link whose code it is; each is compared, so that the time tells nothing."""
    found = None
    for candidate in candidates:
        if candidate.code_hash is not None and hmac.compare_digest(candidate.code_hash, code_hash):
            found = candidate
    return found
