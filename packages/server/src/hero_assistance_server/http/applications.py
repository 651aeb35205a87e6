"""The applications of the server, one for each kind of listener."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from hero_assistance_httpd.health import Health
from hero_assistance_httpd.rpc_endpoint import RpcEndpoint, ServiceInfo, failure_response, rpc_routes, service_routes
from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.paths import SERVICE
from hero_assistance_sdk.refusals import REFUSAL_MEANINGS
from hero_assistance_sdk.release import version
from hero_assistance_sdk.rpc.dispatch import Dispatcher
from hero_assistance_sdk.rpc.openrpc import OpenRpcDocument, add_discovery
from hero_assistance_server.attachments.download import Download
from hero_assistance_server.attachments.upload import Upload
from hero_assistance_server.desk import Desk
from hero_assistance_server.features import event_types, register_methods
from hero_assistance_server.identity.authentication import Authenticator, ListenerKind
from hero_assistance_server.identity.permissions import EVERYONE, Caller, Permission
from hero_assistance_server.realtime.endpoint import EventsEndpoint
from hero_assistance_server.realtime.stream import EventStream
from hero_assistance_server.realtime.stream_quota import StreamQuota
from hero_assistance_server.rpc.registry import MethodRegistry

TITLE = "hero_assistance ticket server"
DESCRIPTION = "File tickets, answer them, and hear of every change as it happens."


def build_methods(desk: Desk) -> tuple[MethodRegistry, OpenRpcDocument]:
    """Return the methods of every feature, and the OpenRPC document that describes them and the events."""
    registry = register_methods(desk)
    registry.grant(Permission("rpc.discover", EVERYONE))
    document = add_discovery(
        registry.table,
        title=TITLE,
        version=version(),
        description=DESCRIPTION,
        extensions={
            "x-events": [asdict(event_type) for event_type in event_types().values()],
            "x-refusals": [{"kind": kind.value, "meaning": meaning} for kind, meaning in REFUSAL_MEANINGS.items()],
        },
    )
    return registry, document


@dataclass(frozen=True, slots=True)
class Applications:
    """What is served on `rpc.sock`, on `events.sock` and over TCP."""

    rpc: ASGIApp
    events: ASGIApp
    tcp: ASGIApp


def applications(desk: Desk) -> Applications:
    """Build the three applications over one store."""
    registry, document = build_methods(desk)
    dispatcher = Dispatcher(registry.table, registry.permit, admit=desk.admission.admit_call)
    identity = Authenticator(
        desk.mode, desk.directory, desk.store, desk.sessions, desk.devices, desk.owner, desk.store.nodes.access
    )
    stream = EventStream(desk.hub, desk.store)
    places = StreamQuota(desk.limits)
    body_limit = int(desk.limits.body_bytes)

    def rpc(kind: ListenerKind) -> list[Route]:
        return rpc_routes(RpcEndpoint(dispatcher, _make_find_caller(identity, kind), body_limit), document)

    def events(kind: ListenerKind) -> Route:
        return Route("/events", EventsEndpoint(stream, places, _make_find_caller(identity, kind)), methods=["GET"])

    def files(kind: ListenerKind) -> list[Route]:
        find_caller = _make_find_caller(identity, kind)
        return [
            Route("/attachments", Upload(desk.store, find_caller, desk.admission), methods=["POST"]),
            Route("/attachments/{attachment_id}", Download(desk.store, find_caller), methods=["GET"]),
        ]

    unix, tcp = ListenerKind.UNIX, ListenerKind.TCP
    return Applications(
        rpc=_router([*rpc(unix), *files(unix), *_about(desk.health, "rpc.sock")]),
        events=_router([events(unix), *_about(desk.health, "events.sock", "sse")]),
        tcp=ProgramsOnly(_router([*rpc(tcp), *files(tcp), events(tcp), *_about(desk.health, "rpc.sock")])),
    )


@dataclass(frozen=True, slots=True)
class ProgramsOnly:
    """Refuses what a browser sends for a web page.

    A page of any site can make the browser of someone at this machine send requests here.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to a request with an `Origin`; pass every other one on."""
        if any(name == b"origin" for name, _ in scope.get("headers", ())):
            refusal = Forbidden("web pages may not call this listener", hint="they are served by hero_assistance_ui")
            await failure_response(refusal)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _make_find_caller(identity: Authenticator, kind: ListenerKind) -> Callable[[Request], Awaitable[Caller]]:
    async def find_caller(request: Request) -> Caller:
        return await identity.find_caller(request, kind)

    return find_caller


def _router(routes: list[BaseRoute]) -> Router:
    return Router(routes, redirect_slashes=False)


def _about(health: Health, socket: str, protocol: str = "openrpc") -> list[Route]:
    return service_routes(ServiceInfo(SERVICE, TITLE, version(), DESCRIPTION, socket, protocol), health)
