"""Every route and method, on every listener, in both modes, by every kind of claim: what is answered is a table."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from enum import Enum, StrEnum, auto
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.routing import Route

from hero_assistance_sdk.hero_proc.settings import SettingsReader
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.desk import Desk as ServerDesk
from hero_assistance_server.http.applications import ProgramsOnly, applications
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.sqlite.store import open_store
from hero_assistance_server.users.directory import Directory
from hero_assistance_ui.application import create_app
from hero_assistance_ui.assets import Assets
from hero_assistance_ui.identity import AuthMode as PageMode
from hero_assistance_ui.projects import ShownProject, Sockets
from hero_assistance_ui.trust import Trust
from tests.trust.harness import supervised
from tests.ui.daemons import Desk, desk, plain_environment

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Listener(StrEnum):
    RPC = "rpc.sock"
    EVENTS = "events.sock"
    SERVER_TCP = "server tcp"
    UI = "ui.sock"
    UI_TCP = "ui tcp"


class Claim(Enum):
    """What a request brings along to say who sends it."""

    NONE = ()
    EDGE = (("x-hero-user", "carol"),)
    SCRIPT = (("x-dev-user", "carol"),)
    PICKER = (("x-picked-user", "carol"),)
    SESSION = (("cookie", "hero_session=made-up"), ("x-hero-session", "made-up"))


class Needs(Enum):
    """What a route asks of its caller, and so what it answers."""

    NOTHING = auto()
    # The body asks who is calling, and the answer tells.
    TELLS = auto()
    SOMEBODY = auto()
    # The same, and the request lacks what it is about, or names what is not there.
    NAMING = auto()
    FINDING = auto()
    ADMIN = auto()
    # Signing in, where neither the edge nor the picker says who is calling, and out.
    SIGN_IN = auto()
    SIGN_OUT = auto()
    # Signing in by a provider, of which none is set, and by what only a browser that began it has.
    PROVIDER = auto()
    HANDSHAKE = auto()
    # What a browser is asked with for a passkey.
    PASSKEY = auto()
    # A token in the address, which the request lacks.
    TOKEN = auto()


N, T, S, A = Needs.NOTHING, Needs.TELLS, Needs.SOMEBODY, Needs.ADMIN
FOUND = {"GET": Needs.FINDING, "HEAD": Needs.FINDING}
READ = {"GET": N, "HEAD": N}
ABOUT = {"/health": READ, "/.well-known/heroservice.json": READ}
CALLS = {"/rpc": {"POST": T}, "/openrpc.json": READ}
FILES = {"/attachments": {"POST": Needs.NAMING}, "/attachments/{attachment_id}": FOUND}
STREAM = {"/events": {"GET": S, "HEAD": S}}
SIGN_IN = {"POST": Needs.SIGN_IN}
SIGN_OUT = {"POST": Needs.SIGN_OUT}
PAGE = {
    "/": READ,
    "/sign-in": READ,
    "/devices": READ,
    "/sign-in/link": {"GET": Needs.SIGN_IN, "HEAD": Needs.SIGN_IN},
    "/sign-in/request": SIGN_IN,
    "/sign-in/redeem": SIGN_IN,
    "/sign-in/oidc": {"GET": Needs.HANDSHAKE, "HEAD": Needs.HANDSHAKE},
    "/sign-out": SIGN_OUT,
    "/projects/{project}/sign-in/request": SIGN_IN,
    "/projects/{project}/sign-in/redeem": SIGN_IN,
    "/projects/{project}/sign-in/oidc": {"POST": Needs.PROVIDER},
    "/projects/{project}/sign-in/passkey/start": {"POST": Needs.PASSKEY},
    "/projects/{project}/sign-in/passkey": SIGN_IN,
    "/projects/{project}/sign-out": SIGN_OUT,
    "/unsubscribe": {"GET": Needs.TOKEN, "HEAD": Needs.TOKEN, "POST": Needs.TOKEN},
    "/static/{name}": READ,
    "/embed.js": READ,
    # It tells of each project by itself, also that it is refused there.
    "/events": READ,
    "/projects/{project}/rpc": {"POST": T},
    "/projects/{project}/events": {"GET": S, "HEAD": S},
    # It ends the pause of a project that was set aside, which this machine's own never is.
    "/projects/{project}/retry": {"POST": N},
    "/projects/{project}/attachments": {"POST": Needs.NAMING},
    "/projects/{project}/attachments/{attachment_id}": FOUND,
    "/projects/{project}/mails/{mail_id}": FOUND,
    "/admin/whitelist": {"GET": A, "HEAD": A, "PUT": A},
}
PEOPLE = {"/projects/{project}/people": READ}

# What each listener serves; the picker's list of people is there in dev mode alone.
ROUTES: dict[Listener, dict[str, dict[str, Needs]]] = {
    Listener.RPC: {**CALLS, **FILES, **ABOUT},
    Listener.EVENTS: {**STREAM, **ABOUT},
    Listener.SERVER_TCP: {**CALLS, **FILES, **STREAM, **ABOUT},
    Listener.UI: {**PAGE, **ABOUT},
    Listener.UI_TCP: {**PAGE, **ABOUT},
}

ALICE, CAROL, NOBODY, REFUSED = "alice", "carol", "nobody", "refused"
# Who is calling, by the claims in the order of `Claim`. In dev mode who says nothing is the admin.
ONLY_EDGE = (REFUSED, CAROL, REFUSED, REFUSED, REFUSED)
ONLY_SCRIPT = (ALICE, ALICE, CAROL, ALICE, ALICE)
ONLY_PICKER = (ALICE, ALICE, ALICE, CAROL, ALICE)
WHO: dict[tuple[Listener, str], tuple[str, ...]] = {
    (Listener.RPC, "hero"): ONLY_EDGE,
    (Listener.RPC, "dev"): ONLY_SCRIPT,
    (Listener.EVENTS, "hero"): ONLY_EDGE,
    (Listener.EVENTS, "dev"): ONLY_SCRIPT,
    (Listener.SERVER_TCP, "hero"): (NOBODY,) * 5,
    (Listener.SERVER_TCP, "dev"): ONLY_SCRIPT,
    (Listener.UI, "hero"): ONLY_EDGE,
    (Listener.UI, "dev"): ONLY_PICKER,
    (Listener.UI_TCP, "hero"): (REFUSED,) * 5,
    (Listener.UI_TCP, "dev"): ONLY_PICKER,
}
ANSWERS = {
    Needs.NOTHING: {ALICE: "200", CAROL: "200", NOBODY: "200", REFUSED: "200"},
    Needs.TELLS: {ALICE: ALICE, CAROL: CAROL, NOBODY: NOBODY, REFUSED: REFUSED},
    Needs.SOMEBODY: {ALICE: "200", CAROL: "200", NOBODY: "401", REFUSED: "401"},
    Needs.NAMING: {ALICE: "400", CAROL: "400", NOBODY: "401", REFUSED: "401"},
    Needs.FINDING: {ALICE: "404", CAROL: "404", NOBODY: "401", REFUSED: "401"},
    Needs.ADMIN: {ALICE: "200", CAROL: "403", NOBODY: "401", REFUSED: "401"},
    Needs.SIGN_IN: {ALICE: "409", CAROL: "409", REFUSED: "400"},
    Needs.SIGN_OUT: {ALICE: "409", CAROL: "409", REFUSED: "200"},
    Needs.PROVIDER: {ALICE: "409", CAROL: "409", REFUSED: "404"},
    Needs.HANDSHAKE: {ALICE: "409", CAROL: "409", REFUSED: "403"},
    Needs.PASSKEY: {ALICE: "409", CAROL: "409", REFUSED: "200"},
    Needs.TOKEN: dict.fromkeys((ALICE, CAROL, REFUSED), "400"),
}


def _routes(listener: Listener, mode: str) -> dict[str, dict[str, Needs]]:
    on_page = listener in (Listener.UI, Listener.UI_TCP)
    return {**ROUTES[listener], **(PEOPLE if on_page and mode == "dev" else {})}


# Each path is asked for on each listener, also where it is not served.
EVERY_PATH = sorted({*(path for routes in ROUTES.values() for path in routes), *PEOPLE, "/nothing", "/metrics"})


def _expected(listener: Listener, mode: str) -> dict[tuple[str, str, Claim], str]:
    return {
        (method, path, claim): _cell(_routes(listener, mode).get(path), method, who)
        for path in EVERY_PATH
        for method in METHODS
        for claim, who in zip(Claim, WHO[listener, mode], strict=True)
    }


def _cell(served: dict[str, Needs] | None, method: str, who: str) -> str:
    if served is None:
        return "404"
    return ANSWERS[served[method]][who] if method in served else "405"


@contextmanager
def _box(mode: str) -> Iterator[Desk]:
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
    env = plain_environment(root)
    try:
        with supervised(Paths.from_environ(env), env) as supervisor, desk(root, env, mode) as made:
            supervisor.start()
            made.start_server()
            made.start_ui("--tcp", "127.0.0.1:0")
            yield made
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module", params=["hero", "dev"])
def box(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Supervisor, server and page, with every listener that there is."""
    with _box(request.param) as made:
        yield made


