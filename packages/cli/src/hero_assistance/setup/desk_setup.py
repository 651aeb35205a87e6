"""What `hero_assistance setup` does: the desk's name and address, its mail server, its first admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hero_assistance.results import Progress
from hero_assistance.rpc_command import Server
from hero_assistance.setup.page_listener import listener_of, store_listeners
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.paths import Paths

_CONTEXT = "core"


@dataclass(frozen=True, slots=True)
class SetupChoices:
    """What the operator chose; `None` leaves what is there."""

    admin: str
    page: str
    name: str | None = None
    smtp_url: str | None = None
    mail_from: str | None = None


@dataclass(frozen=True, slots=True)
class SetupResult:
    """What `project.update`, `user.add` and `mail.status` answer, and where the page is served over TCP."""

    project: dict[str, Any]
    access: dict[str, Any]
    mail: dict[str, Any]
    listens: str | None
    is_applied: bool
    auth_mode: str


def set_up(paths: Paths, choices: SetupChoices, progress: Progress) -> SetupResult:
    """Set up the running desk; may be done again, and then changes what is chosen. Raises `HeroError`."""
    with Server.as_operator() as server:
        auth_mode = server.call("system.health")["auth_mode"]
        named = {} if choices.name is None else {"name": choices.name}
        project = server.call("project.update", page_address=choices.page, **named)
    _store_mail(paths, choices)
    listens = listener_of(choices.page)
    is_applied = _apply_listener(paths, listens, progress)
    with Server.as_operator() as server:
        # The server reads here what was stored, so that the first letter goes out that way.
        mail = server.call("mail.status")
        access = server.call("user.add", email=choices.admin, role="admin")
    return SetupResult(project, access, mail, listens, is_applied, auth_mode)


def _store_mail(paths: Paths, choices: SetupChoices) -> None:
    from hero_assistance.secrets import set_secret

    for name, value in (("SMTP_URL", choices.smtp_url), ("MAIL_FROM", choices.mail_from)):
        if value is not None:
            set_secret(paths, _CONTEXT, name, value)


def _apply_listener(paths: Paths, listens: str | None, progress: Progress) -> bool:
    """Have the page listen, and store the address once it does; false where no supervisor runs the desk."""
    from hero_assistance import lifecycle

    wanted = () if listens is None else (listens,)
    before = lifecycle.read_page_listeners(paths)
    if before is None:
        store_listeners(paths, wanted)
        return False
    if listens is not None and listens not in before:
        try:
            lifecycle.move_page(paths, wanted, progress)
        except HeroError:
            # The desk goes on as it was; why it cannot listen there is what the operator has to read.
            lifecycle.move_page(paths, before, progress)
            raise
    store_listeners(paths, wanted)
    return True
