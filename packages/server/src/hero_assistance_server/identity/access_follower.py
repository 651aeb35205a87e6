"""Changes what this node keeps of users, logins, sessions and devices when another node has written them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.identity.access_changes import AccessChanges, AccessTable
from hero_assistance_server.identity.devices.directory import DeviceDirectory
from hero_assistance_server.identity.sessions.directory import SessionDirectory
from hero_assistance_server.identity.sessions.model import Session
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.users import rules
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.model import Device, Login, User

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class AccessFollower:
    """Applies changes; what is known already changes nothing, so that each may come twice.

    Streams end here as they end at the node that wrote: whose access is over, or may be another one, connects again.
    """

    directory: Directory
    sessions: SessionDirectory
    devices: DeviceDirectory
    hub: Hub

    def apply(self, changes: AccessChanges) -> None:
        """Have what is kept be as it was committed."""
        complete = changes.complete
        users = (user.user_id for user in self.directory.iterate_after(""))
        for user_id, user in _each(changes.users, users if AccessTable.USERS in complete else ()):
            self._set_user(user_id, user)
        logins = self.directory.iterate_logins() if AccessTable.LOGINS in complete else ()
        for name, login in _each(changes.logins, logins):
            self._set_login(name, login)
        for session_id, session in changes.sessions.items():
            self._set_session(session_id, session)
        devices = self.devices.iterate_addresses() if AccessTable.DEVICES in complete else ()
        for address, device in _each(changes.devices, devices):
            self._set_device(address, device)

    def _set_user(self, user_id: UserId, after: User | None) -> None:
        before = self.directory.find(user_id)
        if before == after:
            return
        if after is None:
            # Only an erasure deletes a user, and no client goes on from what it holds then.
            self.directory.remove(user_id)
            self.hub.end_all()
            return
        self.directory.add(after)
        if before is None:
            return
        if rules.ends_streams(before, after):
            self.hub.end_reader(user_id)
        elif not after.shows_presence:
            self.hub.hide(user_id)

    def _set_login(self, name: str, after: Login | None) -> None:
        before = self.directory.find_login(name)
        if before is not None and (after is None or after.user_id != before):
            self.directory.unbind(name)
            self.hub.end_reader(before)
        if after is not None and after.user_id != before:
            self.directory.bind(after)

    def _set_session(self, session_id: str, after: Session | None) -> None:
        before = self.sessions.find_by_id(session_id)
        if after is None and before is not None:
            self.sessions.remove(before)
            self.hub.end_credential(before.user_id, session_id)
        elif after is not None and before is None:
            self.sessions.add(after)

    def _set_device(self, address: str, after: Device | None) -> None:
        before = self.devices.find_bound(address)
        if before is not None and (after is None or after.user_id != before.user_id):
            self.devices.remove(address)
            self.hub.end_credential(before.user_id, address)
        if after is not None and after != before:
            self.devices.add(after)


def _each(changed: Mapping[K, V | None], known: Iterable[K]) -> Iterator[tuple[K, V | None]]:
    """Yield what was written, and first `None` for each of `known` that is not there; all of these are collected."""
    yield from [(key, None) for key in known if key not in changed]
    yield from changed.items()
