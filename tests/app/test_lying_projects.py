"""Projects that lie next to one that does not: its events and answers are whole, in order, and never late for a lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2
import pytest

from hero_assistance_app.targets import make_projects
from hero_assistance_sdk.sse import EventDecoder, encode
from hero_assistance_ui.relays.upstream import RESETS
from tests.app import lies
from tests.app.lying_project import LyingProject, result
from tests.app.program import App
from tests.sdk.sample_events import sent
from tests.ui.daemons import Desk, rpc_body

SECONDS = 60.0
JSON = {"content-type": "application/json"}
TICKETS = 30
PRESENCE = '"ticket_id":1,"user_id":"u","name":"U","role":"agent","level":"viewing"}'


class Neighbours:
    """An honest project, liars next to it, and a browser in the app of them all."""

    def __init__(self, honest: Desk, liars: dict[str, LyingProject], app: App, browser: httpx2.Client) -> None:
        self.honest, self.liars, self.app, self.browser = honest, liars, app, browser
        self.name = _id(honest.tcp_of_server())
        self.names = {name: _id(liar.address) for name, liar in liars.items()}

    def call(self, project: str, method: str, **params: Any) -> dict[str, Any]:
        """One call through the app."""
        sent = self.browser.post(f"projects/{project}/rpc", content=rpc_body(method, **params), headers=JSON)
        answer: dict[str, Any] = sent.json()
        return answer

    @contextmanager
    def events(self) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
        """Kind and data of the events of all projects, from each one's first."""
        query = "&".join(f"{name}=0" for name in (*self.names.values(), self.name))
        with self.browser.stream("GET", f"events?{query}") as answer:
            assert answer.status_code == 200
            yield _read(answer)

    def file(self, count: int) -> None:
        """File tickets at the honest project."""
        for number in range(count):
            self.honest.call("carol", "ticket.create", title=f"Honest {number}", body="")

    def check_log(self) -> None:
        """Nothing was wrong with the app: it has logged nothing."""
        assert self.app.daemon.log.read_text() == ""


def _id(address: str) -> str:
    return make_projects([address])[0].id


