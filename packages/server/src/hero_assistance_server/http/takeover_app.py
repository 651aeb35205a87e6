"""The application of a server whose predecessor still has the database."""

from __future__ import annotations

import asyncio

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from hero_assistance_httpd.rpc_endpoint import failure_response
from hero_assistance_httpd.socket_handover import Predecessor
from hero_assistance_sdk.errors import Unavailable
from hero_assistance_sdk.paths import SERVICE
from hero_assistance_sdk.release import version

# A predecessor lets go in half a second; one that hangs is killed by its supervisor after its stop time-out of 8 s.
HOLD_S = 9.0


class TakeoverApp:
    """Holds every request until the application is there; `/health` alone is answered, while the predecessor lives."""

    def __init__(self, predecessor: Predecessor, *, hold_s: float = HOLD_S) -> None:
        self._predecessor = predecessor
        self._hold_s = hold_s
        self._app: asyncio.Future[ASGIApp] = asyncio.get_running_loop().create_future()

    def give_way(self, app: ASGIApp) -> None:
        """Let `app` answer what is held, and all that comes."""
        self._app.set_result(app)

    @property
    def gave_way(self) -> bool:
        """Whether the application is there."""
        return self._app.done()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on once the application is there; answer 503 when that takes too long."""
        if not self._app.done() and scope.get("path") == "/health" and not self._predecessor.has_ended:
            # The supervisor asks before it stops the predecessor.
            answer = JSONResponse({"status": "waiting", "service": SERVICE, "version": version()})
            await answer(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._hold_s):
                app = await asyncio.shield(self._app)
        except TimeoutError:
            error = Unavailable("the server before this one does not let go of the database", hint="try again")
            await failure_response(error)(scope, receive, send)
            return
        await app(scope, receive, send)
