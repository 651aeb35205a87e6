"""The access list of the page: the filter of TCP peers, and `/admin/whitelist`, where admins read and change it."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hero_assistance_httpd.rpc_endpoint import read_bounded_body
from hero_assistance_sdk.access_list import AccessList, access_of
from hero_assistance_sdk.errors import Conflict, Forbidden, Unauthenticated
from hero_assistance_sdk.hero_proc.settings import DaemonSettings, SecretName, SettingsReader
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.rpc.client import decode_answer
from hero_assistance_sdk.rpc.errors import CODES, InvalidParams, RpcFailure
from hero_assistance_sdk.wire import Role
from hero_assistance_ui.guards import check_same_site
from hero_assistance_ui.identity import BrowserIdentity
from hero_assistance_ui.relays.calls import Call
from hero_assistance_ui.relays.upstream import Upstream
from hero_assistance_ui.trust import Trust

# An address that operators call: it stays, though the thing is an access list everywhere else (decision 17).
PATH = "/admin/whitelist"
# Far more than a desk has admins; as one secret they fit into what a supervisor keeps.
LONGEST_LIST = 1000
# An IPv6 network in full, mapped and with a netmask, is shorter.
LONGEST_ENTRY = 64
BODY_LIMIT = 128 * 1024

_ADMINS_ONLY = "only admins may see or change who may open this page"
_log = get_log("access")


class AccessListPolicy:
    """Admits the addresses of `ADMIN_SECRETS`, every address while it names none, and none while it is unreadable."""

    def __init__(self, reader: SettingsReader) -> None:
        self._reader = reader
        self._has_warned = False

    def admits(self, peer: str) -> bool:
        """Return whether a TCP peer may connect."""
        settings = self._reader.settings
        is_open = not (settings.access.is_enforced or settings.is_closed)
        if is_open and not self._has_warned:
            _log.warning("access.open", secret=SecretName.ADMIN_SECRETS.value, admitted="everybody")
        self._has_warned = is_open
        return settings.admits(peer)


class Change(BaseModel):
    """The body of a PUT: the whole new list; `force` allows one that locks out its sender."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    entries: Annotated[list[Annotated[str, Field(max_length=LONGEST_ENTRY)]], Field(max_length=LONGEST_LIST)]
    force: bool = False


class AccessListResource:
    """Answers GET and PUT of `/admin/whitelist`, for admins of the ticket server only."""

    def __init__(self, reader: SettingsReader, identity: BrowserIdentity, upstream: Upstream) -> None:
        self._reader = reader
        self._identity = identity
        self._upstream = upstream

    async def __call__(self, request: Request) -> Response:
        """Answer a request for the list, or change it."""
        if request.method == "PUT":
            return await self._put(request)
        await self._check_admin(request)
        return self._respond(request, self._reader.settings)

    async def _put(self, request: Request) -> Response:
        check_same_site(request)
        change = _parse_change(await read_bounded_body(request, BODY_LIMIT))
        wanted = _check_entries(change)
        await self._check_admin(request)
        peer = self._peer(request)
        if peer is not None and not wanted.admits(peer) and not change.force:
            raise Conflict(f"this list would lock you out: {peer} is not on it", hint='send "force": true to mean it')
        settings = await self._reader.write_access(wanted.entries)
        _log.info("access.changed", peer=peer or "socket", entries=len(wanted.entries), forced=change.force)
        return self._respond(request, settings)

    async def _check_admin(self, request: Request) -> None:
        """Raise `Unauthenticated` or `Forbidden` unless the ticket server says that the caller is an admin."""
        call = Call(0, "user.me", {})
        status, body = await self._upstream.call(call.encode(), self._identity.headers(request))
        try:
            user = decode_answer(self._upstream.project.name, status, body)
        except RpcFailure as failure:
            if failure.code != CODES[Unauthenticated]:
                raise
            user = None
        if not isinstance(user, dict):
            raise Unauthenticated(_ADMINS_ONLY, hint="from a shell of this machine: hero_assistance access")
        if user.get("role") != Role.ADMIN.value:
            raise Forbidden(_ADMINS_ONLY)

    def _respond(self, request: Request, settings: DaemonSettings) -> Response:
        content: dict[str, Any] = {
            "entries": settings.access.entries,
            "invalid": settings.access.invalid,
            "enforced": settings.access.is_enforced or settings.is_closed,
            "source": settings.source_of(SecretName.ADMIN_SECRETS),
            "current": settings.is_current,
            "you": self._peer(request),
        }
        return JSONResponse(content, headers={"cache-control": "no-store"})

    def _peer(self, request: Request) -> str | None:
        """Return the address that the filter judges; a Unix socket has no filter and no address."""
        return request.client.host if self._identity.trust is Trust.TCP and request.client else None


def _parse_change(body: bytes) -> Change:
    try:
        return Change.model_validate_json(body)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_input=False)]
        hint = f"send {json.dumps({'entries': ['10.0.0.0/8'], 'force': False})}"
        raise InvalidParams("the body is not a list of entries", faults=faults, hint=hint) from None


def _check_entries(change: Change) -> AccessList:
    """Return the list; raises `InvalidParams` when an entry is neither an address nor a network."""
    wanted = access_of(change.entries)
    if wanted.invalid:
        raise InvalidParams("some entries are neither address nor network", faults=wanted.invalid)
    return wanted
