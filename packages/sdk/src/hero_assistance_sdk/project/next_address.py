"""Whether a call that has failed at one address of a project may be sent to another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from hero_assistance_sdk.errors import STORE_UNAVAILABLE, HeroError, Unavailable
from hero_assistance_sdk.project.address_book import AddressBook, none_answers
from hero_assistance_sdk.rpc.client import decode_answer
from hero_assistance_sdk.rpc.errors import RpcFailure

# A call with it is executed once, however often it is sent.
CLIENT_TOKEN = "client_token"  # noqa: S105
# Its token is of the message that is to follow. What it saves a second time is based on what it has saved already.
_SAVE_DRAFT = "draft.save"
# An error that a server answers with is shorter; what is longer is a result, and not read for this.
_ERROR_BYTES = 16 * 1024


def may_repeat(method: str, params: Mapping[str, Any]) -> bool:
    """Return whether a call that may have been executed can be sent again."""
    return params.get(CLIENT_TOKEN) is not None and method != _SAVE_DRAFT


def has_lost_its_store(error: HeroError) -> bool:
    """Return whether a server says that it has no database now; one at another address may have."""
    return isinstance(error, RpcFailure) and error.remote_reason == STORE_UNAVAILABLE


def note_answer(book: AddressBook, address: str, error: HeroError | None = None) -> None:
    """Note that an address has answered, with a result or this error; what has lost its database rests."""
    if error is not None and book.has_several and has_lost_its_store(error):
        book.note_failure(address, error)
    else:
        book.note_answer(address)


def note_lost_store(book: AddressBook, address: str, body: bytes) -> bool:
    """Have an address rest whose answer says that the server has no database now; return whether it says so."""
    if not book.has_several or len(body) > _ERROR_BYTES or STORE_UNAVAILABLE.encode() not in body:
        return False
    try:
        decode_answer(address, HTTPStatus.OK, body)
    except HeroError as error:
        note_answer(book, address, error)
        return has_lost_its_store(error)
    return False


def is_refused_for_now(method: str, status: int) -> bool:
    """Return whether a request that got this HTTP status was not executed, and may be answered elsewhere."""
    return method in ("GET", "HEAD") and status == HTTPStatus.SERVICE_UNAVAILABLE


def not_serving(address: str) -> Unavailable:
    """Return the error of an address where a server says that it cannot serve now."""
    return Unavailable(f"{address} cannot serve now")


def last_failure(failures: Sequence[HeroError]) -> HeroError:
    """Return the error of a call that was executed at no address: a server's own words, if one has answered."""
    answers = [error for error in failures if isinstance(error, RpcFailure)]
    return answers[-1] if answers else none_answers(failures)
