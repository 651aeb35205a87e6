"""The tree of errors with messages for users and callers.

An error carries a kebab-case `reason`, a `message` of one line, and where one helps a `hint`.
`rpc.errors` turns it into a JSON-RPC error, an HTTP status or an exit status, by one table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, ClassVar

from hero_assistance_sdk.refusals import RefusalKind

# The reason of a server that has no database now.
STORE_UNAVAILABLE = "store-unavailable"
# A longer wait is said in minutes.
_LONG_WAIT_S = 90.0


# The values that a sentence names, by the names that the meaning of its kind has.
Values = Mapping[str, str | int]


class HeroError(Exception):
    """An expected failure: shown as one line and a hint, never as a traceback."""

    reason: ClassVar[str] = "failed"
    # Why a call is refused, with what its sentence names: by these a page says it in the language of its reader.
    kind: RefusalKind | None = None
    values: Mapping[str, str | int] = {}
    # What a program can use in addition to the reason; it travels in a JSON-RPC error's data.
    details: Mapping[str, Any] = {}
    # The last lines of a log that explains the error.
    log_lines: tuple[str, ...] = ()
    # Whole seconds after which the same request may succeed; it becomes the header `Retry-After`.
    retry_after: int | None = None

    def __init__(
        self, message: str, *, hint: str | None = None, kind: RefusalKind | None = None, values: Values | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if kind is not None:
            self.kind = kind
            self.values = values or {}

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message

    @property
    def line(self) -> str:
        """The message and the hint, for places that hold one line."""
        return f"{self.message}: {self.hint}" if self.hint else self.message


class UsageError(HeroError):
    """The command line, a setting or an argument is wrong."""

    reason = "usage"


class SettingError(UsageError):
    """A setting from the environment has a value that cannot be used."""

    reason = "bad-setting"


class SocketPathTooLong(SettingError):
    """A Unix socket path is longer than the kernel accepts."""

    reason = "socket-path-too-long"


class AddressInUse(HeroError):
    """Another process listens where this program wants to listen."""

    reason = "address-in-use"


class Unreachable(HeroError):
    """The other side of a call does not answer: no socket, refused, closed or too slow."""

    reason = "unreachable"


class ProtocolViolation(HeroError):
    """The answer of the other side does not follow the protocol."""

    reason = "protocol-violation"


class Unavailable(HeroError):
    """The other side runs but cannot do it now; the same request may succeed later."""

    reason = "unavailable"


class NotFound(HeroError):
    """The named thing does not exist, or this caller may not know that it does."""

    reason = "not-found"


class Forbidden(HeroError):
    """The caller is known and may not do this."""

    reason = "forbidden"


class Unauthenticated(HeroError):
    """The request does not say who is calling."""

    reason = "unauthenticated"


class Deactivated(Unauthenticated):
    """The request names a user who is deactivated: asking again does not help."""

    reason = "deactivated"


class AnotherUser(Unauthenticated):
    """The request was made for one user, and another one is calling: somebody else has signed in meanwhile."""

    reason = "another-user"


class Conflict(HeroError):
    """The state has changed since the request was made."""

    reason = "conflict"


class ThreadMoved(Conflict):
    """Others have written since the caller read the thread; `messages` holds the first of theirs, as JSON values."""

    reason = "thread-moved"

    def __init__(self, messages: Sequence[Mapping[str, Any]], *, and_more: bool = False) -> None:
        count = len(messages)
        more = "more than " if and_more else ""
        written = "1 message has been written" if count == 1 else f"{more}{count} messages have been written"
        super().__init__(f"{written} since", hint="read them, then send again, or at once with force")
        self.details = {"messages": list(messages)}


class DraftMoved(Conflict):
    """The draft was sent, or is another one than the caller goes on from.

    `sent` is the text that was sent, null for the other case; `updated_at` is that of the draft now, 0 for none.
    """

    reason = "draft-moved"

    def __init__(self, *, sent: str | None, updated_at: int) -> None:
        changed = sent is None
        super().__init__(
            "the draft was changed elsewhere since" if changed else "this draft was sent already",
            hint="read it by draft.get, and go on from there" if changed else "begin another one, with another token",
        )
        self.details = {"sent": sent, "updated_at": updated_at}


class TicketMerged(Conflict):
    """The ticket was merged into another one, where it goes on; `merged_into` is the number of that one."""

    def __init__(self, ticket_id: int, into: int, *, hint: str | None = None) -> None:
        super().__init__(
            f"ticket {ticket_id} was merged into ticket {into}",
            hint=hint or f"go on with ticket {into}",
            kind=RefusalKind.TICKET_MERGED,
            values={"ticket": ticket_id, "into": into},
        )
        self.details = {"merged_into": into}


class TooMany(HeroError):
    """This caller has as many of these open as one caller may."""

    reason = "too-many"


class TooOften(HeroError):
    """This caller does this more often than its documented rate; `retry_after` says when it may again."""

    reason = "too-often"

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float,
        hint: str | None = None,
        kind: RefusalKind | None = None,
        values: Values | None = None,
    ) -> None:
        super().__init__(message, hint=hint or f"try again in {describe_wait(retry_after_s)}", kind=kind, values=values)
        self.retry_after = max(1, ceil(retry_after_s))
        self.details = {"retry_after": self.retry_after}


class QuotaFull(HeroError):
    """What is stored for this caller, or for the whole project, has reached its quota."""

    reason = "quota-full"


class TooSlow(HeroError):
    """A request takes longer to arrive than its documented limit."""

    reason = "too-slow"


class TooLarge(HeroError):
    """A request is larger than its documented limit."""

    reason = "too-large"


def describe_wait(seconds: float) -> str:
    """A time to wait in words, rounded up: `1 second`, `40 seconds`, `12 minutes`."""
    count, unit = (ceil(seconds), "second") if seconds <= _LONG_WAIT_S else (ceil(seconds / 60), "minute")
    return f"{max(1, count)} {unit}{'' if count <= 1 else 's'}"
