"""A case for each read method of sessions, links and codes."""

from __future__ import annotations

from dataclasses import replace

from hero_assistance_sdk.wire import Millis
from hero_assistance_server.identity.sessions.model import Session, SignInMethod
from hero_assistance_server.identity.sign_in.model import LinkKind, RatedUse, SignInToken
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.read_cases import BOB, Case, sees

SESSION = Session("s1", b"h1", BOB.user_id, "laptop", SignInMethod.LINK, Millis(1), Millis(2), Millis(9))
TOKEN = SignInToken(b"a1", LinkKind.REQUESTED, BOB.user_id, b"t1", Millis(9), b"c1", Millis(9), 5)
INVITED = replace(TOKEN, kind=LinkKind.INVITED, token_hash=b"t2", code_hash=None)
WRONG_ONCE = replace(TOKEN, tries_left=4)

# Methods that only write; the read methods of their repository see what they write.
IDENTITY_WRITES = {
    "sessions.add",
    "sessions.delete",
    "sessions.delete_expired",
    "sessions.note_seen",
    "sign_in_rates.delete_full",
    "sign_in_rates.save",
    "sign_in_tokens.delete",
    "sign_in_tokens.delete_expired",
    "sign_in_tokens.delete_of_user",
    "sign_in_tokens.save",
}


def add_session(work: UnitOfWork) -> None:
    work.sessions.add(SESSION)


def use_session(work: UnitOfWork) -> None:
    work.sessions.note_seen({SESSION.session_id: Millis(7)})


def delete_session(work: UnitOfWork) -> None:
    work.sessions.delete(SESSION.session_id)


def expire_nothing(work: UnitOfWork) -> None:
    work.sessions.delete_expired(Millis(8))
    work.sign_in_tokens.delete_expired(Millis(8))


def expire_all(work: UnitOfWork) -> None:
    work.sessions.delete_expired(Millis(9))
    work.sign_in_tokens.delete_expired(Millis(9))


def save_token(work: UnitOfWork) -> None:
    work.sign_in_tokens.save(TOKEN)


def save_invitation(work: UnitOfWork) -> None:
    work.sign_in_tokens.save(INVITED)


def save_rate(work: UnitOfWork) -> None:
    work.sign_in_rates.save(b"a1", RatedUse.CODE, Millis(9))


def forget_rates(work: UnitOfWork) -> None:
    work.sign_in_rates.delete_full(Millis(9))


def count_try(work: UnitOfWork) -> None:
    work.sign_in_tokens.save(WRONG_ONCE)


def delete_token(work: UnitOfWork) -> None:
    work.sign_in_tokens.delete(TOKEN.address_hash)


def delete_tokens_of_bob(work: UnitOfWork) -> None:
    work.sign_in_tokens.delete_of_user(BOB.user_id)


USED = replace(SESSION, last_seen_at=Millis(7))
IDENTITY_CASES: dict[str, Case] = {
    "sessions.find": sees(
        lambda work: work.sessions.find("s1"), (add_session, SESSION), (use_session, USED), (delete_session, None)
    ),
    "sessions.list_all": sees(
        lambda work: work.sessions.list_all(), (add_session, [SESSION]), (expire_nothing, [SESSION]), (expire_all, [])
    ),
    "sessions.iterate_for": sees(
        lambda work: [*work.sessions.iterate_for(BOB.user_id)], (add_session, [SESSION]), (delete_session, [])
    ),
    "sign_in_tokens.find_by_token": sees(
        lambda work: work.sign_in_tokens.find_by_token(b"t1"),
        (save_token, TOKEN),
        (count_try, WRONG_ONCE),
        (delete_token, None),
        (save_token, TOKEN),
        (expire_nothing, TOKEN),
        (expire_all, None),
    ),
    "sign_in_tokens.list_of_address": sees(
        lambda work: work.sign_in_tokens.list_of_address(b"a1"),
        (save_token, [TOKEN]),
        (save_invitation, [INVITED, TOKEN]),
        (delete_tokens_of_bob, []),
    ),
    "sign_in_rates.find": sees(
        lambda work: work.sign_in_rates.find(b"a1", RatedUse.CODE), (save_rate, Millis(9)), (forget_rates, None)
    ),
}
