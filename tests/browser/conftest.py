"""A real Chromium, a desk for each test, and people who look at its page."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scripts.build.npm import install_locked
from tests.browser.chromium import SharedChromium
from tests.browser.page_object import Visitor
from tests.capabilities import CHROMIUM, find_headless_chromium, is_expected, require
from tests.ui.daemons import Desk, desk, plain_environment

ROOT = Path(__file__).resolve().parents[2]
_SHARED = SharedChromium()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """End the browser with the last test of this folder: asynchronous tests may come next in the same process."""
    try:
        return (yield)
    finally:
        if nextitem is None or nextitem.path.parent != item.path.parent:
            _SHARED.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; a machine without one fails here, because a skipped test proves nothing."""
    if is_expected(CHROMIUM.reason):
        require(CHROMIUM)
    elif not CHROMIUM.is_there():
        pytest.fail(CHROMIUM.reason)
    path = find_headless_chromium()
    assert path is not None
    yield _SHARED.open(path)
    _SHARED.clear()


@pytest.fixture
def served(hero_root: Path) -> Iterator[Desk]:
    """Server and page in dev mode; the page is on `ui.sock` and on TCP."""
    with desk(hero_root, plain_environment(hero_root)) as made:
        made.start_server()
        made.start_ui("--tcp", "127.0.0.1:0")
        yield made


@pytest.fixture
def hero_desk(hero_root: Path) -> Iterator[Desk]:
    """Server and page in hero mode, without a proxy that says who is calling: users sign in at the page."""
    with desk(hero_root, plain_environment(hero_root), "hero") as made:
        made.start_server()
        made.start_ui("--tcp", "127.0.0.1:0")
        made.operate("project.update", page_address=f"http://{made.tcp_of_ui()}")
        yield made


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open a page in a browser of its own; its errors fail the test."""
    visitors: list[Visitor] = []

    def open_page(url: str, user: str | None = None, **options: object) -> Visitor:
        visitor = Visitor(chromium, url, user, **options)
        visitors.append(visitor)
        return visitor

    yield open_page
    for visitor in visitors:
        visitor.close()
    assert [visitor.defects for visitor in visitors if visitor.defects] == []


@pytest.fixture
def person(served: Desk, visit: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """A demo user who looks at the desk's page."""

    def look(user: str, **options: object) -> Visitor:
        return visit(f"http://{served.tcp_of_ui()}/", user, **options)

    return look


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's source."""
    installed = install_locked(ROOT / "packages" / "ui", ROOT / ".buildenv" / "npm")
    return (installed / "node_modules" / "axe-core" / "axe.min.js").read_text()
