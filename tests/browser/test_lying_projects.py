"""The page of an app in which some projects lie: what is honest works, and each lie has its reason there."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from hero_assistance_sdk.sse import encode
from tests.app import lies
from tests.app.lying_project import METHODS, STREAM, Answer, LyingProject, result, whole
from tests.app.program import App
from tests.browser.page_object import Visitor, go_to, wait_for
from tests.sdk.sample_events import event
from tests.ui.daemons import Desk, desk, eventually, plain_environment

PICTURES = 12
SENDS = ("message.reply", "ticket.create")
USER = {
    "noun": "user",
    "user_id": "carol",
    "name": "Carol",
    "role": "customer",
    "email": None,
    "active": True,
    "shows_presence": True,
}


def pretending(**results: Any) -> Answer:
    """Answer each method as an empty project does, or with another result."""
    page: dict[str, object] = {"tickets": [], "next_cursor": None, "seq": 0}
    known = {"user_me": USER, "ticket_list": page, "user_list": {"users": [USER]}, "message_list": {"messages": []}}
    answers = {**known, **results}

    def answer(request: bytes) -> list[bytes]:
        method = json.loads(request.partition(b"\r\n\r\n")[2])["method"]
        return [result(request, answers.get(method.replace(".", "_")))]

    return answer


def tickets(*rows: object, seq: object = 0) -> dict[str, object]:
    """A page of tickets."""
    return {"tickets": rows, "next_cursor": None, "seq": seq}


def pictures() -> LyingProject:
    """A project with one ticket, whose pictures never come to an end."""
    ticket = event(1).model_dump(mode="json")["ticket"]
    picture = {"name": "p.png", "size": 10**6, "type": "image/png", "width": 100, "height": 50}
    message = {
        "message_id": 1,
        "ticket_id": 1,
        "kind": "reply",
        "author": "bob",
        "author_name": "Bob",
        "body": "See",
        "created_at": 1,
        "edited_at": None,
        "attachments": [{**picture, "attachment_id": number} for number in range(PICTURES)],
    }
    rpc = pretending(ticket_list=tickets(ticket), message_list={"messages": [message], "seq": 0})
    head = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 1000000\r\n\r\n"
    return LyingProject(rpc=rpc, stream=lies.says(), file=lies.drip(head))


def flood(_request: bytes) -> Iterator[bytes]:
    """File a new ticket with each event, as fast as they are read."""
    yield STREAM + lies.OPENING
    filed = event(1).model_dump(mode="json")
    for seq in itertools.count(1):
        filed["seq"] = filed["ticket"]["ticket_id"] = filed["ticket"]["updated_at"] = seq
        yield encode(event="ticket.created", data=json.dumps(filed), seq=seq)


def lies_once() -> LyingProject:
    """A project with one ticket that answers what is sent to it with a lie once, and then as it should."""
    ticket = event(1).model_dump(mode="json")["ticket"]
    honest = pretending(ticket_list=tickets(ticket))
    lied: set[str] = set()

    def answer(request: bytes) -> Iterable[bytes]:
        method, params = sent_to(request)
        if method not in SENDS:
            return honest(request)
        if method not in lied:
            lied.add(method)
            return [result(request, {"message_id": "none", "ticket_id": [], "title": 1, "body": 1})]
        if method == "ticket.create":
            return [result(request, {**ticket, "ticket_id": 2, "title": params["title"], "body": params["body"]})]
        message: dict[str, object] = {"message_id": 1, "ticket_id": 1, "kind": "reply", "attachments": []}
        message |= {"author": "carol", "author_name": "Carol", "created_at": 1, "edited_at": None}
        return [result(request, {**message, "body": params["body"]})]

    methods = [{"name": name, "x-page": True} for name in (*METHODS, *SENDS)]
    described = whole(json.dumps({"methods": methods}).encode())
    return LyingProject(rpc=answer, stream=lies.says(), document=lambda _request: [described])


def sent_to(request: bytes) -> tuple[str, dict[str, Any]]:
    """The method that a request calls, and its params."""
    call = json.loads(request.partition(b"\r\n\r\n")[2])
    return call["method"], call["params"]


# The first project is asked for the demo users of all.
LIARS: dict[str, Callable[[], LyingProject]] = {
    "pictures": pictures,
    "flood": lambda: LyingProject(rpc=pretending(), stream=flood),
    "users": lambda: LyingProject(rpc=pretending(user_list={"users": [1, None]})),
    "no users": lambda: LyingProject(rpc=pretending(user_list={})),
    "a user without a name": lambda: LyingProject(rpc=pretending(user_me={"user_id": "x", "role": "agent"})),
    "a user who is a text": lambda: LyingProject(rpc=pretending(user_me="carol")),
    "a bare ticket": lambda: LyingProject(rpc=pretending(ticket_list=tickets({"ticket_id": 1, "title": "Bare"}))),
    "tickets that are none": lambda: LyingProject(rpc=pretending(ticket_list=tickets(None, 1, "x"))),
    "no list": lambda: LyingProject(rpc=pretending(ticket_list={"seq": 0})),
    "a number that is none": lambda: LyingProject(rpc=pretending(ticket_list=tickets(seq="0&all=1"))),
    "a stream": lambda: LyingProject(rpc=pretending(), stream=lies.STREAMS["a number with a fraction"][0]),
    "no answer": lambda: LyingProject(rpc=lies.SLOW["no answer"]),
    "a send": lies_once,
}
# These have tests of their own.
APART = ("pictures", "flood", "a send")


@contextmanager
def team() -> Iterator[Desk]:
    """The honest project."""
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
    try:
        with desk(root, plain_environment(root)) as made:
            made.start_server()
            yield made
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def meet() -> Iterator[Callable[..., tuple[Desk, App, dict[str, LyingProject]]]]:
    """Start an app of some liars and an honest project, whose user is Carol."""
    with ExitStack() as stack:

        def start(*names: str) -> tuple[Desk, App, dict[str, LyingProject]]:
            honest = stack.enter_context(team())
            liars = {name: LIARS[name]() for name in names}
            for liar in liars.values():
                stack.callback(liar.close)
            addresses = [*(liar.address for liar in liars.values()), honest.tcp_of_server()]
            arguments = [word for address in addresses for word in ("--project", address)]
            app = App([*arguments, "--user", "carol"], honest.env, honest.paths.root / "app.log")
            stack.callback(app.daemon.close)
            app.start()
            return honest, app, liars

        yield start


def outage(carol: Visitor, liar: LyingProject) -> Any:
    """What the page says of a project that does not answer as it should."""
    listed = carol.page.get_by_role("list", name="Projects that do not answer").get_by_role("listitem")
    return listed.filter(has_text=liar.address)


def ticket_of(carol: Visitor, liar: LyingProject) -> Locator:
    """The ticket of a project in the list; its row names the project above the title."""
    listed = carol.page.get_by_role("navigation", name="Tickets").get_by_role("link")
    return listed.filter(has=carol.page.locator(".ticket-project", has_text=liar.address))


def test_an_honest_project_works_next_to_every_lie(
    meet: Callable[..., tuple[Desk, App, dict[str, LyingProject]]], visit: Callable[..., Visitor]
) -> None:
    honest, app, _ = meet(*(name for name in LIARS if name not in APART))
    honest.call("carol", "ticket.create", title="Before", body="Text")
    carol = visit(app.link)
    expect(carol.ticket("Before")).to_be_visible()
    expect(carol.page.get_by_label("Demo user")).to_have_value("carol")
    carol.page.get_by_role("link", name="New ticket").first.click()
    carol.page.get_by_role("combobox", name="Project", exact=True).select_option(honest.tcp_of_server())
    carol.page.get_by_label("Title").fill("Among liars")
    carol.page.get_by_label("Description").fill("Text")
    eventually(lambda: honest.call("carol", "draft.list")["drafts"], "the draft is saved")
    carol.page.get_by_role("button", name="Send ticket").click()
    expect(carol.heading("Among liars")).to_be_visible()
    honest.call("bob", "message.reply", ticket_id=2, body="Heard")
    expect(carol.message("Heard")).to_be_visible()
    carol.reply("Answered")
    assert app.daemon.log.read_text() == ""


def test_pictures_that_never_come_leave_connections_for_the_rest(
    meet: Callable[..., tuple[Desk, App, dict[str, LyingProject]]], visit: Callable[..., Visitor]
) -> None:
    """A browser opens six connections to one address; a thread may hold more pictures than that."""
    honest, app, liars = meet("pictures")
    carol = visit(app.link)
    carol.live()
    ticket_of(carol, liars["pictures"]).click()
    expect(carol.page.locator(".attachments img")).to_have_count(PICTURES)
    eventually(lambda: liars["pictures"].count(b"/attachments/") >= 2, "some pictures are asked for")
    honest.call("carol", "ticket.create", title="Meanwhile", body="Text")
    carol.ticket("Meanwhile").click()
    expect(carol.heading("Meanwhile")).to_be_visible()
    carol.reply("Still answered")
    assert liars["pictures"].count(b"/attachments/") <= 3


def test_a_flood_of_tickets_leaves_the_page_its_time(
    meet: Callable[..., tuple[Desk, App, dict[str, LyingProject]]], visit: Callable[..., Visitor]
) -> None:
    honest, app, liars = meet("flood")
    honest.call("carol", "ticket.create", title="Meanwhile", body="Text")
    carol = visit(app.link)
    carol.ticket("Meanwhile").click()
    for number in range(3):
        carol.reply(f"Still answered {number}")
        honest.call("bob", "message.reply", ticket_id=1, body=f"Heard {number}")
        expect(carol.message(f"Heard {number}")).to_be_visible()
    expect(carol.page.locator(f"a.ticket[href*='{liars['flood'].address.replace(':', '_')}']").first).to_be_visible()


def test_a_lie_has_its_reason_on_the_page_and_is_tried_again_by_hand(
    meet: Callable[..., tuple[Desk, App, dict[str, LyingProject]]], visit: Callable[..., Visitor]
) -> None:
    _, app, liars = meet("a stream")
    carol = visit(app.link)
    liar = liars["a stream"]
    expect(outage(carol, liar)).to_contain_text("sent an event that is none")
    expect(outage(carol, liar)).to_contain_text("seq: Input should be a valid integer; it is set aside")
    expect(carol.page.locator(".connection")).to_have_text("1 of 2 live")
    liar.stream = lies.says(encode(event="ticket.created", data=event(1).model_dump_json(), seq=1))
    outage(carol, liar).get_by_role("button", name="Try again").click()
    expect(outage(carol, liar)).to_have_count(0)
    expect(ticket_of(carol, liar)).to_be_visible()
    carol.live()


def test_what_a_lie_answers_is_kept_and_sent_once_however_often_it_is_sent(
    meet: Callable[..., tuple[Desk, App, dict[str, LyingProject]]], visit: Callable[..., Visitor]
) -> None:
    _, app, liars = meet("a send")
    carol, liar = visit(app.link), liars["a send"]
    carol.live()
    ticket_of(carol, liar).click()
    reply = carol.page.get_by_label("Reply", exact=True)
    reply.fill("Do not lose me")
    button = carol.page.get_by_role("button", name="Send reply")
    button.click()
    why = carol.page.locator(".composer").get_by_role("alert")
    expect(why).to_contain_text("sent an answer that is none")
    expect(why).to_contain_text("it is set aside, and tried again in")
    expect(reply).to_have_value("Do not lose me")
    arrived = carol.page.locator(".message:not([data-pending])").filter(has_text="Do not lose me")
    _press_until(button, lambda: arrived.count() == 1)
    expect(reply).to_have_value("")
    expect(why).to_have_count(0)
    _expect_one_token(liar, "message.reply")


def test_a_ticket_that_a_lie_answers_is_kept_and_filed_once(
    meet: Callable[..., tuple[Desk, App, dict[str, LyingProject]]], visit: Callable[..., Visitor]
) -> None:
    _, app, liars = meet("a send")
    carol, liar = visit(app.link), liars["a send"]
    carol.live()
    go_to(carol.page, "#/new")
    carol.page.get_by_role("combobox", name="Project", exact=True).select_option(liar.address)
    carol.page.get_by_label("Title").fill("Do not lose me")
    carol.page.get_by_label("Description").fill("Nor what I say")
    button = carol.page.get_by_role("button", name="Send ticket")
    button.click()
    expect(carol.page.get_by_role("main").get_by_role("alert")).to_contain_text("sent an answer that is none")
    expect(carol.page.get_by_label("Title")).to_have_value("Do not lose me")
    expect(carol.page.get_by_label("Description")).to_have_value("Nor what I say")
    _press_until(button, lambda: carol.heading("Do not lose me").count() == 1)
    _expect_one_token(liar, "ticket.create")


def _press_until(button: Locator, is_there: Callable[[], bool]) -> None:
    """Press a button, also while the project is set aside, until what it sends is there."""

    def press() -> bool:
        if is_there():
            return True
        # One that is off, or gone by now, is not pressed.
        button.evaluate_all("found => found.forEach(each => each.click())")
        return False

    wait_for(button.page, press, "what was sent is there")


def _expect_one_token(liar: LyingProject, method: str) -> None:
    """What was sent while the project was set aside has not reached it; what has is one and the same."""
    sent = [sent_to(request) for request in liar.requests if request.startswith(b"POST /rpc")]
    tokens = [params["client_token"] for called, params in sent if called == method]
    assert len(tokens) == 2
    assert len(set(tokens)) == 1
