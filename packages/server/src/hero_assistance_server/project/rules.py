"""The settings of the whole project, which an admin sets, and their defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.paths import SERVICE
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Priority, TagColour, TicketId
from hero_assistance_server import serializers
from hero_assistance_server.events.model import AnyChange, Audience, Change, Reach
from hero_assistance_server.project.event_types import PROJECT_UPDATED
from hero_assistance_server.quotas.rules import GIB, MIB


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """The settings under the names by which they are stored and set."""

    name: str = "Support"
    first_response_minutes: Mapping[str, int] = field(default_factory=dict)
    attachment_bytes: int = 10 * MIB
    attachments_per_message: int = 10
    # Of one customer, sent and unsent; staff have the project's alone.
    files_bytes_per_customer: int = 256 * MIB
    files_bytes: int = 50 * GIB
    # How long a reader that was away can go on from where it was, at least.
    event_retention_days: int = 30
    # Between two backups; 0 for none.
    backup_hours: int = 24
    backups_kept: int = 7
    # Where users open the pages, for links to tickets; empty until an admin sets it.
    page_address: str = ""
    # Whether people whom the edge names become customers at their first call; agents and admins never do.
    enrol_newcomers: bool = True
    # Whether a mail from an unknown address makes a customer.
    mail_newcomers: bool = True
    # The mail servers whose word about a sender counts, as they name themselves in Authentication-Results.
    mail_servers: Sequence[str] = field(default_factory=list)
    # Whether customers see the tags and the assignee of their tickets.
    share_tags: bool = False
    share_assignee: bool = False
    # When the desk is open, by day of the week, as `09:00-17:30`; without any it always is. Days are of the zone.
    open_hours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    time_zone: str = "UTC"
    # Days on which it is closed, such as `2026-12-25`.
    holidays: Sequence[str] = field(default_factory=list)
    # In which colour the pages show a tag.
    tag_colours: Mapping[str, str] = field(default_factory=dict)
    # Of letters to those who have chosen none.
    language: str = "en"


def update(before: ProjectSettings, after: ProjectSettings) -> AnyChange | None:
    """Return the change of settings, for everybody when customers see a difference; `None` when there is none."""
    if before == after:
        return None
    was, now = (public_settings(project) for project in (before, after))
    public = serializers.record(was, staff=False) != serializers.record(now, staff=False)
    detail: dict[str, str] = {}
    for name in (one.name for one in fields(ProjectSettings) if one.name != "tag_colours"):
        if getattr(before, name) != getattr(after, name):
            detail |= {name: _text(getattr(after, name)), f"{name}.before": _text(getattr(before, name))}
    if before.tag_colours != after.tag_colours:
        detail |= _changed_colours(before.tag_colours, after.tag_colours)
    audience = Audience(Reach.EVERYONE if public else Reach.STAFF)
    return Change(PROJECT_UPDATED, None, None, audience, record=now, detail=detail)


def check_backups(before: ProjectSettings, after: ProjectSettings) -> None:
    """Raise `Forbidden` where backups would be fewer or rarer: a session that was taken shall not undo what restores.

    More of them may be set from anywhere.
    """
    lowered = after.backups_kept < before.backups_kept
    rarer = after.backup_hours != before.backup_hours and _is_rarer(before.backup_hours, after.backup_hours)
    if lowered or rarer:
        name = "backups_kept" if lowered else "backup_hours"
        raise Forbidden(
            "fewer backups, or rarer ones, are set on the machine of the desk alone",
            hint=f"on that machine: hero_assistance call project.update {name}={getattr(after, name)}",
            kind=RefusalKind.DESK_MACHINE_ONLY,
        )


def _is_rarer(before: int, after: int) -> bool:
    """Return whether backups are made less often; 0 hours are never."""
    return after == 0 or 0 < before < after


def public_settings(project: ProjectSettings) -> wire.Project:
    """Return the settings as agents see them."""
    return wire.Project(
        name=project.name,
        first_response_minutes={Priority(name): count for name, count in project.first_response_minutes.items()},
        attachment_bytes=project.attachment_bytes,
        attachments_per_message=project.attachments_per_message,
        files_bytes_per_customer=project.files_bytes_per_customer,
        files_bytes=project.files_bytes,
        event_retention_days=project.event_retention_days,
        backup_hours=project.backup_hours,
        backups_kept=project.backups_kept,
        page_address=project.page_address,
        enrol_newcomers=project.enrol_newcomers,
        mail_newcomers=project.mail_newcomers,
        mail_servers=list(project.mail_servers),
        share_tags=project.share_tags,
        share_assignee=project.share_assignee,
        open_hours={day: list(shifts) for day, shifts in project.open_hours.items()},
        time_zone=project.time_zone,
        holidays=list(project.holidays),
        tag_colours={tag: TagColour(colour) for tag, colour in project.tag_colours.items()},
        language=project.language,
    )


def ticket_link(project: ProjectSettings, ticket_id: TicketId) -> str | None:
    """Return where users open a ticket; `None` without the address of the pages."""
    if not project.page_address:
        return None
    return f"{project.page_address.rstrip('/')}/#/tickets/{SERVICE}/{ticket_id}"


def _changed_colours(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Return the tags whose colour differs alone: there may be hundreds."""
    tags = {tag for tag, _ in before.items() ^ after.items()}
    kept = [{tag: colour for tag, colour in one.items() if tag in tags} for one in (after, before)]
    return {"tag_colours": _text(kept[0]), "tag_colours.before": _text(kept[1])}


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(count)}" for name, count in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