def _read(answer: httpx2.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    decoder = EventDecoder(1 << 24)
    for chunk in answer.iter_raw():
        for one in decoder.decode(chunk):
            if one.event != "ping":
                yield one.event, json.loads(one.data)


@pytest.fixture
def neighbours(server: Desk, start_app: Callable[..., App]) -> Iterator[Callable[..., Neighbours]]:
    """Start an app for these liars and an honest project."""
    with ExitStack() as stack:

        def meet(liars: dict[str, LyingProject]) -> Neighbours:
            for liar in liars.values():
                stack.callback(liar.close)
            addresses = [*(liar.address for liar in liars.values()), server.tcp_of_server()]
            app = start_app(*(word for address in addresses for word in ("--project", address)), "--user", "bob")
            browser = stack.enter_context(app.browser())
            browser.timeout = httpx2.Timeout(SECONDS)
            return Neighbours(server, liars, app, browser)

        yield meet


def test_every_lie_of_a_stream_is_set_aside_with_a_reason(neighbours: Callable[..., Neighbours]) -> None:
    met = neighbours({name: LyingProject(stream=lie) for name, (lie, _) in lies.STREAMS.items()})
    reasons: dict[str, str] = {}
    seqs: list[int] = []
    with met.events() as events, ThreadPoolExecutor(1) as pool:
        filed = pool.submit(met.file, TICKETS)
        for kind, data in events:
            if kind in ("stream.lost", "stream.refused"):
                reasons.setdefault(data["project"], data["error"]["data"]["reason"])
                assert len(data["error"]["message"]) < 200
            elif kind == "ticket.created" and data["project"] == met.name:
                assert data["ticket"]["title"] == f"Honest {len(seqs)}"
                seqs.append(data["seq"])
            if len(seqs) == TICKETS and reasons.keys() >= set(met.names.values()):
                break
        filed.result(SECONDS)
    assert seqs == list(range(1, TICKETS + 1))
    found = {name: reasons[project] for name, project in met.names.items()}
    assert found == {name: reason for name, (_, reason) in lies.STREAMS.items()}
    assert met.name not in reasons
    met.check_log()


@pytest.mark.parametrize("closes", [False, True])
def test_a_stream_that_goes_on_or_breaks_off_holds_up_no_other(
    closes: bool, neighbours: Callable[..., Neighbours]
) -> None:
    """All of them go on for as long as the honest events take; none has to be found out for these to arrive."""
    told = lies.CUT if closes else lies.ENDLESS
    met = neighbours({name: LyingProject(stream=lie, closes_after=closes) for name, lie in told.items()})
    seqs: list[int] = []
    with met.events() as events, ThreadPoolExecutor(1) as pool:
        filed = pool.submit(met.file, TICKETS)
        while len(seqs) < TICKETS:
            kind, data = next(events)
            if data["project"] != met.name:
                assert data.get("ticket") is None or not data["ticket"]["title"].startswith("Honest")
            elif kind == "ticket.created":
                seqs.append(data["seq"])
        filed.result(SECONDS)
    assert seqs == list(range(1, TICKETS + 1))
    met.check_log()


def test_every_lie_of_an_answer_is_one_error_and_sets_its_project_aside(neighbours: Callable[..., Neighbours]) -> None:
    told = {f"answer: {name}": LyingProject(rpc=lie) for name, lie in lies.CALLS.items()}
    told |= {f"document: {name}": LyingProject(document=lie) for name, lie in lies.DOCUMENTS.items()}
    met = neighbours(told)
    for name, project in met.names.items():
        error = met.call(project, "ticket.list")["error"]
        assert error["data"]["reason"] == lies.VIOLATION, name
        assert "set aside" in error["data"]["hint"], name
        assert len(error["message"]) + len(error["data"]["hint"]) < 500, name
        assert "result" in met.call(met.name, "ticket.list"), name
    met.check_log()


def test_a_project_that_is_set_aside_is_not_asked_until_its_user_wants_it(
    neighbours: Callable[..., Neighbours],
) -> None:
    liar = LyingProject(rpc=lies.CALLS["no JSON"])
    met = neighbours({"liar": liar})
    project = met.names["liar"]
    first, second = (met.call(project, "user.me")["error"] for _ in range(2))
    assert first["message"] == second["message"]
    assert liar.count(b"/rpc") == 1
    liar.rpc = lambda request: [result(request, None)]
    retried = met.browser.post(f"projects/{project}/retry", content=b"{}", headers=JSON)
    assert retried.status_code == 200
    assert met.call(project, "user.me")["result"] is None
    met.check_log()


def test_a_stream_that_is_set_aside_is_tried_again_by_itself_and_by_hand(neighbours: Callable[..., Neighbours]) -> None:
    liar = LyingProject(stream=lies.STREAMS["half a letter"][0])
    met = neighbours({"liar": liar})
    project = met.names["liar"]
    with met.events() as events:
        for pause in (1, 2, 4):
            error = next(data for kind, data in events if kind == "stream.lost" and data["project"] == project)["error"]
            assert error["data"]["hint"].endswith(f"set aside, and tried again in {pause} s")
        liar.stream = lies.says(sent(7))
        met.browser.post(f"projects/{project}/retry", content=b"{}", headers=JSON)
        assert next(data for kind, data in events if kind == "ticket.created")["seq"] == 7
    met.check_log()


def test_a_project_speaks_for_itself_alone(neighbours: Callable[..., Neighbours]) -> None:
    liar = LyingProject()
    met = neighbours({"liar": liar})
    claim = f'{{"project":"{met.name}","project":"{met.name}",'
    spoken = sent(1).replace(b"data: {", f"data: {claim}".encode()).replace(b'"t"', b'"Honest 0"')
    liar.stream = lies.says(spoken, encode(event="presence", data=claim + PRESENCE))
    with met.events() as events:
        told = [next(event for event in events if event[0] in ("ticket.created", "presence")) for _ in range(2)]
    assert [(kind, data["project"]) for kind, data in told] == [
        ("ticket.created", met.names["liar"]),
        ("presence", met.names["liar"]),
    ]
    met.check_log()


def test_resets_without_an_end_are_a_lie(neighbours: Callable[..., Neighbours]) -> None:
    """After each the page opens the stream of all projects again."""
    reset = encode(event="reset", data='{"seq": 5}', seq=5)
    met = neighbours({"liar": LyingProject(stream=lies.says(reset))})
    ends = []
    for _ in range(RESETS + 1):
        with met.events() as events:
            ends.append(next(kind for kind, _ in events if kind in ("reset", "stream.lost")))
    assert ends == ["reset"] * RESETS + ["stream.lost"]
    met.check_log()


def test_another_site_cannot_have_a_project_tried_again(neighbours: Callable[..., Neighbours]) -> None:
    met = neighbours({"liar": LyingProject()})
    path = f"projects/{met.names['liar']}/retry"
    assert met.browser.post(path, content=b"{}", headers={**JSON, "sec-fetch-site": "same-site"}).status_code == 403
    assert met.browser.post(path, content=b"").status_code == 403


def test_answers_that_take_their_time_end_and_hold_up_no_other(neighbours: Callable[..., Neighbours]) -> None:
    """The honest project answers while all of them are waited for; twice too slow is set aside."""
    met = neighbours({name: LyingProject(rpc=lie) for name, lie in lies.SLOW.items()})
    with ThreadPoolExecutor(2 * len(met.names)) as pool:
        asked = {
            name: [pool.submit(met.call, project, "user.me") for _ in range(2)] for name, project in met.names.items()
        }
        assert met.call(met.name, "user.me")["result"]["user_id"] == "bob"
        assert not any(call.done() for calls in asked.values() for call in calls)
        for name, calls in asked.items():
            reasons = {call.result(SECONDS)["error"]["data"]["reason"] for call in calls}
            assert reasons == {lies.UNREACHABLE}, name
    for liar, project in ((met.liars[name], project) for name, project in met.names.items()):
        before = liar.count(b"/rpc")
        assert "set aside" in met.call(project, "user.me")["error"]["data"]["hint"]
        assert liar.count(b"/rpc") == before
    met.check_log()


FILES = {
    "two framings": b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n",
    "a length that is none": b"content-length: x\r\n\r\nabc",
    "a name that goes on": b'content-disposition: attachment; filename="a\x1b\xff"\r\ncontent-length: 1\r\n\r\nx',
    "a type that runs": b"content-type: text/html\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx",
}


@pytest.mark.parametrize("status", [b"200 OK", b"206 x", b"304 x", b"302 x", b"416 x", b"999 x"])
def test_a_file_that_is_none_leaves_no_trace(status: bytes, neighbours: Callable[..., Neighbours]) -> None:
    told = {
        name: LyingProject(file=lies.answers(b"HTTP/1.1 " + status + b"\r\n" + rest), closes_after=True)
        for name, rest in FILES.items()
    }
    met = neighbours(told)
    for name, project in met.names.items():
        answer = met.browser.get(f"projects/{project}/attachments/1")
        assert "html" not in answer.headers.get("content-type", ""), name
        assert "location" not in answer.headers, name
    assert "result" in met.call(met.name, "user.me")
    met.check_log()
