"""The operator's theme in a real browser: it is there at the first paint, and nothing changes it afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from hero_assistance_sdk.paths import Paths
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
        expect(page.get_by_role("complementary", name="Who may open this page")).to_contain_text("Only listed")
    finally:
        context.close()
