"""A page in hero mode whose ticket server is a stand-in, and what its answers have a browser keep."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.ui.daemons import Desk, desk, http, plain_environment
from tests.ui.stand_in import StandIn, standing_in

PAGE = "/projects/hero_assistance"
PREFIX = "/hero_assistance/ui"
SESSION = "s" * 43
CAROL = {"noun": "user", "user_id": "u1", "name": "Carol", "role": "customer"}
LIFE_S = 3600
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Box:
    """A page whose ticket server is a stand-in."""

    desk: Desk
    server: StandIn

    @property
    def tcp(self) -> str:
        return f"http://{self.desk.tcp_of_ui()}"

    def socket(self, **options: Any) -> httpx2.Client:
        return http(self.desk.paths.socket("ui"), **options)

    def begin(self) -> None:
        """Answer as a ticket server where Carol signs in, and forget what was asked."""
        signed_in = {"user": CAROL, "session": SESSION, "expires_at": int((time.time() + LIFE_S) * 1000)}
        self.server.asked.clear()
        self.server.results = {
            "user.me": CAROL,
            "auth.request_link": True,
            "auth.redeem": signed_in,
            "auth.oidc_start": {"url": "https://login.example/authorize?state=x", "cookie": "h" * 43},
            "auth.oidc_finish": signed_in,
            "auth.passkey_start": {"options": "{}"},
            "auth.passkey_finish": signed_in,
            "auth.sign_out": True,
            "notification.unsubscribe": True,
        }


@contextmanager
def boxed() -> Iterator[Box]:
    """Serve the page on `ui.sock` and on TCP."""
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
    try:
        with desk(root, plain_environment(root), "hero") as made, standing_in(made.paths) as server:
            made.start_ui("--tcp", "127.0.0.1:0")
            yield Box(made, server)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def cookies_of(answer: httpx2.Response) -> list[dict[str, str]]:
    """The cookies that an answer sets, by their attributes in lower case; `name` and `value` are their own."""
    return [_parse(line) for line in answer.headers.get_list("set-cookie")]


def cookie_of(answer: httpx2.Response) -> dict[str, str]:
    """The one cookie that an answer sets."""
    (cookie,) = cookies_of(answer)
    return cookie


def _parse(line: str) -> dict[str, str]:
    first, *rest = line.split("; ")
    name, _, value = first.partition("=")
    pairs = (part.partition("=")[::2] for part in rest)
    return {"name": name, "value": value, **{key.lower(): found for key, found in pairs}}
