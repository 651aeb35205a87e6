"""Registers the methods of project and their events."""

from __future__ import annotations

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.identity.oidc.settings import list_providers
from hero_assistance_server.mail.model import CHANNEL
from hero_assistance_server.mail.sending.mail_settings import read_mail_settings
from hero_assistance_server.project import rpc
from hero_assistance_server.project.event_types import EVENT_TYPES
from hero_assistance_server.rpc.registry import MethodRegistry


def sends_letters(desk: Desk) -> bool:
    """Return whether a letter reaches who asks for one: there is a mail server, and it is not away for long."""
    mail = read_mail_settings(desk.settings())
    return mail is not None and mail.reaches_users and not desk.pauses.of(CHANNEL).is_lasting


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk.store, lambda: list_providers(desk.settings()), lambda: sends_letters(desk))


FEATURE = Feature(_add_methods, event_types=EVENT_TYPES)
