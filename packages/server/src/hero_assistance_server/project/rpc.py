"""`project.*`: the settings of the whole project."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.field_faults import FaultKind, ValueFault
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.passkeys.relying_party import relying_party
from hero_assistance_server.identity.permissions import EVERYONE, KNOWN, OPERATORS, Caller
from hero_assistance_server.languages.registry import LANGUAGES, TAG, TAG_LIMIT, find_language
from hero_assistance_server.project import rules
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.project.service import update_project
from hero_assistance_server.quotas.rules import GIB, MIB
from hero_assistance_server.rpc.changes import require_change
from hero_assistance_server.rpc.params import Fault, PersonName, known_zone
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.search.filters import day_of
from hero_assistance_server.storage.unit_of_work import Storage
from hero_assistance_server.tickets.business_hours import parse_shift
from hero_assistance_server.time_zones import NAME_LIMIT as ZONE_LIMIT

# A year of minutes: a target beyond is none.
MINUTES_LIMIT = 366 * 24 * 60
# One file is streamed to the disk, next to the database.
ATTACHMENT_BYTES_LIMIT = 1024 * MIB
ATTACHMENTS_LIMIT = 100
FILES_BYTES_LIMIT = 1024 * 1024 * GIB
RETENTION_DAYS_LIMIT = 3650
BACKUP_HOURS_LIMIT = 31 * 24
BACKUPS_LIMIT = 365
ADDRESS_LIMIT = 200
MAIL_SERVERS_LIMIT = 10
SHIFTS_LIMIT = 6
# Some ten years of them.
HOLIDAYS_LIMIT = 400
# Without a fragment, which is the page's own; the empty text is none.
_ADDRESS = r"^(https?://[^\s/?#\x00-\x1f\x7f]+(/[^\s?#\x00-\x1f\x7f]*)?)?$"

_PROJECT = {
    "noun": "project",
    "name": "Support",
    "first_response_minutes": {},
    "attachment_bytes": 10 * MIB,
    "attachments_per_message": 10,
    "files_bytes_per_customer": 256 * MIB,
    "files_bytes": 50 * GIB,
    "event_retention_days": 30,
    "backup_hours": 24,
    "backups_kept": 7,
    "page_address": "",
    "enrol_newcomers": True,
    "mail_newcomers": True,
    "mail_servers": [],
    "share_tags": False,
    "share_assignee": False,
    "open_hours": {},
    "time_zone": "UTC",
    "holidays": [],
    "tag_colours": {},
    "language": "en",
}
_GETS = (
    Example("An agent looks", "bob", {}, _PROJECT),
    Example(
        "A customer learns what they may attach",
        "carol",
        {},
        _PROJECT
        | {
            "files_bytes_per_customer": None,
            "files_bytes": None,
            "event_retention_days": None,
            "backup_hours": None,
            "backups_kept": None,
            "enrol_newcomers": None,
            "mail_newcomers": None,
            "mail_servers": None,
            "open_hours": None,
            "time_zone": None,
            "holidays": None,
            "tag_colours": None,
        },
    ),
)
_INFO = Example(
    "Somebody who is to sign in",
    "carol",
    {},
    {"name": "Support", "page_address": "", "sign_in": {"link": False, "passkey": False, "oidc": []}},
)
_UPDATES = Example(
    "An admin promises an answer within half an hour",
    "alice",
    {"first_response_minutes": {"urgent": 30}},
    _PROJECT | {"first_response_minutes": {"urgent": 30}},
)

_MailServer = Annotated[
    str,
    StringConstraints(min_length=1, max_length=ADDRESS_LIMIT, pattern=r"^[!-:<-~]+$"),
    Fault(FaultKind.MAIL_SERVER, "this is no name of a mail server, such as mx.example.org"),
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _checked_shift(text: str) -> str:
    parse_shift(text)
    return text


def _checked_day(text: str) -> str:
    try:
        return day_of(text).isoformat()
    except ValueError:
        raise ValueFault("it is no day: write it as 2026-12-25", FaultKind.DAY, value=text) from None


def _known_language(tag: str) -> str:
    language = find_language(tag)
    if language is None:
        known = sorted(LANGUAGES)
        raise ValueFault(f"letters are not written in it, but in {', '.join(known)}", FaultKind.LANGUAGE, known=known)
    return language.code


_Shift = Annotated[
    str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"), AfterValidator(_checked_shift)
]
_Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_checked_day)]
_Language = Annotated[
    str, StringConstraints(max_length=TAG_LIMIT, pattern=rf"^{TAG}$"), AfterValidator(_known_language)
]
_Minutes = Annotated[int, Field(ge=1, le=MINUTES_LIMIT)]


class UpdateProject(Params):
    """The settings to change; what is null stays."""

    name: PersonName | None = None
    first_response_minutes: Annotated[
        dict[wire.Priority, _Minutes] | None,
        Field(description="By priority; one that is left out promises nothing. It counts for tickets from now on."),
    ] = None
    attachment_bytes: Annotated[int, Field(ge=1, le=ATTACHMENT_BYTES_LIMIT)] | None = None
    attachments_per_message: Annotated[int, Field(ge=0, le=ATTACHMENTS_LIMIT)] | None = None
    files_bytes_per_customer: Annotated[int, Field(ge=0, le=FILES_BYTES_LIMIT)] | None = None
    files_bytes: Annotated[int, Field(ge=0, le=FILES_BYTES_LIMIT)] | None = None
    event_retention_days: Annotated[int, Field(ge=1, le=RETENTION_DAYS_LIMIT)] | None = None
    backup_hours: Annotated[
        Annotated[int, Field(ge=0, le=BACKUP_HOURS_LIMIT)] | None,
        Field(description="0: none are made. It is raised, or set to 0, on the machine of the desk alone."),
    ] = None
    backups_kept: Annotated[
        Annotated[int, Field(ge=1, le=BACKUPS_LIMIT)] | None,
        Field(description="It is lowered on the machine of the desk alone: a backup that goes is gone."),
    ] = None
    page_address: Annotated[
        Annotated[
            str,
            StringConstraints(max_length=ADDRESS_LIMIT, pattern=_ADDRESS),
            Fault(FaultKind.PAGE_ADDRESS, "this is no address of a page, such as https://help.example.org/"),
        ]
        | None,
        Field(description="Where users open the pages, such as `https://help.example.org/`, for links to tickets."),
    ] = None
    enrol_newcomers: Annotated[
        bool | None,
        Field(description="Whether people whom the edge names in `X-Hero-User` become customers by themselves."),
    ] = None
    mail_newcomers: Annotated[
        bool | None, Field(description="Whether a mail from an unknown address makes a customer and a ticket.")
    ] = None
    mail_servers: Annotated[
        list[_MailServer] | None,
        Field(
            max_length=MAIL_SERVERS_LIMIT,
            description="The servers whose word about a mail's sender counts: the first word that each writes into"
            " `Authentication-Results`, such as `mx.example.org`.",
        ),
    ] = None
    share_tags: Annotated[bool | None, Field(description="Whether customers see the tags of their tickets.")] = None
    share_assignee: Annotated[
        bool | None, Field(description="Whether customers see who of the team has their tickets.")
    ] = None
    open_hours: Annotated[
        dict[Weekday, Annotated[list[_Shift], Field(max_length=SHIFTS_LIMIT)]] | None,
        Field(
            description="When the desk is open, by day of the week, such as `09:00-17:30`; a day without any is closed,"
            " and where no day has any it is always open. Targets count open hours alone, for tickets from now on."
        ),
    ] = None
    time_zone: Annotated[
        Annotated[str, Field(max_length=ZONE_LIMIT), AfterValidator(known_zone)] | None,
        Field(description="An IANA time zone, such as `Europe/Berlin`, of the hours and the holidays."),
    ] = None
    holidays: Annotated[
        list[_Day] | None, Field(max_length=HOLIDAYS_LIMIT, description="Days on which the desk is closed.")
    ] = None
    language: Annotated[
        _Language | None,
        Field(description="The language of letters to users who have chosen none, such as `fr`."),
    ] = None

    @field_validator("open_hours")
    @classmethod
    def _apart(cls, hours: dict[str, list[str]] | None) -> dict[str, list[str]] | None:
        for day, texts in (hours or {}).items():
            shifts = sorted((shift.start, shift.end) for shift in map(parse_shift, texts))
            if any(end > start for (_, end), (start, _) in pairwise(shifts)):
                raise ValueFault(f"the hours of {day} overlap", FaultKind.SHIFTS_OVERLAP, value=day)
        return hours


class SignInWays(Result):
    """How users sign in here: by a mailed link or code, by a passkey, by the named OpenID providers.

    Where `link` is false no letter reaches a user now, since the desk has no mail server, or its server takes none: its
    operator hands out links and codes then.
    """

    link: bool
    passkey: bool
    oidc: list[str]


class ProjectInfo(Result):
    """What everybody may know of the project, before they are known."""

    name: str
    page_address: str
    sign_in: SignInWays


def add_methods(
    table: MethodRegistry,
    storage: Storage,
    list_providers: Callable[[], list[str]] = list,
    sends_letters: Callable[[], bool] = bool,
) -> None:
    """Register the methods; `list_providers` names the OpenID providers of now."""

    @table.method("project.info", allow=EVERYONE, page=True, errors=[Unavailable], examples=[_INFO])
    async def info(_caller: Caller, _params: NoParams) -> ProjectInfo:
        """Read the project's name, and how users sign in."""
        project = await storage.read(lambda snapshot: snapshot.project.read())
        providers = list_providers() if project.page_address else []
        has_passkeys = relying_party(project.page_address) is not None
        ways = SignInWays(link=sends_letters(), passkey=has_passkeys, oidc=providers)
        return ProjectInfo(name=project.name, page_address=project.page_address, sign_in=ways)

    @table.method(
        "project.get", allow=KNOWN | OPERATORS, page=True, errors=[Unauthenticated, Unavailable], examples=_GETS
    )
    async def get(caller: Caller, _params: NoParams) -> wire.Project:
        """Read the project's settings: an agent all of them, a customer its name and what they may attach."""
        return _serialize(await storage.read(lambda snapshot: snapshot.project.read()), caller)

    @table.method(
        "project.update",
        allow=OPERATORS,
        page=True,
        errors=[Unauthenticated, Forbidden, Unavailable],
        examples=[_UPDATES],
    )
    async def update(caller: Caller, params: UpdateProject) -> wire.Project:
        """Set some of the project's settings.

        Raises `Forbidden` for a caller from elsewhere who would have fewer backups, or rarer ones.
        """
        require_change("project.update", params)
        chosen = params.model_dump(mode="json", exclude_none=True)
        return _serialize(await storage.write(lambda work: update_project(work, caller, chosen)), caller)


def _serialize(project: ProjectSettings, caller: Caller) -> wire.Project:
    return serializers.project(rules.public_settings(project), staff=caller.is_staff)
