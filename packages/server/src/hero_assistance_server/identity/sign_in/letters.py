"""The letters that sign a user in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_server.identity.secret_tokens import hash_token
from hero_assistance_server.identity.sign_in.model import IssuedToken
from hero_assistance_server.identity.sign_in.rules import CODE_LIFE, INVITATION_LIFE
from hero_assistance_server.languages.language import Language
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.sending.mail_settings import read_mail_settings
from hero_assistance_server.mail.sending.service import queue_letter
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.unit_of_work import UnitOfWork

_LINK_PATH = "/sign-in/link?token="


@dataclass(frozen=True, slots=True)
class LetterQueue:
    """Puts letters into the outbox, from where they go as the settings say."""

    settings: Callable[[], DaemonSettings | None]

    def queue(self, work: UnitOfWork, letter: Letter) -> None:
        """Have a letter sent once the command is committed."""
        queue_letter(work, letter, is_urgent=True)

    @property
    def reaches_users(self) -> bool:
        """Whether letters leave this machine; without a mail server they stay in a folder of it."""
        found = read_mail_settings(self.settings())
        return found is not None and found.reaches_users


def link_of(project: ProjectSettings, issued: IssuedToken) -> str | None:
    """Return the address that signs a user in at the page; `None` while the page has no address."""
    if not project.page_address:
        return None
    return f"{project.page_address.rstrip('/')}{_LINK_PATH}{issued.token}"


def link_letter(language: Language, project: ProjectSettings, to: str, issued: IssuedToken) -> Letter:
    """Return the letter of a user who asks to sign in."""
    link, minutes = link_of(project, issued), CODE_LIFE // timedelta(minutes=1)
    asks = language.t("You, or somebody who knows your address, want to sign in at {project}.", project=project.name)
    if link is None:
        code = language.t("Enter this code: {code}", code=issued.code)
        life = language.tn(
            "It counts once, and for {count} minute.", "It counts once, and for {count} minutes.", minutes
        )
    else:
        code = language.t("On another device, enter this code: {code}", code=issued.code)
        life = language.tn(
            "Both count once, and for {count} minute.", "Both count once, and for {count} minutes.", minutes
        )
    lines = [
        asks,
        "",
        *_link_lines(language, link),
        code,
        "",
        life,
        language.t("If it was not you, there is nothing to do."),
    ]
    letter = _letter(language, to, issued, language.t("Sign in at {project}", project=project.name), lines)
    # Who asked has asked again by then; a user who was added is told so in any case.
    return replace(letter, expires_at=issued.expires_at)


def invitation_letter(language: Language, project: ProjectSettings, to: str, issued: IssuedToken) -> Letter:
    """Return the letter of a user whom an admin has added."""
    lines = [
        language.t("You have been added to {project}.", project=project.name),
        "",
        *invitation_link_lines(language, project, issued),
        language.t("To sign in on another device, or later, enter your e-mail address there: you get a code by mail."),
    ]
    return _letter(language, to, issued, language.t("Your access to {project}", project=project.name), lines)


def invitation_link_lines(language: Language, project: ProjectSettings, issued: IssuedToken) -> list[str]:
    """Return what the letter of somebody who was invited says of its link; nothing while the page has no address."""
    link = link_of(project, issued)
    if link is None:
        return []
    life = language.tn(
        "It counts once, and for {count} day.", "It counts once, and for {count} days.", INVITATION_LIFE.days
    )
    return [*_link_lines(language, link), life, ""]


def _link_lines(language: Language, link: str | None) -> list[str]:
    if link is None:
        return []
    return [language.t("Open this link, and press the button there:"), "", link, ""]


def _letter(language: Language, to: str, issued: IssuedToken, subject: str, lines: list[str]) -> Letter:
    key = f"sign-in/{hash_token(issued.token).hex()}"
    return Letter(key, to, subject, "\n".join([*lines, ""]), language=language.code)
