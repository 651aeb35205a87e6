"""The applications of the server, one for each kind of listener."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from hero_assistance_httpd.rpc_endpoint import RpcEndpoint, ServiceInfo, failure_response, rpc_routes, service_routes
from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.limits import DEFAULTS, Limits
from hero_assistance_sdk.paths import SERVICE
from hero_assistance_sdk.release import version
from hero_assistance_sdk.rpc.dispatch import Dispatcher
from hero_assistance_sdk.rpc.methods import MethodTable
from hero_assistance_sdk.rpc.openrpc import add_discovery
from hero_assistance_server.attachments import rpc as attachments
from hero_assistance_server.attachments.download import Download
from hero_assistance_server.attachments.upload import Upload
from hero_assistance_server.audit import rpc as audit
from hero_assistance_server.backups import rpc as backups
from hero_assistance_server.backups.service import Backups
from hero_assistance_server.canned_replies import rpc as replies
from hero_assistance_server.drafts import rpc as drafts
from hero_assistance_server.events import rpc as event_methods
from hero_assistance_server.exports import rpc as exports
from hero_assistance_server.exports.service import Exports
from hero_assistance_server.identity.authentication import Authenticator, AuthMode, ListenerKind
from hero_assistance_server.identity.permissions import Caller, permit
from hero_assistance_server.macros import rpc as macros
from hero_assistance_server.messages import rpc as messages
from hero_assistance_server.presence import rpc as presence
from hero_assistance_server.project import rpc as project
from hero_assistance_server.read_receipts import rpc as reads
from hero_assistance_server.realtime.endpoint import EventsEndpoint
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.realtime.stream import EventStream
from hero_assistance_server.realtime.stream_quota import StreamQuota
from hero_assistance_server.saved_views import rpc as views
from hero_assistance_server.search import rpc as search
from hero_assistance_server.stats import rpc as stats
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.system import rpc as system
from hero_assistance_server.tags import rpc as tags
from hero_assistance_server.tickets import bulk_rpc, merge_split_rpc, update_rpc
from hero_assistance_server.tickets import rpc as tickets
from hero_assistance_server.users import admin_rpc, devices_rpc
from hero_assistance_server.users import rpc as users
from hero_assistance_server.users.directory import Directory

TITLE = "hero_assistance ticket server"
DESCRIPTION = "File tickets, answer them, and hear of every change as it happens."


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that the applications share."""

    store: Store
    hub: Hub
    directory: Directory
    mode: AuthMode
    # Without a place of their own, backups and exports are beside the data.
    backups: Backups | None = None
    exports: Exports | None = None
    tcp: str | None = None
    limits: Limits = DEFAULTS

    def methods(self) -> tuple[MethodTable[Caller], dict[str, Any]]:
        """The methods and the OpenRPC document that describes them."""
        table: MethodTable[Caller] = MethodTable()
        tickets.add_methods(table, self.store)
        update_rpc.add_methods(table, self.store)
        merge_split_rpc.add_methods(table, self.store)
        messages.add_methods(table, self.store)
        attachments.add_methods(table, self.store)
        audit.add_methods(table, self.store)
        drafts.add_methods(table, self.store)
        macros.add_methods(table, self.store)
        bulk_rpc.add_methods(table, self.store)
        project.add_methods(table, self.store)
        replies.add_methods(table, self.store)
        presence.add_methods(table, self.store, self.hub)
        users.add_methods(table, self.directory)
        reads.add_methods(table, self.store)
        search.add_methods(table, self.store)
        tags.add_methods(table, self.store)
        views.add_methods(table, self.store)
        stats.add_methods(table, self.store)
        admin_rpc.add_methods(table, admin_rpc.People(self.store, self.directory, self.hub))
        devices_rpc.add_methods(table, self.store, self.hub)
        system.add_methods(table, self.hub, self.mode, self.tcp)
        event_methods.add_methods(table, self.store)
        exports.add_methods(table, self.exports or Exports(self.store, self.store.folder / "exports"))
        backups.add_methods(table, self.backups or Backups(self.store, self.store.folder / "backups"))
        document = add_discovery(table, title=TITLE, version=version(), description=DESCRIPTION)
        return table, document


@dataclass(frozen=True, slots=True)
class Applications:
    """What is served on `rpc.sock`, on `events.sock` and over TCP."""

    rpc: ASGIApp
    events: ASGIApp
    tcp: ASGIApp


def applications(desk: Desk) -> Applications:
    """Build the three applications over one store."""
    table, document = desk.methods()
    dispatcher = Dispatcher(table, permit)
    identity = Authenticator(desk.mode, desk.directory, desk.store)
    stream = EventStream(desk.hub, desk.store)
    places = StreamQuota(desk.limits)
    body_limit = int(desk.limits.body_bytes)

    def rpc(kind: ListenerKind) -> list[Route]:
        return rpc_routes(RpcEndpoint(dispatcher, _caller_of(identity, kind), body_limit), document)

    def events(kind: ListenerKind) -> Route:
        return Route("/events", EventsEndpoint(stream, places, _caller_of(identity, kind)), methods=["GET"])

    def files(kind: ListenerKind) -> list[Route]:
        caller_of = _caller_of(identity, kind)
        return [
            Route("/attachments", Upload(desk.store, caller_of), methods=["POST"]),
            Route("/attachments/{attachment_id}", Download(desk.store, caller_of), methods=["GET"]),
        ]

    unix, tcp = ListenerKind.UNIX, ListenerKind.TCP
    return Applications(
        rpc=_router([*rpc(unix), *files(unix), *_about("rpc.sock")]),
        events=_router([events(unix), *_about("events.sock", "sse")]),
        tcp=ProgramsOnly(_router([*rpc(tcp), *files(tcp), events(tcp), *_about("rpc.sock")])),
    )


@dataclass(frozen=True, slots=True)
class ProgramsOnly:
    """Refuses what a browser sends for a web page.

    A page of any site can make the browser of someone at this machine send requests here.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if any(name == b"origin" for name, _ in scope.get("headers", ())):
            refusal = Forbidden("web pages may not call this listener", hint="they are served by hero_assistance_ui")
            await failure_response(refusal)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _caller_of(identity: Authenticator, kind: ListenerKind) -> Callable[[Request], Awaitable[Caller]]:
    async def caller_of(request: Request) -> Caller:
        return await identity.caller_of(request, kind)

    return caller_of


def _router(routes: list[BaseRoute]) -> Router:
    return Router(routes, redirect_slashes=False)


def _about(socket: str, protocol: str = "openrpc") -> list[Route]:
    return service_routes(ServiceInfo(SERVICE, TITLE, version(), DESCRIPTION, socket, protocol))
