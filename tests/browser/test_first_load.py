"""What a first load of the page asks for: counted, not timed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.browser.page_object import Visitor
from tests.browser.router import PREFIX, Forwarded, routed
from tests.ui.daemons import Desk, eventually

REQUESTS = 9
SCRIPT_AND_STYLE_BYTES = 66_000


@pytest.fixture
def router(served: Desk) -> Iterator[tuple[str, list[Forwarded]]]:
    """The address of the page below a router, and what the router has forwarded."""
    forwarded: list[Forwarded] = []
    with routed(served.paths.socket("ui"), log=forwarded) as address:
        yield f"{address}{PREFIX}/", forwarded


def test_a_first_load_takes_nine_requests(router: tuple[str, list[Forwarded]], visit: Callable[..., Visitor]) -> None:
    """The picture in the tab, the font, the demo users, the event stream and its worker included."""
    address, forwarded = router
    visitor = visit(address)
    visitor.live()
    expect(visitor.page.get_by_label("Demo user")).to_be_visible()
    visitor.load_font_and_icon()
    eventually(lambda: len(forwarded) >= REQUESTS, "all that is asked for")
    paths = [request.path.removeprefix(PREFIX) for request in forwarded]
    assert len(paths) <= REQUESTS, paths
    expected = [
        "",
        "chunk-.js",
        "events",
        "events_worker-.js",
        "icon-.svg",
        "inter-latin-wght-normal-.woff2",
        "people",
        "rpc",
        "rpc",
    ]
    assert sorted(map(_kind, paths)) == expected


def test_its_script_and_style_are_small_on_the_wire(
    router: tuple[str, list[Forwarded]], visit: Callable[..., Visitor]
) -> None:
    """The style stands in the document."""
    address, forwarded = router
    visit(address).live()
    documents = [request for request in forwarded if request.path == f"{PREFIX}/"]
    scripts = [request for request in forwarded if request.path.endswith(".js")]
    assert documents
    assert scripts
    assert {request.encoding for request in documents + scripts} <= {"gzip", "br"}
    assert sum(request.size for request in documents + scripts) <= SCRIPT_AND_STYLE_BYTES


def test_the_other_views_come_with_the_first_sign_of_use(
    router: tuple[str, list[Forwarded]], visit: Callable[..., Visitor]
) -> None:
    address, forwarded = router
    visitor = visit(address)
    visitor.live()
    scripts = sorted(_kind(request.path) for request in forwarded if request.path.endswith(".js"))
    assert scripts == ["chunk-.js", "events_worker-.js"]
    page = visitor.page
    with page.expect_response(re.compile("thread_part-")), page.expect_response(re.compile("new_ticket_part-")):
        page.keyboard.press("Tab")


def test_a_pointer_at_rest_is_no_sign_of_use(
    router: tuple[str, list[Forwarded]], visit: Callable[..., Visitor]
) -> None:
    address, forwarded = router
    visitor = visit(address)
    visitor.live()
    page = visitor.page
    page.evaluate("dispatchEvent(new PointerEvent('pointermove', { clientX: 5, clientY: 5 }))")
    # What it would have asked for is asked for before this.
    page.evaluate("fetch('health')")
    eventually(lambda: any(request.path.endswith("/health") for request in forwarded), "the request is forwarded")
    assert not any("part-" in request.path for request in forwarded)
    with page.expect_response(re.compile("thread_part-")):
        page.mouse.move(10, 10)
        page.mouse.move(20, 20)


def test_a_part_that_cannot_be_loaded_is_said_and_loaded_with_the_page(
    served: Desk, person: Callable[..., Visitor]
) -> None:
    """As after an upgrade: the parts of the release that the page was opened with are gone."""
    served.call("carol", "ticket.create", title="Upgraded", body="Meanwhile")
    bob = person("bob")
    bob.live()

    def refuse(route: Route) -> None:
        route.fulfill(status=404, body="there is no such file in this release")

    bob.page.route("**/thread_part-*", refuse)
    # Where the part was there already, it is not any more.
    bob.page.reload()
    bob.live()
    bob.page.evaluate("window.since = 'the first load'")
    bob.ticket("Upgraded").click()
    expect(bob.page.get_by_role("alert")).to_contain_text("could not be loaded")
    bob.page.unroute("**/thread_part-*")
    bob.page.get_by_role("button", name="Try again").click()
    expect(bob.heading("Upgraded")).to_be_visible()
    assert bob.was_reloaded


def _kind(path: str) -> str:
    """The last part of a path, without the hash of its content."""
    return re.sub(r"-[0-9A-Z]{8}\.", "-.", path.partition("?")[0].rpartition("/")[2])
