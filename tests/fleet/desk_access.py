"""How a person reaches a desk at several addresses: by the app, as a browser does, or over JSON-RPC."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx2

from hero_assistance_app.targets import make_projects
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.event_client import subscribe
from hero_assistance_sdk.project.address_book import AddressBook
from hero_assistance_sdk.project.client import ProjectClient
from hero_assistance_sdk.project.identity import parse_project_id
from hero_assistance_sdk.rpc.client import JSON_HEADERS
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import Event
from tests.app.program import App
from tests.ui.daemons import rpc_body

# The app answers within its own time-outs, one after the other for each address.
_ANSWER_S = 120.0


class Failed(Exception):
    """A call without a result; `reason` is the error's."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason


@dataclass(frozen=True)
class Told:
    """What a stream says, as text; without a number it is no event, but about the stream itself."""

    kind: str
    text: str
    seq: int | None = None
    ticket_id: int = 0


class Access(Protocol):
    """A way to the desk."""

    def sign_in(self, email: str, code: str) -> None:
        """Have the machine known."""

    def call(self, method: str, **params: Any) -> str:
        """Call a method, and return the JSON of its result; raises `Failed`."""

    def events(self, since: int) -> Iterator[Told]:
        """Follow the events after a number without an end."""


class AppAccess:
    """A browser that is in the app."""

    def __init__(self, browser: httpx2.Client, project: str) -> None:
        self._browser, self._project = browser, project

    def sign_in(self, email: str, code: str) -> None:
        """Have the machine known."""
        answer = self._browser.post(f"projects/{self._project}/sign-in/redeem", json={"email": email, "code": code})
        assert answer.status_code == 200, answer.text

    def call(self, method: str, **params: Any) -> str:
        """Call a method, and return the JSON of its result; raises `Failed`."""
        path = f"projects/{self._project}/rpc"
        answer = self._browser.post(path, content=rpc_body(method, **params), headers=JSON_HEADERS)
        found = answer.json()
        if "result" not in found:
            raise Failed(found["error"]["data"]["reason"], found["error"]["message"])
        return json.dumps(found["result"])

    def events(self, since: int) -> Iterator[Told]:
        """Follow the events after a number without an end."""
        with self._browser.stream("GET", f"events?{self._project}={since}", timeout=_ANSWER_S) as answer:
            for event in httpx2.EventSource(answer):
                found = json.loads(event.data)
                if "seq" in found and "kind" in found:
                    yield Told(event.event, event.data, found["seq"], (found["ticket"] or {}).get("ticket_id", 0))
                elif event.event.startswith("stream.") or event.event == "reset":
                    yield Told(event.event, event.data)


class RpcAccess:
    """A program that uses the SDK; a reader of events has addresses of its own."""

    def __init__(self, client: ProjectClient, book: AddressBook) -> None:
        self._client, self._book = client, book

    def sign_in(self, email: str, code: str) -> None:
        """Have the machine known."""
        self._client.call("auth.redeem", email=email, code=code)

    def call(self, method: str, **params: Any) -> str:
        """Call a method, and return the JSON of its result; raises `Failed`."""
        try:
            return json.dumps(self._client.call(method, **params))
        except RpcFailure as error:
            raise Failed(error.remote_reason, error.message) from error
        except HeroError as error:
            raise Failed(error.reason, error.message) from error

    def events(self, since: int) -> Iterator[Told]:
        """Follow the events after a number without an end."""
        told: queue.Queue[Told | BaseException] = queue.Queue()
        threading.Thread(target=lambda: asyncio.run(self._follow(since, told)), daemon=True).start()
        while not isinstance(found := told.get(), BaseException):
            yield found
        raise found

    async def _follow(self, since: int, told: queue.Queue[Told | BaseException]) -> None:
        try:
            async with aclosing(subscribe(self._book, since=since)) as events:
                async for event in events:
                    text = event.model_dump_json()
                    if isinstance(event, Event):
                        ticket_id = 0 if event.ticket is None else event.ticket.ticket_id
                        told.put(Told(event.kind, text, event.seq, ticket_id))
                    else:
                        told.put(Told("reset", text))
        except BaseException as error:
            told.put(error)
            raise


@contextmanager
def app_access(root: Path, addresses: Sequence[str]) -> Iterator[Access]:
    """A browser in the app, which runs on this machine and shows one project at these addresses."""
    app = App(["--project", ",".join(addresses)], {**os.environ, "HOME": str(root)}, root / "app.log")
    try:
        app.start()
        with app.browser() as browser:
            browser.timeout = httpx2.Timeout(_ANSWER_S)
            yield AppAccess(browser, make_projects([addresses[0]])[0].id)
    finally:
        app.daemon.close()


@contextmanager
def rpc_access(addresses: Sequence[str], project_id: str) -> Iterator[Access]:
    """Clients of the SDK."""
    known = parse_project_id(project_id)
    with ProjectClient(AddressBook(addresses, known)) as client:
        yield RpcAccess(client, AddressBook(addresses, known))
