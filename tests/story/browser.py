"""The admin's browser, as far as signing in and calling go: it keeps cookies and says where its page is."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tests.ui.daemons import rpc_body

_TIMEOUT_S = 20.0
_FORM = re.compile(r'<form method="post" action="([^"]+)">')


class Browser:
    """A browser at one page, which serves a project."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._client = httpx2.Client(base_url=page, timeout=_TIMEOUT_S, headers={"origin": page})

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def press_button_of(self, link: str) -> int:
        """Open a link, press the button of its page, and return the status of what follows."""
        parts = urlsplit(link)
        assert link.startswith(self._page)
        shown = self._client.get(f"{parts.path}?{parts.query}")
        assert _FORM.findall(shown.text) == ["sign-in/redeem"]
        token = parts.query.removeprefix("token=")
        return self._client.post("/sign-in/redeem", data={"token": token}).status_code

    def call(self, method: str, **params: Any) -> Any:
        """The result of a call of the page, or the reason of its refusal as a text that begins with `!`."""
        headers = {"content-type": "application/json"}
        body = rpc_body(method, **params)
        answer = self._client.post("/projects/hero_assistance/rpc", content=body, headers=headers).json()
        return answer["result"] if "result" in answer else f"!{answer['error']['data']['reason']}"

    def sign_out(self) -> int:
        """Sign out, and return the status of the answer."""
        return self._client.post("/sign-out", json={}).status_code