@contextmanager
def _client(box: Desk, listener: Listener) -> Iterator[httpx2.Client]:
    if listener in (Listener.SERVER_TCP, Listener.UI_TCP):
        address = box.tcp_of_ui() if listener is Listener.UI_TCP else _tcp_of_server(box)
        transport, url = httpx2.HTTPTransport(verify=False), f"http://{address}"
    else:
        socket = box.paths.socket(listener.value.removesuffix(".sock"))
        transport, url = httpx2.HTTPTransport(uds=str(socket), verify=False), "http://localhost"
    with httpx2.Client(transport=transport, base_url=url, timeout=20.0, trust_env=False) as client:
        yield client


def _tcp_of_server(box: Desk) -> str:
    lines = box.log_of("hero_assistance_server").read_text().splitlines()
    return next(line.rpartition("address=")[2] for line in lines if "name=tcp" in line)


@pytest.mark.parametrize("listener", Listener)
def test_what_is_answered(box: Desk, listener: Listener) -> None:
    with _client(box, listener) as client:
        found = {
            (method, path, claim): _outcome(client, method, path, claim)
            for path in EVERY_PATH
            for method in METHODS
            for claim in Claim
        }
    expected = _expected(listener, box.auth_mode)
    assert {cell: (found[cell], expected[cell]) for cell in expected if found[cell] != expected[cell]} == {}


