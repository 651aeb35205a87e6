"""What the operator set stands in the page as it is sent: nothing is decided later, so nothing flashes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx2
import pytest

from hero_assistance_sdk.paths import Paths
from tests.trust.harness import Supervised
from tests.ui.daemons import Desk, desk, eventually, http


@pytest.fixture
def page(paths: Paths, hero_env: dict[str, str]) -> Iterator[Desk]:
    """A desk whose daemons the test starts."""
    with desk(paths.root, hero_env) as made:
        yield made


def _looks(document: str) -> tuple[str, str, str, str]:
    """Root element, colour schemes of the canvas, and colours of the browser's bars: what a first paint uses."""
    found = [
        re.search(pattern, document)
        for pattern in (
            r'<html lang="en" dir="ltr" data-theme="(\w+)">',
            r'<meta name="color-scheme" content="([\w ]+)">',
            r'<meta name="theme-color" content="(#\w+)" media="\(prefers-color-scheme: light\)">',
            r'<meta name="theme-color" content="(#\w+)" media="\(prefers-color-scheme: dark\)">',
        )
    ]
    return tuple(match[1] if match else "" for match in found)  # type: ignore[return-value]


DARK = ("dark", "dark", "#10151c", "#10151c")
LIGHT = ("light", "light", "#ffffff", "#ffffff")
SYSTEM = ("system", "light dark", "#ffffff", "#10151c")


@pytest.mark.parametrize(
    ("theme", "look"), [(None, DARK), ("light", LIGHT), ("dark", DARK), ("system", SYSTEM), ("pink", DARK)]
)
def test_the_first_bytes_say_how_it_looks(
    page: Desk, embedded: Supervised, theme: str | None, look: tuple[str, str, str, str]
) -> None:
    embedded.start()
    if theme is not None:
        embedded.set("THEME", theme)
    page.start_ui()
    with http(page.paths.socket("ui")) as client:
        document = client.get("/").text
    assert _looks(document) == look
    assert document.index("color-scheme") < document.index("<style>") < document.index("<body")


@pytest.mark.parametrize(
    ("cookie", "look"), [("light", LIGHT), ("dark", DARK), ("system", SYSTEM), ("pink", LIGHT), ("", LIGHT)]
)
def test_what_a_browser_has_chosen_goes_before_the_setting(
    page: Desk, embedded: Supervised, cookie: str, look: tuple[str, str, str, str]
) -> None:
    embedded.start()
    embedded.set("THEME", "light")
    page.start_ui()
    with http(page.paths.socket("ui")) as client:
        answer = client.get("/", headers={"cookie": f"other=1; hero_theme={cookie}"})
    assert _looks(answer.text) == look
    assert "cookie" in answer.headers["vary"]


def test_a_changed_theme_shows_at_the_next_load(page: Desk, embedded: Supervised) -> None:
    page.start_ui()
    with http(page.paths.socket("ui")) as client:
        before = client.get("/")
        assert _looks(before.text) == DARK
        assert before.headers["cache-control"] == "no-cache"
        embedded.start()
        embedded.set("THEME", "light")
        eventually(lambda: _looks(client.get("/").text) == LIGHT, "the page is light", 60.0)


@pytest.mark.parametrize(
    ("secret", "access"),
    [(None, "unset"), ("junk", "invalid"), ("127.0.0.0/8", "enforced")],
)
def test_the_page_knows_who_may_enter(page: Desk, embedded: Supervised, secret: str | None, access: str) -> None:
    """It tells admins alone: to all others the document says nothing of the access list."""
    embedded.start()
    if secret is not None:
        embedded.set("ADMIN_SECRETS", secret)
    page.start_ui("--tcp", "127.0.0.1:0")
    document = httpx2.get(f"http://{page.tcp_of_ui()}/").text
    assert _access(document) == access
    assert "ADMIN_SECRETS" not in document


def test_without_a_supervisor_the_page_knows_that(page: Desk) -> None:
    page.start_ui("--tcp", "127.0.0.1:0")
    assert _access(httpx2.get(f"http://{page.tcp_of_ui()}/").text) == "unread"


def _access(document: str) -> object:
    found = re.search(r'id="configuration">(.*?)</script>', document)
    assert found
    return json.loads(found[1])["access"]


def test_a_page_that_did_not_come_through_the_gate_has_no_bar(page: Desk, embedded: Supervised) -> None:
    embedded.start()
    page.start_ui("--tcp", "127.0.0.1:0")
    with http(page.paths.socket("ui")) as client:
        assert _access(client.get("/").text) is None
