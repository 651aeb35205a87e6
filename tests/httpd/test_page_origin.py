"""What the page's service says of its caller's place, and when the ticket server believes it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from hero_assistance_httpd.listeners import serve, unix_listener
from hero_assistance_httpd.page_origin import HEADER, PEER_USER, page_origin, read_page_origin
from tests.capabilities import AS_ROOT, needs

OURS = os.geteuid()


def _request(peer: str | None = None, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw, "client": (peer, 1) if peer else None})


@pytest.mark.pure
@pytest.mark.parametrize(
    ("request_", "over_tcp", "expected"),
    [
        (_request("10.0.0.5"), True, "ui 10.0.0.5"),
        (_request("10.0.0.5", x_forwarded_for="1.2.3.4"), True, "ui 10.0.0.5"),
        (_request("400::1"), True, "ui 400::1"),
        (_request(), True, "ui"),
        (_request(), False, "ui.sock"),
        (_request(x_forwarded_for="203.0.113.9"), False, "ui.sock 203.0.113.9"),
        (_request(x_forwarded_for="6.6.6.6, 203.0.113.9, 127.0.0.1"), False, "ui.sock 203.0.113.9"),
        (_request(x_forwarded_for="[400::1]:5"), False, "ui.sock 400::1"),
        (_request(x_forwarded_for="[400::1]"), False, "ui.sock 400::1"),
        (_request(x_forwarded_for="203.0.113.9:80"), False, "ui.sock 203.0.113.9"),
        (_request(x_forwarded_for="::ffff:203.0.113.9"), False, "ui.sock 203.0.113.9"),
        (_request(x_forwarded_for="unknown, \r\nx"), False, "ui.sock"),
        (_request(x_forwarded_for=""), False, "ui.sock"),
    ],
)
def test_where_a_page_was_called_from(request_: Request, over_tcp: bool, expected: str) -> None:
    assert page_origin(request_, over_tcp=over_tcp) == expected


def _scope(value: bytes, peer: Callable[[], int | None] | None = lambda: OURS, *more: tuple[bytes, bytes]) -> Scope:
    return {"headers": [(HEADER, value), *more], "extensions": {PEER_USER: peer} if peer else {}}


@pytest.mark.pure
@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (_scope(b"ui 10.0.0.5"), "ui 10.0.0.5"),
        (_scope(b"ui.sock"), "ui.sock"),
        (_scope(b"ui.sock 400::1"), "ui.sock 400::1"),
        ({"headers": []}, None),
        (_scope(b"ui 10.0.0.5", lambda: OURS + 1), None),
        (_scope(b"ui 10.0.0.5", lambda: None), None),
        (_scope(b"ui 10.0.0.5", None), None),
        (_scope(b"ui 10.0.0.5", lambda: OURS, (b"x-forwarded-prefix", b"/desk")), None),
        (_scope(b"ui 10.0.0.5", lambda: OURS, (b"x-forwarded-for", b"1.2.3.4")), None),
        (_scope(b"ui 10.0.0.5", lambda: OURS, (b"x-real-ip", b"1.2.3.4")), None),
        (_scope(b"ui 10.0.0.5", lambda: OURS, (b"forwarded", b"for=1.2.3.4")), None),
        (_scope(b"ui 10.0.0.5", lambda: OURS, (b"via", b"1.1 proxy")), None),
        (_scope(b"unix"), None),
        (_scope(b"ui somewhere"), None),
        (_scope(b"ui "), None),
        (_scope(b"ui 10.0.0.5 x"), None),
        (_scope(b"\xff"), None),
        (_scope(b""), None),
    ],
)
def test_when_it_is_believed(scope: Scope, expected: str | None) -> None:
    assert read_page_origin(scope) == expected


_CALL = """
import os, socket, sys
if len(sys.argv) > 2:
    os.setgid(int(sys.argv[2])); os.setgroups([]); os.setuid(int(sys.argv[2]))
called = socket.socket(socket.AF_UNIX)
called.connect(sys.argv[1])
lines = b"GET / HTTP/1.1", b"host: x", b"connection: close", b"x-hero-assistance-page: ui 10.0.0.5", b"", b""
called.sendall(b"\\r\\n".join(lines))
print(called.makefile("rb").read().rpartition(b"\\r\\n\\r\\n")[2].decode())
"""
_OTHER_USER = 65534


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (None, "ui 10.0.0.5"),
        pytest.param(_OTHER_USER, "None", marks=needs(AS_ROOT)),
    ],
)
async def test_the_kernel_says_whose_process_it_is(hero_root: Path, user: int | None, expected: str) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(str(read_page_origin(scope)))(scope, receive, send)

    stop, path = asyncio.Event(), hero_root / "s.sock"
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(serve([unix_listener(path, app)], stop=stop))
        while not path.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        told = await asyncio.to_thread(_ask_as, path, user)
        stop.set()
    assert told == expected


def _ask_as(path: Path, user: int | None) -> str:
    # Mode 0660 and the folder's 0700 keep other users out; here one has got in all the same.
    path.parent.chmod(0o755)
    path.chmod(0o666)
    command = [sys.executable, "-c", _CALL, str(path), *([] if user is None else [str(user)])]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
