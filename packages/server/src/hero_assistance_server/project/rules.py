"""The settings of the whole project, which an admin sets, and their defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from hero_assistance_sdk import wire
from hero_assistance_sdk.paths import SERVICE
from hero_assistance_sdk.wire import Priority, TicketId
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


def update(before: ProjectSettings, after: ProjectSettings) -> AnyChange | None:
    """Return the change of settings, for everybody when customers see a difference; `None` when there is none."""
    if before == after:
        return None
    was, now = (public_settings(project) for project in (before, after))
    public = serializers.record(was, staff=False) != serializers.record(now, staff=False)
    detail: dict[str, str] = {}
    for name in (one.name for one in fields(ProjectSettings)):
        if getattr(before, name) != getattr(after, name):
            detail |= {name: _text(getattr(after, name)), f"{name}.before": _text(getattr(before, name))}
    audience = Audience(Reach.EVERYONE if public else Reach.STAFF)
    return Change(PROJECT_UPDATED, None, None, audience, record=now, detail=detail)


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
    )


def ticket_link(project: ProjectSettings, ticket_id: TicketId) -> str | None:
    """Return where users open a ticket; `None` without the address of the pages."""
    if not project.page_address:
        return None
    return f"{project.page_address.rstrip('/')}/#/tickets/{SERVICE}/{ticket_id}"


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(count)}" for name, count in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
