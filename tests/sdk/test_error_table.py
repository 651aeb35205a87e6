"""One table turns errors into RPC codes, HTTP and exit statuses."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.errors import (
    AnotherUser,
    Conflict,
    Deactivated,
    DraftMoved,
    Forbidden,
    HeroError,
    NotFound,
    ProtocolViolation,
    QuotaFull,
    SettingError,
    SocketPathTooLong,
    ThreadMoved,
    TicketMerged,
    TooLarge,
    TooOften,
    Unauthenticated,
    Unreachable,
    UsageError,
)
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.errors import (
    CODES,
    TRANSLATIONS,
    AnswerTooLarge,
    BatchFull,
    InternalError,
    MethodNotFound,
    RpcFailure,
    code_of,
    error_object,
    exit_status,
    http_status,
    translation_of,
)


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (MethodNotFound("m"), -32601, 404),
        (NotFound("m"), -32001, 404),
        (Forbidden("m"), -32002, 403),
        (Unauthenticated("m"), -32003, 401),
        (Deactivated("m"), -32003, 403),
        (AnotherUser("m"), -32015, 403),
        (Conflict("m"), -32004, 409),
        (DraftMoved(sent="b", updated_at=0), -32014, 409),
        (ThreadMoved([]), -32004, 409),
        (TooLarge("m"), -32005, 413),
        (TooOften("m", retry_after_s=1), -32012, 429),
        (QuotaFull("m"), -32013, 507),
        (Unreachable("m"), -32006, 502),
        (ProtocolViolation("m"), -32010, 502),
        (AnswerTooLarge("m"), -32020, 500),
        (BatchFull("m"), -32021, 413),
        (InternalError("m"), -32603, 500),
        (RpcFailure(-32002, "m"), -32000, 502),
        (HeroError("m"), -32000, 500),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, HeroError) else None,
)
def test_row(error: HeroError, code: int, status: int) -> None:
    assert (code_of(type(error)), http_status(error)) == (code, status)


@pytest.mark.parametrize("kind", [UsageError, SettingError, SocketPathTooLong])
def test_a_kind_without_a_row_has_that_of_the_kind_above(kind: type[HeroError]) -> None:
    assert translation_of(kind) is TRANSLATIONS[UsageError]


@pytest.mark.parametrize(("kind", "status"), [(HeroError, 1), (NotFound, 1), (UsageError, 2), (SettingError, 2)])
def test_exit_status(kind: type[HeroError], status: int) -> None:
    assert exit_status(kind("m")) == status


def test_no_two_kinds_share_a_code_unless_one_is_the_other() -> None:
    shared = [(a, b) for a in CODES for b in CODES if a is not b and CODES[a] == CODES[b]]
    assert all(issubclass(a, b) or issubclass(b, a) for a, b in shared)


@pytest.mark.parametrize(
    ("seconds", "retry_after", "hint"),
    [
        (0.2, 1, "try again in 1 second"),
        (36.0, 36, "try again in 36 seconds"),
        (90.5, 91, "try again in 2 minutes"),
        (3600.0, 3600, "try again in 60 minutes"),
    ],
)
def test_too_often_says_when_it_may_be_tried_again(seconds: float, retry_after: int, hint: str) -> None:
    error = TooOften("m", retry_after_s=seconds)
    assert (error.retry_after, error.hint) == (retry_after, hint)
    assert error_object(error)["data"] == {"retry_after": retry_after, "reason": "too-often", "hint": hint}


def test_a_refusal_has_its_kind_and_what_it_names() -> None:
    full = Conflict("50 views are kept", kind=RefusalKind.VIEWS_FULL, values={"limit": 50})
    assert error_object(full)["data"] == {"reason": "conflict", "kind": "views_full", "values": {"limit": 50}}
    merged = error_object(TicketMerged(3, 7))["data"]
    assert (merged["kind"], merged["values"], merged["merged_into"]) == ("ticket_merged", {"ticket": 3, "into": 7}, 7)
    assert "kind" not in error_object(Conflict("of a program"))["data"]