def _outcome(client: httpx2.Client, method: str, path: str, claim: Claim) -> str:
    script = Assets.read_packaged().first.script
    target = path.format(project="hero_assistance", name=script, attachment_id=1, mail_id=1)
    sent = {} if path != "/admin/whitelist" else {"entries": ["127.0.0.0/8"]}
    if path.endswith("/rpc"):
        sent = {"jsonrpc": "2.0", "id": 1, "method": "user.me", "params": {}}  # type: ignore[dict-item]
    kind = "application/octet-stream" if "/attachments" in path else "application/json"
    body = {"content": json.dumps(sent), "headers": [*claim.value, ("content-type", kind)]}
    with client.stream(method, target, **body) as response:  # type: ignore[arg-type]
        if path.endswith("/rpc") and response.status_code == 200:
            return _teller(json.loads(response.read()))
        return str(response.status_code)


def _teller(answer: Any) -> str:
    if "error" in answer:
        return REFUSED if answer["error"]["code"] == -32003 else str(answer)
    return str(answer["result"]["user_id"]) if answer["result"] else NOBODY


def _walked(routes: list[Any]) -> dict[str, set[str]]:
    assert all(isinstance(route, Route) for route in routes)
    return {route.path: set(route.methods) for route in routes}


@asynccontextmanager
async def _server_routes(paths: Paths, mode: str) -> AsyncIterator[dict[Listener, list[Any]]]:
    def publish(*_: object) -> None:
        """Nobody listens here."""

    async with open_store(paths.data, clock=lambda: datetime.now(UTC), publish=publish) as store:
        apps = applications(ServerDesk(store, Hub(), Directory([]), AuthMode(mode)))
        assert isinstance(apps.tcp, ProgramsOnly)
        yield {
            Listener.RPC: apps.rpc.routes,  # type: ignore[attr-defined]
            Listener.EVENTS: apps.events.routes,  # type: ignore[attr-defined]
            Listener.SERVER_TCP: apps.tcp.app.routes,  # type: ignore[attr-defined]
        }


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["hero", "dev"])
async def test_the_table_names_every_route_that_there_is(paths: Paths, mode: str) -> None:
    """A new route, or a new method of one, is refused here until the table says who may use it."""
    target = Sockets(rpc=paths.socket("rpc"), events=paths.socket("events"))
    async with _server_routes(paths, mode) as served:
        for listener, trust in ((Listener.UI, Trust.SOCKET), (Listener.UI_TCP, Trust.TCP)):
            project = ShownProject(id="hero_assistance", name="Support", target=target)
            gateway = create_app([project], auth_mode=PageMode(mode), trust=trust, reader=SettingsReader(paths))
            served[listener] = gateway.routes
            await gateway.aclose()
        for listener, routes in served.items():
            assert _walked(routes) == {path: set(needs) for path, needs in _routes(listener, mode).items()}
