"""`auth.sessions` and `auth.revoke_session`: where a user is signed in."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.identity.access_lists import fill_access_page, find_shown_owner, read_place
from hero_assistance_server.identity.permissions import KNOWN, OPERATORS, Caller
from hero_assistance_server.identity.sessions import model
from hero_assistance_server.identity.sessions.service import REVOKED, SessionAdministration
from hero_assistance_server.rpc.pages import PageParams
from hero_assistance_server.rpc.params import UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork

_ID_LIMIT = 100
_LISTS = Example("Carol is signed in nowhere", "carol", {}, {"sessions": [], "next_cursor": None})
_REVOKES = Example("A session that has ended", "carol", {"session_id": "0a1b2c3d4e5f0a1b2c3d4e5f"}, False)


class SessionsOf(PageParams):
    """Whose sessions, and which page of them: the caller's, for an agent a customer's, for an admin or operator any."""

    user_id: UserName | None = None


class RevokeSession(Params):
    """The id of a session."""

    session_id: Annotated[str, StringConstraints(min_length=1, max_length=_ID_LIMIT)]


class Session(Result):
    """A browser that is signed in; `is_current` says that it makes this call.

    `method` is how the user signed in: `link`, `code`, `passkey` or `oidc`.
    """

    session_id: str
    device_name: str
    method: model.SignInMethod
    created_at: wire.Millis
    last_seen_at: wire.Millis
    expires_at: wire.Millis
    is_current: bool


class SessionList(Result):
    """Sessions, in the order in which they were made."""

    sessions: list[Session]
    next_cursor: str | None


def add_methods(table: MethodRegistry, storage: Storage, administration: SessionAdministration) -> None:
    """Register the methods."""
    errors = [Unauthenticated, Forbidden, Unavailable]

    @table.method("auth.sessions", allow=KNOWN | OPERATORS, page=True, errors=errors, examples=[_LISTS])
    async def sessions(caller: Caller, params: SessionsOf) -> Encoded[SessionList]:
        """List where the caller is signed in at a page; an agent may ask for those of a customer, an admin for any."""
        return await storage.read(lambda snapshot: _list(snapshot, caller, params, administration))

    @table.method("auth.revoke_session", allow=KNOWN | OPERATORS, page=True, errors=errors, examples=[_REVOKES])
    async def revoke(caller: Caller, params: RevokeSession) -> bool:
        """End a session of the caller or, as an admin, of any user; returns whether there was one.

        Its streams end at once.
        """

        def command(work: UnitOfWork) -> bool:
            session = work.sessions.find(params.session_id)
            if session is None or not caller.looks_after(session.user_id):
                return False
            return administration.end(work, caller, session.session_id, action=REVOKED)

        return await storage.write(command)


def _list(
    snapshot: Snapshot, caller: Caller, params: SessionsOf, administration: SessionAdministration
) -> Encoded[SessionList]:
    user_id = find_shown_owner(snapshot, caller, params.user_id, "sessions")
    json, cursor = fill_access_page(
        snapshot.sessions.iterate_for(user_id, read_place(params)),
        lambda session: _serialize(session, administration.directory.last_seen(session), caller),
        lambda session: (session.created_at, session.session_id),
        params.limit,
    )
    return Encoded.of(SessionList, sessions=json, next_cursor=cursor)


def _serialize(session: model.Session, last_seen_at: wire.Millis, caller: Caller) -> Session:
    return Session(
        session_id=session.session_id,
        device_name=session.device_name,
        method=session.method,
        created_at=session.created_at,
        last_seen_at=last_seen_at,
        expires_at=session.expires_at,
        is_current=session.session_id == caller.credential,
    )
