"""Sends browsers to the provider, and signs in who comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, SettingError
from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_server.identity.oidc.handshake import Handshake, begin_handshake
from hero_assistance_server.identity.oidc.id_token import ProviderUser
from hero_assistance_server.identity.oidc.model import OidcIdentity
from hero_assistance_server.identity.oidc.provider import Provider
from hero_assistance_server.identity.oidc.settings import OidcSettings, read_oidc_settings
from hero_assistance_server.identity.permissions import Caller, refuse_deactivated
from hero_assistance_server.identity.sessions.model import SignInMethod
from hero_assistance_server.identity.sign_in.service import SignedIn, SignInService
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User
from hero_assistance_server.users.service import UserAdministration

# Where the page takes what the provider sends back.
REDIRECT_PATH = "/sign-in/oidc"
BOUND, UNBOUND = "auth.oidc_bound", "auth.oidc_unbound"


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a browser goes, and what it keeps in a cookie until it comes back."""

    url: str
    cookie: str


@dataclass(frozen=True, slots=True)
class OidcService:
    """The use cases of signing in by a provider."""

    provider: Provider
    sign_in: SignInService
    users: UserAdministration
    settings: Callable[[], DaemonSettings | None]

    async def start(self, caller: Caller) -> Departure:
        """Return where the browser of this call signs in.

        Raises `NotFound`, `Conflict`, `TooOften` or `Unavailable`.
        """
        settings = self._provider_settings()
        _refuse_devices(caller)
        self.sign_in.rates.count_begun(caller.origin)
        handshake = begin_handshake()
        url = await self.provider.make_address(settings, handshake, await self._redirect_uri())
        return Departure(url, handshake.token)

    async def finish(self, caller: Caller, *, cookie: str, state: str, code: str, device_name: str) -> SignedIn:
        """Sign in the user of a code; raises `Forbidden`, `NotFound`, `TooOften` or `Unavailable`."""
        settings, handshake = self._provider_settings(), Handshake(cookie)
        _refuse_devices(caller)
        self.sign_in.rates.count_try(caller.origin)
        if not handshake.accepts(state):
            raise Forbidden(
                "this sign-in was not begun at this browser, or long ago",
                hint="begin it again",
                kind=RefusalKind.SIGN_IN_OVER,
            )
        found = await self.provider.identify_user(settings, handshake, code, await self._redirect_uri())

        def command(work: UnitOfWork) -> SignedIn:
            user = self._find_user(work, caller, settings.issuer, found)
            return self.sign_in.start_session(work, caller, user, SignInMethod.OIDC, device_name)

        return await self.sign_in.storage.write(command)

    def unbind(self, work: UnitOfWork, caller: Caller, user: User) -> bool:
        """Forget by whom of a provider a user signs in; returns whether it was known."""
        count = work.oidc_identities.delete_of_user(user.user_id)
        if count:
            work.record_audit_entry(UNBOUND, caller, {"user_id": user.user_id})
        return count > 0

    def _provider_settings(self) -> OidcSettings:
        try:
            settings = read_oidc_settings(self.settings())
        except SettingError as error:
            raise NotFound(
                "no OpenID provider can be asked", hint=error.message, kind=RefusalKind.NO_PROVIDER
            ) from None
        if settings is None:
            raise NotFound(
                "no OpenID provider is set",
                hint="the operator sets OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: hero_assistance secret set",
                kind=RefusalKind.NO_PROVIDER,
            )
        return settings

    async def _redirect_uri(self) -> str:
        """Where the provider sends browsers back to: an address of our page, never one of a request."""
        project = await self.sign_in.storage.read(lambda snapshot: snapshot.project.read())
        if not project.page_address:
            raise Conflict(
                "the page has no address",
                hint="an admin sets it: project.update page_address=https://...",
                kind=RefusalKind.PAGE_ADDRESS_UNSET,
            )
        return f"{project.page_address.rstrip('/')}{REDIRECT_PATH}"

    def _find_user(self, work: UnitOfWork, caller: Caller, issuer: str, found: ProviderUser) -> User:
        """Return whose account it is: the one that is bound, else that of the verified address, else a new one."""
        identity = work.oidc_identities.find(issuer, found.subject)
        user = None if identity is None else work.users.find(identity.user_id)
        if user is None:
            user = self._find_by_email(work, caller, issuer, found)
            work.oidc_identities.add(OidcIdentity(issuer, found.subject, user.user_id, millis(work.now)))
            work.record_audit_entry(BOUND, Caller(user, origin=caller.origin), {"user_id": user.user_id})
        if not user.active:
            raise refuse_deactivated(user.user_id)
        return user

    def _find_by_email(self, work: UnitOfWork, caller: Caller, issuer: str, found: ProviderUser) -> User:
        if found.email is None:
            raise Forbidden(
                "the provider has not verified your e-mail address",
                hint="verify it there, or sign in by mail",
                kind=RefusalKind.PROVIDER_UNVERIFIED,
            )
        user = work.users.find_by_email(fold_name(found.email))
        if user is None:
            return self.users.add_newcomer(work, email=found.email, name=found.name, origin=caller.origin)
        if work.oidc_identities.find_of_user(issuer, user.user_id) is not None:
            # An address that the provider gave to another person must not give them the account as well.
            raise Forbidden(
                f"another user of the provider signs in as {user.user_id}",
                hint="an admin can call user.unbind_oidc",
                kind=RefusalKind.PROVIDER_OTHER_USER,
                values={"user": user.user_id},
            )
        return user


def _refuse_devices(caller: Caller) -> None:
    if caller.is_over_tcp:
        raise Forbidden(
            "a provider signs in browsers, at the page",
            hint="a device is bound by auth.request_link",
            kind=RefusalKind.PAGE_ONLY,
        )
