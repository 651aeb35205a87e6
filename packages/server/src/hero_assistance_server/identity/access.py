"""Everything by which a user comes in, ended at once: sessions, links, devices, passkeys and bindings to a provider."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.identity.devices.service import DeviceAdministration
from hero_assistance_server.identity.sessions.service import SessionAdministration
from hero_assistance_server.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AccessAdministration:
    """Ends what lets a user in.

    Logins stay: the edge's name of a deactivated user must go on to be theirs, or it would become a new customer.
    """

    sessions: SessionAdministration
    devices: DeviceAdministration

    def end(self, work: UnitOfWork, user_id: UserId) -> None:
        """End every way in of a user; their event streams end once this is committed."""
        self.sessions.end_all(work, user_id)
        self.devices.unbind_all(work, user_id)
        delete_credentials(work, user_id)


def delete_credentials(work: UnitOfWork, user_id: UserId) -> None:
    """Delete what no directory holds in memory: links and codes, passkeys, and whom a provider knows."""
    work.sign_in_tokens.delete_of_user(user_id)
    work.passkeys.delete_of_user(user_id)
    work.oidc_identities.delete_of_user(user_id)
