"""A bare Starlette application that answers with what it is sent: `python -m benchmarks.desk.echo`.

It stands for the least that any server on the same uvicorn has to do. It prints the address that it listens on.
"""

from __future__ import annotations

import asyncio
import socket

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

BACKLOG = 2048


async def echo(request: Request) -> Response:
    """Answer with the request's body."""
    return Response(await request.body(), media_type="application/json")


def main() -> None:
    """Serve on a free port of this machine until the process is ended."""
    app = Starlette(routes=[Route("/rpc", echo, methods=["POST"])])
    config = uvicorn.Config(
        app,
        http="httptools",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        backlog=BACKLOG,
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(f"127.0.0.1:{listening.getsockname()[1]}", flush=True)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(uvicorn.Server(config).serve(sockets=[listening]))


if __name__ == "__main__":
    main()
