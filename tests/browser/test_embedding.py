"""The desk in a page of another product: the example of docs/embedding.md, opened by a browser."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, expect

from hero_assistance_sdk.paths import Paths
from tests.browser.page_object import Visitor, pick_script, wait_for
from tests.browser.pictures import IMAGES, save_picture
from tests.trust.harness import supervised
from tests.ui.daemons import Desk, desk

EXAMPLE = Path(__file__).parents[2] / "examples" / "embedding"
DESK_OF_EXAMPLE = "https://support.example.org/"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def product(folder: Path, desk_address: str) -> Iterator[str]:
    """Serve a copy of the example whose desk is another one; yields the port at which it is."""
    shutil.copytree(EXAMPLE, folder)
    page = folder / "index.html"
    text = page.read_text()
    assert DESK_OF_EXAMPLE in text
    page.write_text(text.replace(DESK_OF_EXAMPLE, desk_address))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield str(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def embedded_desk(paths: Paths, hero_env: dict[str, str], tmp_path: Path) -> Iterator[tuple[Desk, str]]:
    """A desk of demo users that one product may show, and the port of that product."""
    with supervised(paths, hero_env) as supervisor, desk(paths.root, hero_env) as made:
        supervisor.start()
        made.start_server()
        # The address of the product has to be known before the page reads its settings, and the page's before that.
        made.start_ui("--tcp", "127.0.0.1:0")
        address = made.tcp_of_ui()
        with product(tmp_path / "product", f"http://{address}/") as port:
            supervisor.set("FRAME_ANCESTORS", f"http://127.0.0.1:{port}")
            made.daemons[-1].end()
            made.log_of("hero_assistance_ui").unlink()
            made.start_ui("--tcp", address)
            yield made, port


def _open(visit: Callable[..., Visitor], url: str) -> tuple[Visitor, FrameLocator]:
    """Open the product's page, with a demo user picked in its frame."""
    visitor = visit("about:blank")
    visitor.page.add_init_script(pick_script("carol").replace("self === top && ", ""))
    visitor.page.goto(url)
    return visitor, visitor.page.frame_locator("hero-support iframe")


def test_a_product_shows_the_desk_in_a_tab(embedded_desk: tuple[Desk, str], visit: Callable[..., Visitor]) -> None:
    served, port = embedded_desk
    carol, frame = _open(visit, f"http://127.0.0.1:{port}/")
    carol.page.get_by_role("tab", name="Support").click()
    expect(frame.locator(".connection")).to_have_text("Live")
    frame.get_by_role("link", name="New ticket").first.click()
    frame.get_by_label("Title").fill("From the product")
    frame.get_by_label("Description").fill("It works in a frame")
    frame.get_by_role("button", name="Send ticket").click()
    expect(frame.get_by_role("heading", name="From the product", level=1)).to_be_visible()
    expect(carol.page.locator("#route")).to_have_text("#/tickets/hero_assistance/1")
    served.call("bob", "message.reply", ticket_id=1, body="Live in a frame")
    expect(frame.get_by_role("article").filter(has_text="Live in a frame")).to_be_visible()


def test_the_picture_of_a_product(embedded_desk: tuple[Desk, str], visit: Callable[..., Visitor]) -> None:
    """What the guide for integrators shows: the desk in a tab of the example, at a ticket that was answered."""
    served, port = embedded_desk
    served.call("carol", "ticket.create", title="The export is empty", body="It was full last week.")
    served.call("bob", "message.reply", ticket_id=1, body="Thank you, we found it: the file is whole again.")
    carol, frame = _open(visit, f"http://127.0.0.1:{port}/")
    carol.page.get_by_role("tab", name="Support").click()
    expect(frame.locator(".connection")).to_have_text("Live")
    frame.get_by_role("link", name="The export is empty").click()
    expect(frame.get_by_role("article").filter(has_text="the file is whole again")).to_be_visible()
    carol.page.frames[-1].evaluate("document.fonts.ready")
    save_picture(carol, IMAGES / "embedded.png")


