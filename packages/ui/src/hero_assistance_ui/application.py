"""The browser front end of one or more projects, as an ASGI application for one listener."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hero_assistance_httpd.health import Health
from hero_assistance_httpd.request_headers import pick_headers
from hero_assistance_httpd.rpc_endpoint import ServiceInfo, read_bounded_body, service_routes
from hero_assistance_sdk.errors import HeroError, NotFound
from hero_assistance_sdk.hero_proc.settings import SettingsReader
from hero_assistance_sdk.net.embedders import Embedders
from hero_assistance_sdk.paths import SERVICE
from hero_assistance_sdk.release import version
from hero_assistance_sdk.rpc.errors import InternalError
from hero_assistance_sdk.size_limits import REQUEST_BYTES
from hero_assistance_ui.access_list import PATH, AccessListResource
from hero_assistance_ui.assets import Assets
from hero_assistance_ui.errors import failure_response
from hero_assistance_ui.guards import check_same_site
from hero_assistance_ui.identity import PICKED_USER, AuthMode, BrowserIdentity
from hero_assistance_ui.mail_frame import MailFrame
from hero_assistance_ui.notices import NoticePage
from hero_assistance_ui.page import PageDocument
from hero_assistance_ui.preferences.languages import Languages
from hero_assistance_ui.projects import ShownProject, Sockets
from hero_assistance_ui.relays.asking import NO_STORE, relay_call
from hero_assistance_ui.relays.calls import Call, parse_call
from hero_assistance_ui.relays.desk_name import DeskName
from hero_assistance_ui.relays.file_places import FilePlaces
from hero_assistance_ui.relays.files import (
    MEDIA_TYPE,
    FileRelay,
    range_headers,
    read_chunks,
    relay_upload,
    upload_headers,
)
from hero_assistance_ui.relays.merged import Followed, MergedRelay, parse_positions
from hero_assistance_ui.relays.streams import EventRelay, OpenStreams
from hero_assistance_ui.relays.upstream import Upstream
from hero_assistance_ui.sign_in.oidc import OidcResource
from hero_assistance_ui.sign_in.passkey import PasskeyResource
from hero_assistance_ui.sign_in.resource import SignInResource
from hero_assistance_ui.sign_in.sessions import Sessions
from hero_assistance_ui.trust import Trust
from hero_assistance_ui.unsubscribe import UnsubscribeResource

_EVERY_ANSWER = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
# What holds where the answer says nothing else.
_UNLESS_GIVEN = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
)
# Views that are known by an address outside of the page.
VIEWS = ("/sign-in", "/devices")


class Gateway(Starlette):
    """The application, and what a daemon does with it when it stops: `close_streams`, then `aclose`."""

    def __init__(
        self,
        projects: Sequence[ShownProject],
        identity: BrowserIdentity,
        reader: SettingsReader | None,
        assets: Assets,
        *,
        health: Health,
    ) -> None:
        self._identity = identity
        self._upstreams = {project.id: Upstream(project) for project in projects}
        self._places = FilePlaces()
        self.streams = OpenStreams()
        info = ServiceInfo(
            name=SERVICE,
            title="Hero Assistance",
            version=version(),
            description="The support desk's page: tickets, threads and answers, live",
            socket="ui.sock",
            protocol="ui",
        )
        desk_name = DeskName(next(iter(self._upstreams.values())) if identity.is_local and projects else None)
        mail_frame = MailFrame(identity, self._upstream, identity.embedders)
        document = PageDocument(projects, assets, identity, reader, desk_name)
        routes = [
            Route("/", document.__call__),
            Route("/static/{name}", assets.__call__),
            Route("/embed.js", assets.embed_script),
            Route("/projects/{project}/rpc", self._relay_rpc, methods=["POST"]),
            Route("/projects/{project}/events", self._relay_events),
            Route("/projects/{project}/retry", self._retry, methods=["POST"]),
            Route("/events", self._relay_merged_events),
            Route("/projects/{project}/attachments", self._upload, methods=["POST"]),
            Route("/projects/{project}/attachments/{attachment_id}", self._download),
            Route("/projects/{project}/mails/{mail_id}", mail_frame.__call__),
            *([Route("/projects/{project}/people", self._list_people)] if identity.is_dev else []),
            *self._sign_in_routes(document, NoticePage(assets, reader, desk_name), assets.languages),
            *self._admin_routes(reader),
            *service_routes(info, health),
        ]
        super().__init__(
            routes=routes, middleware=[Middleware(_Headers)], exception_handlers={HeroError: _answer_failure}
        )
        # A redirect would lead to the host and path that we see, not to those that the browser asked for.
        self.router.redirect_slashes = False

    def close_streams(self) -> None:
        """End the open event streams, so that nothing holds up the end of the program."""
        self.streams.close()

    async def aclose(self) -> None:
        """Close the connections to the ticket servers."""
        for upstream in self._upstreams.values():
            await upstream.aclose()

    def _admin_routes(self, reader: SettingsReader | None) -> list[Route]:
        """Return the routes of the access list: a page has them with one ticket server, which knows its admins."""
        if reader is None:
            return []
        (upstream,) = self._upstreams.values()
        return [Route(PATH, AccessListResource(reader, self._identity, upstream).__call__, methods=["GET", "PUT"])]

    def _sign_in_routes(self, document: PageDocument, notices: NoticePage, languages: Languages) -> list[Route]:
        """Return the routes for signing in to each project; what is in mails leads to this machine's alone."""
        sessions = Sessions(self._identity, self._upstream)
        resource = SignInResource(sessions, notices, languages)
        each = "/projects/{project}"
        routes = [
            Route(f"{each}/sign-in/request", resource.request_link, methods=["POST"]),
            Route(f"{each}/sign-in/redeem", resource.redeem, methods=["POST"]),
            Route(f"{each}/sign-out", resource.sign_out, methods=["POST"]),
        ]
        if not self._identity.is_local:
            return routes
        oidc, passkey = OidcResource(sessions, notices), PasskeyResource(sessions)
        unsubscribe = UnsubscribeResource(self._identity, self._upstream, notices)
        return [
            *routes,
            Route(f"{each}/sign-in/oidc", oidc.start, methods=["POST"]),
            Route(f"{each}/sign-in/passkey/start", passkey.start, methods=["POST"]),
            Route(f"{each}/sign-in/passkey", passkey.finish, methods=["POST"]),
            *(Route(path, document.__call__) for path in VIEWS),
            Route("/sign-in/link", resource.show_link),
            Route("/sign-in/oidc", oidc.finish),
            Route("/sign-in/request", resource.request_link, methods=["POST"]),
            Route("/sign-in/redeem", resource.redeem_form, methods=["POST"]),
            Route("/sign-out", resource.sign_out, methods=["POST"]),
            Route("/unsubscribe", unsubscribe.__call__, methods=["GET", "POST"]),
        ]

    async def _relay_rpc(self, request: Request) -> Response:
        check_same_site(request)
        upstream = self._upstream(request)
        call = parse_call(await read_bounded_body(request, REQUEST_BYTES))
        try:
            async with upstream.attempt():
                await upstream.page_methods.require(call.method)
        except HeroError as error:
            return failure_response(error, call.id)
        accepted = request.headers.get("accept-encoding", "")
        return await relay_call(upstream, call, self._identity.headers(request), accepted)

    async def _list_people(self, request: Request) -> Response:
        """List all users for the picker: it calls without a name, and dev mode takes that for the admin."""
        return await relay_call(self._upstream(request), Call(0, "user.list", {}), {})

    async def _relay_events(self, request: Request) -> Response:
        upstream = self._upstream(request)
        headers = self._identity.headers(request) | pick_headers(request, [b"last-event-id"])
        since = request.query_params.get("since")
        query = {} if since is None else {"since": since}
        return EventRelay(upstream.events(query, headers), upstream.failure, self.streams)

    async def _retry(self, request: Request) -> Response:
        """Try a project again that was set aside: its user asks for it."""
        check_same_site(request)
        self._upstream(request).release()
        return JSONResponse({}, headers=NO_STORE)

    async def _relay_merged_events(self, request: Request) -> Response:
        """Merge the streams named as `project=since`, or all; `Last-Event-ID` says where a client comes back to."""
        named = parse_positions(request.headers.get("last-event-id") or _query(request))
        wanted = named or dict.fromkeys(self._upstreams, "")
        followed = [Followed(self._find_upstream(name), since) for name, since in wanted.items()]
        return MergedRelay(followed, self._identity.headers(request), self.streams)

    async def _upload(self, request: Request) -> Response:
        check_same_site(request, MEDIA_TYPE)
        upstream = self._upstream(request)
        headers = {**upload_headers(request), **self._identity.headers(request)}
        upload = upstream.upload(_query(request), headers, read_chunks(request))
        opened = self._places.take(self._caller(request, upstream), upload)
        return await relay_upload(opened, upstream.failure)

    async def _download(self, request: Request) -> Response:
        upstream = self._upstream(request)
        headers = {**range_headers(request), **self._identity.headers(request)}
        download = upstream.download(request.method, request.path_params["attachment_id"], headers)
        opened = self._places.take(self._caller(request, upstream), download)
        return FileRelay(opened, upstream.failure)

    def _caller(self, request: Request, upstream: Upstream) -> str:
        """Return what tells callers of a project apart: what is believed of them and, over TCP, their address."""
        return repr((upstream.project.id, request.client and request.client.host, self._identity.claims(request)))

    def _upstream(self, request: Request) -> Upstream:
        """Return the project of the path; where none is named, the page has one alone."""
        return self._find_upstream(request.path_params.get("project") or next(iter(self._upstreams)))

    def _find_upstream(self, name: str) -> Upstream:
        if name not in self._upstreams:
            raise NotFound(f"there is no project {name!r} here")
        return self._upstreams[name]


