"""Types of params with their limits, shared by the methods; the OpenRPC document shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, core_schema

from hero_assistance_sdk.rpc.field_faults import FaultKind, ValueFault
from hero_assistance_sdk.rpc.methods import Params
from hero_assistance_sdk.size_limits import TEXT_BYTES
from hero_assistance_sdk.wire import MessageId, Millis, TicketId, UserId
from hero_assistance_server.texts import clean_line, clean_tag, clean_text, is_blank
from hero_assistance_server.time_zones import NAME_LIMIT as ZONE_LIMIT
from hero_assistance_server.time_zones import zone_of
from hero_assistance_server.users.login_names import LOGIN_LIMIT

# A line of a list, and of a mail's subject (RFC 5322 asks for less than 998).
TITLE_LIMIT = 300
# Longer texts are attachments.
BODY_LIMIT = TEXT_BYTES
TAGS_LIMIT = 20
TAG_LIMIT = 50
NAME_LIMIT = 100
TOKEN_LIMIT = 100
PAGE_LIMIT = 200
# A cursor may hold the name that its page ended with.
CURSOR_LIMIT = 4096
FILTER_LIMIT = 1000
PAGE_DEFAULT = 50
# The largest integer of the database.
ID_LIMIT = 2**63 - 1
# The end of the year 9999, where calendars end.
TIME_LIMIT = 253_402_300_799_999

# SQLite keeps a NUL, and many tools stop reading at it.
_NO_NUL = r"^[^\x00]*$"
# What the document says of lines and texts; `texts` has the whole rules.
_LINE = {"pattern": r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"}
_TEXT = {"pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]*$"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Says in plain words what does not fit, in the place of the pattern; the last annotation of a type."""

    kind: FaultKind
    message: str
    limit: int | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check as before, and say this."""
        details: dict[str, Any] = {} if self.limit is None else {"limit": self.limit}
        return core_schema.custom_error_schema(
            handler(source), self.kind.value, custom_error_message=self.message, custom_error_context=details
        )


def _clean_by(clean: Callable[[str], str], limit: int) -> AfterValidator:
    """Apply the rule of a kind of text, which may make it a little longer."""

    def check(text: str) -> str:
        cleaned = clean(text)
        if len(cleaned) > limit:
            raise ValueFault(f"it has more than {limit} characters", FaultKind.TOO_LONG, limit=limit)
        return cleaned

    return AfterValidator(check)


def _in_bytes(text: str) -> str:
    size = len(text.encode())
    if size > BODY_LIMIT:
        words = f"the text has {size} bytes in UTF-8; at most {BODY_LIMIT} are accepted"
        raise ValueFault(words, FaultKind.TOO_MANY_BYTES, limit=BODY_LIMIT)
    return text


def known_zone(name: str) -> str:
    """Return the name of a zone; raises `ValueFault`."""
    zone_of(name)
    return name


def known_zone_or_none(name: str) -> str:
    """Return the name of a zone, or the empty text; raises `ValueFault`."""
    return known_zone(name) if name else name


def _not_blank(text: str) -> str:
    if is_blank(text):
        raise ValueFault("there is nothing to see in it", FaultKind.BLANK)
    return text


Title = Annotated[
    str,
    Field(min_length=1, max_length=TITLE_LIMIT, description="One line, not blank.", json_schema_extra=_LINE),
    _clean_by(clean_line, TITLE_LIMIT),
]
Tag = Annotated[
    str, Field(min_length=1, max_length=TAG_LIMIT, json_schema_extra=_LINE), _clean_by(clean_tag, TAG_LIMIT)
]
Tags = Annotated[
    tuple[Tag, ...],
    Field(max_length=TAGS_LIMIT, description="Each one line, not blank, in small letters; the same one counts once."),
]
OptionalText = Annotated[
    str,
    Field(
        max_length=BODY_LIMIT,
        description=f"Markdown; at most {BODY_LIMIT} bytes in UTF-8, no control characters; may be empty.",
        json_schema_extra=_TEXT,
    ),
    _clean_by(clean_text, BODY_LIMIT),
    AfterValidator(_in_bytes),
]
Text = Annotated[
    str,
    Field(
        min_length=1,
        max_length=BODY_LIMIT,
        description=f"Markdown; at most {BODY_LIMIT} bytes in UTF-8, no control characters, not blank.",
        json_schema_extra=_TEXT,
    ),
    _clean_by(clean_text, BODY_LIMIT),
    AfterValidator(_in_bytes),
    AfterValidator(_not_blank),
]
_Token = Annotated[str, StringConstraints(min_length=1, max_length=TOKEN_LIMIT, pattern=r"^[!-~]+$")]
ClientToken = Annotated[
    _Token | None,
    Field(description="Printable ASCII; the same token again makes nothing new, so that a retry is safe."),
]
KnownMessageId = Annotated[MessageId, Field(ge=1, le=ID_LIMIT)]
KnownTime = Annotated[Millis, Field(ge=0, le=TIME_LIMIT, description="Milliseconds since 1970 in UTC.")]
UserName = Annotated[UserId, StringConstraints(min_length=1, max_length=LOGIN_LIMIT)]
PersonName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=NAME_LIMIT,
        description="One line, not blank, as others are shown it.",
        json_schema_extra=_LINE,
    ),
    _clean_by(clean_line, NAME_LIMIT),
]
Email = Annotated[
    str,
    StringConstraints(max_length=LOGIN_LIMIT, pattern=r"^[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+$"),
    Fault(FaultKind.EMAIL, "this is no e-mail address, such as ann@example.org"),
    Field(description="An e-mail address; capitals do not matter."),
]
KnownTicketId = Annotated[TicketId, Field(ge=1, le=ID_LIMIT)]


Cursor = Annotated[
    Annotated[str, Field(max_length=CURSOR_LIMIT)] | None,
    Field(description="`next_cursor` of the page before; none for the first."),
]
FilterText = Annotated[
    str,
    StringConstraints(max_length=FILTER_LIMIT, pattern=_NO_NUL),
    Field(description="Conditions in the filter language."),
]
ZoneName = Annotated[
    Annotated[str, Field(max_length=ZONE_LIMIT), AfterValidator(known_zone)] | None,
    Field(description="An IANA time zone, such as `Europe/Berlin`, in which days begin; else the caller's, else UTC."),
]
PageLimit = Annotated[int, Field(ge=1, le=PAGE_LIMIT)]


class TicketParams(Params):
    """For a method that is about one ticket."""

    ticket_id: KnownTicketId