def test_theme_and_route_go_in_and_unread_comes_out(
    embedded_desk: tuple[Desk, str], visit: Callable[..., Visitor]
) -> None:
    served, port = embedded_desk
    carol, frame = _open(visit, f"http://127.0.0.1:{port}/")
    carol.page.get_by_role("tab", name="Support").click()
    expect(frame.locator(".connection")).to_have_text("Live")
    for theme in ("Light", "Dark"):
        carol.page.get_by_label("Theme").select_option(theme)
        expect(frame.locator(f':root[data-theme="{theme.lower()}"]')).to_have_count(1)
    # Not what the system is at this moment: the page follows it.
    carol.page.evaluate("document.querySelector('hero-support').theme = 'system'")
    expect(frame.locator(':root[data-theme="system"]')).to_have_count(1)
    served.call("carol", "ticket.create", title="Asked before", body="Text")
    served.call("bob", "message.reply", ticket_id=1, body="An answer")
    expect(carol.page.get_by_role("tab", name="Support (1)")).to_be_visible()
    carol.page.get_by_role("tab", name="Work").click()
    carol.page.get_by_role("button", name="Ask about this").click()
    expect(frame.get_by_label("Title")).to_be_visible()


def test_another_origin_shows_nothing(embedded_desk: tuple[Desk, str], visit: Callable[..., Visitor]) -> None:
    """`localhost` is another origin than the address."""
    _served, port = embedded_desk
    stranger = visit("about:blank")
    refused: list[str] = []
    stranger.page.on("console", lambda message: refused.append(message.text))
    stranger.page.goto(f"http://localhost:{port}/")
    stranger.page.get_by_role("tab", name="Support").click()
    expect(stranger.page.locator("hero-support")).to_be_visible()
    wait_for(stranger.page, lambda: any("frame-ancestors" in text for text in refused), "the frame is refused")
    expect(stranger.page.locator("#route")).to_have_text("#/")
    frame = stranger.page.frame_locator("hero-support iframe")
    expect(frame.locator(".connection")).to_have_count(0)
    stranger.defects.clear()


def test_words_of_another_window_do_nothing(embedded_desk: tuple[Desk, str], visit: Callable[..., Visitor]) -> None:
    """A page that has the product's window sends what only the desk may send."""
    _served, port = embedded_desk
    carol, frame = _open(visit, f"http://127.0.0.1:{port}/")
    carol.page.get_by_role("tab", name="Support").click()
    expect(frame.locator(".connection")).to_have_text("Live")
    carol.page.evaluate("window.postMessage({type: 'hero:route', route: '#/planted'}, '*')")
    carol.page.evaluate("window.postMessage({type: 'hero:unread', count: 99}, '*')")
    carol.page.get_by_role("button", name="Ask about this", include_hidden=True).evaluate("each => each.click()")
    expect(carol.page.locator("#route")).to_have_text("#/new")
    expect(carol.page.locator("#unread")).to_have_text("0")


def test_a_button_at_the_edge_loads_the_desk_when_it_is_opened(
    embedded_desk: tuple[Desk, str], visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    served, _port = embedded_desk
    page = tmp_path / "product" / "edge.html"
    script = f'<script src="http://{served.tcp_of_ui()}/embed.js" defer></script>'
    page.write_text(f'<!doctype html><title>Edge</title>{script}<hero-support tab="Help"></hero-support>')
    carol, frame = _open(visit, f"http://127.0.0.1:{_port}/edge.html")
    button = carol.page.get_by_role("button", name="Help")
    expect(button).to_have_attribute("aria-expanded", "false")
    assert len(carol.page.frames) == 1 or not re.search(r":\d+/", carol.page.frames[1].url)
    button.click()
    expect(frame.locator(".connection")).to_have_text("Live")
    button.click()
    expect(carol.page.locator("hero-support iframe")).to_be_hidden()
