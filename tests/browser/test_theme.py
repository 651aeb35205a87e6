"""The theme in a real browser: it is there at the first paint, and nothing else changes it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from hero_assistance_sdk.paths import Paths
from tests.browser.page_object import Visitor
from tests.trust.harness import supervised
from tests.ui.daemons import Desk, desk

# From before the first element is parsed: what the root element was given, and how often that changed.
WATCH = """
window.looks = [];
const look = () => {
  const root = document.documentElement;
  if (root === null || document.body === null) return;
  const seen = [root.dataset.theme, getComputedStyle(document.body).backgroundColor].join(" ");
  if (window.looks.at(-1) !== seen) window.looks.push(seen);
};
const each = () => { look(); requestAnimationFrame(each); };
requestAnimationFrame(each);
"""
GROUND = {"light": "rgb(243, 245, 248)", "dark": "rgb(11, 15, 21)"}


@pytest.fixture
def themed(request: pytest.FixtureRequest, paths: Paths, hero_env: dict[str, str]) -> Iterator[tuple[Desk, str]]:
    """A desk whose operator set the theme, and lets this machine in."""
    with supervised(paths, hero_env) as supervisor, desk(paths.root, hero_env) as made:
        supervisor.start()
        supervisor.set("THEME", request.param)
        supervisor.set("ADMIN_SECRETS", "127.0.0.0/8")
        made.start_server()
        made.start_ui("--tcp", "127.0.0.1:0")
        yield made, request.param


@pytest.mark.parametrize("themed", ["light", "dark"], indirect=True)
def test_no_frame_is_drawn_in_another_theme(chromium: Browser, themed: tuple[Desk, str]) -> None:
    """Also on a system that prefers the other one."""
    served, theme = themed
    other = "dark" if theme == "light" else "light"
    context = chromium.new_context(color_scheme=other)  # type: ignore[arg-type]
    try:
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"http://{served.tcp_of_ui()}/")
        expect(page.locator(".connection")).to_have_text("Live")
        assert page.evaluate("window.looks") == [f"{theme} {GROUND[theme]}"]
        bar = page.get_by_role("complementary", name="Who may open this page")
        page.get_by_label("Demo user").select_option("carol")
        expect(page.get_by_role("heading", name="How can we help?")).to_be_visible()
        expect(bar).to_have_count(0)
        page.get_by_label("Demo user").select_option("alice")
        expect(bar).to_contain_text("Only listed")
    finally:
        context.close()


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_what_a_browser_has_chosen_is_there_at_the_first_paint(served: Desk, chromium: Browser, chosen: str) -> None:
    other = "dark" if chosen == "light" else "light"
    context = chromium.new_context(color_scheme=other)  # type: ignore[arg-type]
    try:
        context.add_cookies([{"name": "hero_theme", "value": chosen, "url": f"http://{served.tcp_of_ui()}/"}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"http://{served.tcp_of_ui()}/")
        expect(page.locator(".connection")).to_have_text("Live")
        assert page.evaluate("window.looks") == [f"{chosen} {GROUND[chosen]}"]
    finally:
        context.close()


def test_the_theme_system_follows_the_system(served: Desk, visit: Callable[..., Visitor]) -> None:
    bob = visit(f"http://{served.tcp_of_ui()}/", "bob", color_scheme="light")
    bob.page.evaluate("document.cookie = 'hero_theme=system; path=/'")
    bob.page.reload()
    bob.live()
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark", "light")
    for scheme in schemes:
        bob.page.emulate_media(color_scheme=scheme)
        expect(bob.page.locator("html")).to_have_attribute("data-theme", "system")
        expect(bob.page.locator("body")).to_have_css("background-color", GROUND[scheme])
