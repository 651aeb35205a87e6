"""The page of the app for a project with two addresses: it goes on when one is away, and says which one it is at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.app.program import App
from tests.app.two_addresses import Box, two_addresses
from tests.browser.page_object import Visitor


@pytest.fixture
def box(hero_root: Path, hero_env: dict[str, str]) -> Iterator[Box]:
    with two_addresses(hero_root, hero_env) as made:
        yield made


@pytest.fixture
def app(box: Box) -> Iterator[App]:
    """The app of the project; the person is Carol."""
    started = App(["--project", box.both, "--user", "carol"], box.server.env, box.server.paths.root / "app.log")
    try:
        started.start()
        yield started
    finally:
        started.daemon.close()


def test_the_page_goes_on_at_the_next_address_and_says_so(app: App, box: Box, visit: Callable[..., Visitor]) -> None:
    carol = visit(app.link)
    expect(carol.page.locator(".connection")).to_have_text("Live")
    expect(carol.page.locator(".other-address")).to_have_count(0)
    box.first.end()
    told = f"{box.first.address} is used at {box.second.address}."
    expect(carol.page.locator(".other-address")).to_have_text(told)
    expect(carol.page.locator(".connection")).to_have_text("Live")
    box.server.call("carol", "ticket.create", title="Filed meanwhile", body="")
    expect(carol.ticket("Filed meanwhile")).to_be_visible()
