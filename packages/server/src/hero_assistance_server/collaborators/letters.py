"""The letter of somebody who was invited to a ticket."""

from __future__ import annotations

import re

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.collaborators.rules import GUEST_INVITATION_LIFE
from hero_assistance_server.identity.secret_tokens import hash_token, make_token
from hero_assistance_server.identity.sign_in.letters import invitation_link_lines
from hero_assistance_server.identity.sign_in.model import IssuedToken
from hero_assistance_server.languages.language import Language
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.project.rules import ProjectSettings, ticket_link
from hero_assistance_server.users.model import User

# What programs for mail make a link or an address of.
_LINK = re.compile(r"\w\.\w\w|[:/@]\S|www", re.IGNORECASE)


def guest_letter(
    language: Language, project: ProjectSettings, ticket_id: TicketId, *, to: str, by: User, issued: IssuedToken | None
) -> Letter:
    """Return the letter; `issued` signs a new customer in.

    No word of the ticket is in it, and no link of who invites: it may go to a stranger, in the name of the desk.
    """
    # Customers name themselves.
    name = by.name if by.is_staff or not _LINK.search(by.name) else language.t("A customer")
    shares = language.t(
        "{name} shares ticket {number} at {project} with you: you can read it and write on it.",
        name=name,
        number=ticket_id,
        project=project.name,
    )
    lines = [shares, ""]
    if issued is not None:
        lines += invitation_link_lines(language, project, issued)
    if not by.is_staff:
        lines += [_write_life(language), ""]
    if (address := ticket_link(project, ticket_id)) is not None:
        lines += [language.t("The ticket is here:"), "", address, ""]
    lines += [language.t("If you do not know why, there is nothing to do.")]
    key = f"guest/{hash_token(make_token() if issued is None else issued.token).hex()}"
    subject = language.t("A ticket at {project} is shared with you", project=project.name)
    return Letter(key, to, subject, "\n".join([*lines, ""]), language=language.code)


def _write_life(language: Language) -> str:
    days = GUEST_INVITATION_LIFE.days
    return language.tn("You can join it for {count} day.", "You can join it for {count} days.", days)
