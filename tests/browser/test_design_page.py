"""The design page: every part in every state, in both themes and both directions, judged by axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import expect

from scripts.build.design_server import DesignServer
from scripts.build.dev import build_design
from tests.browser.axe import find_faults
from tests.browser.page_object import Visitor


@pytest.fixture(scope="module")
def design(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page, built from the sources."""
    folder = tmp_path_factory.mktemp("design")
    assert build_design(folder)
    with DesignServer(folder) as server:
        yield server.address


@pytest.mark.parametrize(("theme", "direction"), [("dark", "ltr"), ("light", "rtl")])
def test_every_part_is_shown_and_can_be_read(
    design: str, visit: Callable[..., Visitor], axe: str, theme: str, direction: str
) -> None:
    page = visit(design, viewport={"width": 1280, "height": 900}, reduced_motion="reduce").page
    page.get_by_role("group", name="Theme").get_by_role("button", name=theme).click()
    page.get_by_role("group", name="Direction").get_by_role("button", name=direction).click()
    for part in ("Buttons", "Fields", "Chips", "Problems", "Offers", "List", "Thread", "Panel"):
        expect(page.get_by_role("region", name=part, exact=True)).to_be_visible()
    expect(page.get_by_text("Third time this week.")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="larger than 25 MB").first).to_be_visible()
    assert find_faults(page, axe) == []


@pytest.mark.parametrize("width", [320, 2560])
def test_no_part_is_wider_than_the_screen(design: str, visit: Callable[..., Visitor], width: int) -> None:
    page = visit(design, viewport={"width": width, "height": 900}).page
    expect(page.get_by_role("heading", name="Design", level=1)).to_be_visible()
    assert page.evaluate("document.querySelector('#design').scrollWidth") <= width


def test_no_release_has_it() -> None:
    """The bundle of the page is made from its own entry alone."""
    bundle = list((files("hero_assistance_ui") / "bundle").iterdir())
    assert [entry for entry in bundle if entry.name == "manifest.json"]
    assert not [entry.name for entry in bundle if "design" in entry.name]
    scripts = [entry for entry in bundle if entry.name.endswith(".js")]
    assert not [entry.name for entry in scripts if b"Third time this week." in entry.read_bytes()]
