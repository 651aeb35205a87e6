"""Makes and ends sessions; the directory and the event streams follow each commit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.identity.secret_tokens import hash_token, make_public_id, make_token
from hero_assistance_server.identity.sessions.directory import SessionDirectory
from hero_assistance_server.identity.sessions.model import Session, SignInMethod
from hero_assistance_server.identity.sign_in.rules import SESSION_LIFE
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User

SIGNED_IN, SIGNED_OUT, REVOKED = "auth.signed_in", "auth.signed_out", "auth.session_revoked"
# A user has a handful; the one that was made first ends when there is one more.
SESSIONS_PER_USER = 50


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session, and its token, which is told once and stored nowhere."""

    session: Session
    token: str


@dataclass(frozen=True, slots=True)
class SessionAdministration:
    """Writes sessions."""

    directory: SessionDirectory
    hub: Hub

    def make(
        self, work: UnitOfWork, caller: Caller, user: User, *, method: SignInMethod, device_name: str
    ) -> NewSession:
        """Sign a user in at the browser of this call; the session that the browser had ends."""
        if caller.credential is not None:
            self.end(work, caller, caller.credential, action=SIGNED_OUT)
        token, now = make_token(), millis(work.now)
        session = Session(
            session_id=make_public_id(),
            token_hash=hash_token(token),
            user_id=user.user_id,
            device_name=device_name,
            method=method,
            created_at=now,
            last_seen_at=now,
            expires_at=millis(work.now + SESSION_LIFE),
        )
        for old in [*work.sessions.iterate_for(user.user_id)][: -SESSIONS_PER_USER + 1 or None]:
            self._delete(work, old)
        work.sessions.add(session)
        detail = {"method": method.value, "session_id": session.session_id, "device_name": device_name}
        work.record_audit_entry(SIGNED_IN, Caller(user, origin=caller.origin), detail)
        work.after_commit(partial(self.directory.add, session))
        return NewSession(session, token)

    def end(self, work: UnitOfWork, caller: Caller, session_id: str, *, action: str) -> bool:
        """End a session and its streams; returns whether there was one."""
        session = work.sessions.find(session_id)
        if session is None:
            return False
        self._delete(work, session)
        work.record_audit_entry(action, caller, {"user_id": session.user_id, "session_id": session_id})
        return True

    def end_all(self, work: UnitOfWork, user_id: UserId) -> None:
        """End every session of a user."""
        for session in [*work.sessions.iterate_for(user_id)]:
            self._delete(work, session)

    def _delete(self, work: UnitOfWork, session: Session) -> None:
        work.sessions.delete(session.session_id)
        work.after_commit(partial(self._forget, session))

    def _forget(self, session: Session) -> None:
        self.directory.remove(session)
        self.hub.end_credential(session.user_id, session.session_id)
