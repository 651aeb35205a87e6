"""Types of params with their limits, shared by the methods; the OpenRPC document shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from hero_assistance_sdk.rpc.methods import Params
from hero_assistance_sdk.size_limits import TEXT_BYTES
from hero_assistance_sdk.wire import MessageId, Millis, TicketId, UserId
from hero_assistance_server.identity.authentication import USER_ID_LIMIT

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

# One line with something to see in it: no control characters, and not only spaces.
_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
# SQLite keeps a NUL, and many tools stop reading at it.
_NO_NUL = r"^[^\x00]*$"
_SOMETHING = r"^[^\x00]*[^\s\x00][^\x00]*$"


def _in_bytes(text: str) -> str:
    size = len(text.encode())
    if size > BODY_LIMIT:
        raise PydanticCustomError(
            "too_many_bytes",
            "the text has {size} bytes in UTF-8; at most {limit} are accepted",
            {"size": size, "limit": BODY_LIMIT},
        )
    return text


Title = Annotated[
    str,
    StringConstraints(min_length=1, max_length=TITLE_LIMIT, pattern=_LINE),
    Field(description="One line, not blank."),
]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=TAG_LIMIT, pattern=_LINE)]
Tags = Annotated[
    tuple[Tag, ...],
    Field(max_length=TAGS_LIMIT, description="Each one line, not blank; the same one twice counts once."),
]
OptionalText = Annotated[
    str,
    StringConstraints(max_length=BODY_LIMIT, pattern=_NO_NUL),
    AfterValidator(_in_bytes),
    Field(description=f"Markdown; at most {BODY_LIMIT} bytes in UTF-8, no NUL; may be empty."),
]
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=BODY_LIMIT, pattern=_SOMETHING),
    AfterValidator(_in_bytes),
    Field(description=f"Markdown; at most {BODY_LIMIT} bytes in UTF-8, no NUL, not blank."),
]
_Token = Annotated[str, StringConstraints(min_length=1, max_length=TOKEN_LIMIT, pattern=r"^[!-~]+$")]
ClientToken = Annotated[
    _Token | None,
    Field(description="Printable ASCII; the same token again makes nothing new, so that a retry is safe."),
]
KnownMessageId = Annotated[MessageId, Field(ge=1, le=ID_LIMIT)]
KnownTime = Annotated[Millis, Field(ge=0, le=TIME_LIMIT, description="Milliseconds since 1970 in UTC.")]
UserName = Annotated[UserId, StringConstraints(min_length=1, max_length=USER_ID_LIMIT)]
PersonName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=NAME_LIMIT, pattern=_LINE),
    Field(description="One line, not blank, as others are shown it."),
]
Email = Annotated[
    str,
    StringConstraints(max_length=USER_ID_LIMIT, pattern=r"^[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+$"),
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
PageLimit = Annotated[int, Field(ge=1, le=PAGE_LIMIT)]


class TicketParams(Params):
    """For a method that is about one ticket."""

    ticket_id: KnownTicketId
