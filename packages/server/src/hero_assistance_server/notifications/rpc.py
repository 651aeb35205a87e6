"""`notification.*`: which letters the caller wants, and which not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.field_faults import FaultKind
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server.identity.permissions import EVERYONE, KNOWN, Caller
from hero_assistance_server.notifications import model
from hero_assistance_server.notifications.service import configure, mute_ticket, unsubscribe
from hero_assistance_server.notifications.unsubscribe import TOKEN_LIMIT
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.rpc.changes import require_change
from hero_assistance_server.rpc.params import TAGS_LIMIT, Fault, Tag, TicketParams, ZoneName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Storage
from hero_assistance_server.users.model import User

_DEFAULTS: dict[str, Any] = {
    "email": None,
    "replies": True,
    "answers": True,
    "assignments": True,
    "mentions": True,
    "new_tickets": False,
    "new_ticket_tags": [],
    "quiet_from": None,
    "quiet_until": None,
    "time_zone": None,
}
_READS = Example("An agent has set nothing", "bob", {}, _DEFAULTS)
_SETS = Example(
    "An agent sleeps at night, and wants to know of every new ticket about the VPN",
    "bob",
    {
        "new_tickets": True,
        "new_ticket_tags": ["vpn"],
        "quiet_from": "22:00",
        "quiet_until": "07:00",
        "time_zone": "Europe/Berlin",
    },
    _DEFAULTS
    | {
        "new_tickets": True,
        "new_ticket_tags": ["vpn"],
        "quiet_from": "22:00",
        "quiet_until": "07:00",
        "time_zone": "Europe/Berlin",
    },
)
_MUTES = Example("A customer has had enough", "carol", {"ticket_id": 1}, True)

_UNSUBSCRIBES = Example("Somebody has cut the link of a mail", "carol", {"token": "MTIvY2Fyb2w"}, False)

TimeOfDay = Annotated[
    Annotated[
        str,
        StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
        Fault(FaultKind.TIME_OF_DAY, "this is no time of day, such as 22:00"),
    ]
    | None,
    Field(description="Such as `22:00`, in `time_zone`."),
]


class Configure(Params):
    """What to set; what is null stays. `quiet` false ends quiet hours."""

    replies: Annotated[bool | None, Field(description="Replies on the caller's own tickets.")] = None
    answers: Annotated[bool | None, Field(description="Of customers, on tickets that the agent takes part in.")] = None
    assignments: bool | None = None
    mentions: bool | None = None
    new_tickets: bool | None = None
    new_ticket_tags: Annotated[
        Annotated[list[Tag], Field(max_length=TAGS_LIMIT)] | None,
        Field(description="New tickets with one of these tags alone; none is every new ticket."),
    ] = None
    quiet_from: TimeOfDay = None
    quiet_until: TimeOfDay = None
    quiet: Annotated[bool | None, Field(description="False: no quiet hours any more.")] = None
    time_zone: ZoneName = None


class Mute(TicketParams):
    """Which ticket, and whether letters about it stop or go on."""

    muted: bool = True


class Unsubscribe(Params):
    """The token of a letter."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=TOKEN_LIMIT)]


class NotificationSettings(Result):
    """Which letters a user wants, and the address that they go to; without an address there are none."""

    email: str | None
    replies: bool
    answers: bool
    assignments: bool
    mentions: bool
    new_tickets: bool
    new_ticket_tags: list[str]
    quiet_from: str | None
    quiet_until: str | None
    time_zone: str | None


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""

    @table.method(
        "notification.settings", allow=KNOWN, page=True, errors=[Unauthenticated, Unavailable], examples=[_READS]
    )
    async def settings(caller: Caller, _params: NoParams) -> NotificationSettings:
        """Read which letters the caller wants."""
        user = caller.known()
        found = await storage.read(lambda snapshot: snapshot.notifications.settings_of(user.user_id))
        return _serialize(user, found)

    @table.method(
        "notification.configure",
        allow=KNOWN,
        page=True,
        adds=Usage.CHANGES,
        errors=[Unauthenticated, Forbidden, Conflict, Unavailable],
        examples=[_SETS],
    )
    async def configure_(caller: Caller, params: Configure) -> NotificationSettings:
        """Set which letters the caller wants, and when they are not to come."""
        require_change("notification.configure", params)
        chosen = params.model_dump(exclude_none=True, exclude={"quiet"})
        found = await storage.write(lambda work: configure(work, caller, chosen, quiet=params.quiet))
        return _serialize(caller.known(), found)

    @table.method(
        "notification.mute",
        allow=KNOWN,
        page=True,
        adds=Usage.CHANGES,
        errors=[Unauthenticated, NotFound, Unavailable],
        examples=[_MUTES],
    )
    async def mute(caller: Caller, params: Mute) -> bool:
        """Stop the letters about a ticket for the caller, or let them go on; returns whether that is a change."""
        return await storage.write(lambda work: mute_ticket(work, caller, params.ticket_id, muted=params.muted))

    @table.method(
        "notification.unsubscribe", allow=EVERYONE, errors=[Unauthenticated, Unavailable], examples=[_UNSUBSCRIBES]
    )
    async def unsubscribe_(caller: Caller, params: Unsubscribe) -> bool:
        """Stop the letters about a ticket by the token that a letter has; false for one that is none of ours.

        A device of the overlay has to be signed in: the link of a letter leads to the page.
        """
        if caller.is_over_tcp:
            caller.known()
        return await storage.write(lambda work: unsubscribe(work, params.token))


def _serialize(user: User, settings: model.NotificationSettings) -> NotificationSettings:
    return NotificationSettings(email=user.email, **asdict(settings))