def create_app(
    projects: Sequence[ShownProject],
    *,
    auth_mode: AuthMode,
    trust: Trust,
    reader: SettingsReader | None = None,
    first_user: str | None = None,
    assets: Assets | None = None,
    health: Health | None = None,
) -> Gateway:
    """Return the page of `projects` for one listener; several listeners of a program may share the `assets`.

    `reader` has what the operator set; a page without a supervisor has none, and so neither theme nor access list.
    `first_user` calls until a demo user is picked. `health` is what `/health` answers.
    """
    local = all(isinstance(project.target, Sockets) for project in projects)
    embedders = (lambda: reader.settings.embedders) if reader else Embedders
    identity = BrowserIdentity(auth_mode, trust, first_user=first_user, is_local=local, embedders=embedders)
    return Gateway(projects, identity, reader, assets or Assets.read_packaged(), health=health or Health())


def _query(request: Request) -> str:
    """Return the query without the user of the window, which is for the page's service alone."""
    return urlencode([pair for pair in request.query_params.multi_items() if pair[0] != PICKED_USER])


async def _answer_failure(_request: Request, error: Exception) -> Response:
    known = error if isinstance(error, HeroError) else InternalError("the page's service failed")
    return failure_response(known)


class _Headers:
    """Adds what every answer carries, and policies that allow nothing where the answer brings none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                missing = [header for header in _UNLESS_GIVEN if header[0] not in given]
                message = {**message, "headers": [*message["headers"], *_EVERY_ANSWER, *missing]}
            await send(message)

        await self._app(scope, receive, with_headers)
